"""Keys of the form that change nothing in the preset: undo, redo, and help on every row."""

from pathlib import Path

import pytest

from tests.tui.editor.test_edit import at, edit, value
from tests.tui.quiet import quiet
from tuidl.data.catalog import SOURCES
from tuidl.glossary import concept
from tuidl.nn.layers import LAYERS
from tuidl.nn.losses import LOSSES
from tuidl.nn.optimizers import OPTIMIZERS
from tuidl.tui.app import Playground
from tuidl.tui.editor.explaining import about_row, concept_of
from tuidl.tui.editor.fields import with_starters
from tuidl.tui.editor.rows import rows_of
from tuidl.tui.screens.help import HelpScreen

WIDTH = 76


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Playground:
    monkeypatch.chdir(tmp_path)
    return quiet(monkeypatch, tmp_path)


@pytest.mark.slow
async def test_changes_of_the_form_are_undone_one_by_one_and_made_again(app: Playground) -> None:
    units, rate = ("layers", 0, "units"), ("optimizer", "learning_rate")
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await edit(pilot)
        texts, before = [screen.area.text], value(screen, units)
        await at(pilot, screen, *units)
        await pilot.press("right")
        texts.append(screen.area.text)
        await at(pilot, screen, *rate)
        await pilot.press("right")
        texts.append(screen.area.text)
        await at(pilot, screen, "layers", 0)
        await pilot.press("d")
        await pilot.pause()
        for text in reversed(texts):
            await pilot.press("ctrl+z")
            assert screen.area.text == text
        assert screen.form.list.row is not None
        assert screen.form.list.row.path == units, "where it was undone"
        assert value(screen, units) == before
        await pilot.press("ctrl+z")
        assert screen.area.text == texts[0]
        await pilot.press("ctrl+y", "ctrl+y")
        assert screen.area.text == texts[2]
        assert screen.focused is screen.form.list


async def test_help_is_about_the_row_under_the_cursor(app: Playground) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await edit(pilot)
        for path, words in (
            (("training", "batch_size"), "training.batch_size"),
            (("layers", 0), "layers[0]"),
            (("optimizer", "type"), "optimizer.type"),
        ):
            await at(pilot, screen, *path)
            await pilot.press("question_mark")
            assert isinstance(app.screen, HelpScreen)
            page = str(app.screen.query_one("#lines").render())
            assert page.startswith(words)
            assert "Formula" in page, "and what the glossary has on it"
            await pilot.press("k")
            assert "ctrl+z" in str(app.screen.query_one("#lines").render())
            await pilot.press("escape")


@pytest.mark.slow
def test_every_row_has_a_page() -> None:
    """Of every source, layer, loss and optimizer."""
    tables = [{"data": with_starters(r, {"source": name})} for name, r in SOURCES.items()]
    tables += [{"layers": [with_starters(r, {"type": name})]} for name, r in LAYERS.items()]
    tables += [{"loss": with_starters(r, {"type": name})} for name, r in LOSSES.items()]
    tables += [{"optimizer": with_starters(r, {"type": name})} for name, r in OPTIMIZERS.items()]
    for table in tables:
        for row in rows_of(table, 0):
            if row.kind == "section":
                continue
            title, *about = about_row(row, WIDTH)
            assert title.text, row
            assert all(len(line.text) <= WIDTH for line in about)
            name = concept_of(row, table)
            assert name or any(line.text for line in about), row
            assert not name or concept(name)
