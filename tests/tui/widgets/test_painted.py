"""What is painted of a panel: as Textual would make it, and only what changed of it anew."""

import pytest
from rich.text import Text
from textual.app import ComposeResult
from textual.strip import Strip

from tuidl.charts.palette import Palette
from tuidl.tui.terminal.plain_app import PlainApp
from tuidl.tui.widgets.chart import Chart


class Numbers(Chart):
    """Lines of numbers; those that are as they were are the same objects."""

    keeps_lines = True

    def __init__(self) -> None:
        super().__init__()
        self.rows = [Text(f"line {n}", "bold") for n in range(10)]

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        return self.rows[:height]

    def title_now(self) -> str:
        return f"about {self.rows[0].plain}"


class Panels(PlainApp):
    """One panel and another one to go to."""

    def compose(self) -> ComposeResult:
        yield Numbers()
        yield Chart(id="other")


def by_textual(panel: Chart) -> list[list[tuple[str, object]]]:
    """Its lines as Textual makes them."""
    panel._strips = panel.strips_now()
    panel._styles_cache.clear()
    try:
        strips = panel._styles_cache.render_widget(panel, panel.outer_size.region)
    finally:
        panel._strips = None
    return cells(strips)


def cells(strips: list[Strip]) -> list[list[tuple[str, object]]]:
    return [[(char, style) for text, style, _ in strip for char in text] for strip in strips]


@pytest.fixture(autouse=True)
def no_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Chart, "draw", lambda panel, *room: [], raising=True)


async def test_lines_are_those_that_textual_makes_whatever_changes() -> None:
    app = Panels()
    async with app.run_test(size=(40, 12)) as pilot:
        panel = app.query_one(Numbers)

        async def same() -> None:
            await pilot.pause()
            assert cells(panel.render_lines(panel.outer_size.region)) == by_textual(panel)

        await same()
        app.query_one("#other").focus()  # another border
        await same()
        panel.focus()
        await same()
        panel.rows[0] = Text("changed")
        panel.changed()
        await same()
        panel.border_subtitle = "below"
        await same()
        app.theme = "textual-light"
        await same()
        panel.styles.border = ("heavy", "red")
        await same()
        await pilot.resize_terminal(60, 12)
        await same()


async def test_only_lines_that_changed_are_made_anew() -> None:
    app = Panels()
    async with app.run_test(size=(40, 14)) as pilot:
        await pilot.pause()
        panel = app.query_one(Numbers)
        before = panel.render_lines(panel.outer_size.region)
        panel.rows[1] = Text("changed")
        panel.prepare()
        assert panel.render_lines(panel.outer_size.region) == before, "not shown yet"
        panel.present()
        after = panel.render_lines(panel.outer_size.region)
        top = panel.gutter.top
        kept = [line for line, strip in enumerate(after) if strip is before[line]]
        content = range(top, top + len(panel.rows))
        assert kept == [line for line in content if line != top + 1]
        assert "changed" in after[top + 1].text


async def test_the_title_that_comes_is_painted_with_what_it_is_about() -> None:
    app = Panels()
    async with app.run_test(size=(40, 12)) as pilot:
        await pilot.pause()
        panel = app.query_one(Numbers)
        panel.rows[0] = Text("another")
        panel.prepare()
        assert "about line 0" in panel.render_lines(panel.outer_size.region)[0].text
        panel.present()
        assert "about another" in panel.render_lines(panel.outer_size.region)[0].text


async def test_a_part_of_its_columns_can_be_painted() -> None:
    app = Panels()
    async with app.run_test(size=(40, 12)) as pilot:
        await pilot.pause()
        panel = app.query_one(Numbers)
        whole = panel.render_lines(panel.outer_size.region)
        part = panel.outer_size.region.crop_size((9, 3)).translate((2, 1))
        assert [line.text for line in panel.render_lines(part)] == [
            line.text[2:11] for line in whole[1:4]
        ]
