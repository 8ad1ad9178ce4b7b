"""Lines of charts are painted as Rich paints them."""

import pytest
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.text import Text

from tuidl.charts.grid import Grid
from tuidl.tui.widgets.strips import strip_of

BASE = Style.parse("#d6dae2 on #12141a")
CONSOLE = Console(width=200)


def grid_line() -> Text:
    grid = Grid(12, 1)
    grid.put(2, 0, "loss", Style(bold=True))
    grid.put(6, 0, "↓", Style(color="red"))
    grid.put(9, 0, "目", Style(bgcolor="blue"))
    return grid.lines()[0]


def overlapping() -> Text:
    text = Text("[1] overview", no_wrap=True)
    text.stylize(Style(dim=True), 0, 12)
    text.stylize(Style(color="red"), 0, 3)
    return text


LINES = {
    "of a grid": grid_line(),
    "overlapping": overlapping(),
    "named style": Text("0.25 of 1", "bold red"),
    "style of all of it": Text("no step yet", Style(italic=True)),
    "plain": Text("  plain "),
    "empty": Text(""),
}


def cells(segments: list[Segment]) -> list[tuple[str, Style | None]]:
    return [(char, segment.style) for segment in segments for char in segment.text]


@pytest.mark.parametrize("name", LINES)
def test_every_character_has_the_style_that_rich_gives_it(name: str) -> None:
    line = LINES[name]
    own = CONSOLE.get_style(line.style)  # which Rich leaves out of a line without spans
    expected = Segment.apply_style(line.render(CONSOLE), BASE + own)
    found = strip_of(line, line.cell_len, BASE, CONSOLE)
    assert cells([*found]) == cells([s for s in expected if s.text.strip("\n")])
    assert found.cell_length == line.cell_len


@pytest.mark.parametrize("width", [0, 1, 5, 12, 30])
@pytest.mark.parametrize("name", LINES)
def test_a_line_is_as_wide_as_its_panel(name: str, width: int) -> None:
    strip = strip_of(LINES[name], width, BASE, CONSOLE)
    assert sum(segment.cell_length for segment in strip) == width == strip.cell_length
