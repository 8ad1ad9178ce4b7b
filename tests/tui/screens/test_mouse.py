"""What a click does: tabs, layers, cells of the confusion matrix, presets. The line of keys has
tests of its own."""

from pathlib import Path

import pytest
from textual.geometry import Offset

from tests.tui import story
from tests.tui.quiet import quiet
from tests.tui.watched import Opened, Watched
from tuidl.tui.app import Playground
from tuidl.tui.state import State
from tuidl.tui.views.examples import ExamplesView, Matrix
from tuidl.tui.views.layers import LayerList, LayersView
from tuidl.tui.widgets.chart import Chart
from tuidl.tui.widgets.preset_list import PresetList


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Playground:
    return quiet(monkeypatch, tmp_path, state=State(last_preset="linear_regression"))


def place_of(panel: Chart, text: str) -> Offset:
    """Where in the panel a text stands, its frame included."""
    for y, line in enumerate(panel.render().plain.split("\n")):
        if text in line:
            return Offset(line.index(text), y) + panel.content_region.offset - panel.region.offset
    raise AssertionError(f"no {text!r} in {panel}")


async def click(watched: Watched, panel: type[Chart], text: str, right: int = 0) -> None:
    found = watched.screen.query_one(panel)
    await watched.pilot.click(panel, offset=place_of(found, text) + Offset(right, 0))
    await watched.pilot.pause()


@pytest.mark.slow
async def test_a_click_selects_a_layer(app: Playground) -> None:
    async with Opened(app, "cnn_digits") as watched:
        await watched.press("3")
        await watched.answer("layers", story.LAYERS, step=30)
        view = watched.screen.query_one(LayersView)
        for name in ("dense_1", "conv2d_2", "dense_2", "conv2d_1"):
            await click(watched, LayerList, name)
            assert view.name_selected == name
        await click(watched, LayerList, "dead")
        assert view.name_selected == "dense_1", "the line of a warning is its layer's"
        await click(watched, LayerList, "activation")
        assert view.name_selected == "dense_1", "a heading is no layer"


async def test_a_click_lists_the_examples_of_a_cell(app: Playground) -> None:
    async with Opened(app, "cnn_digits") as watched:
        await watched.press("2")
        await watched.answer("predictions", story.predictions())
        view = watched.screen.query_one(ExamplesView)
        matrix = watched.screen.query_one(Matrix)
        await click(watched, Matrix, "30", right=1)
        assert view.asked == (0, 0)
        assert watched.asked["predictions"]["true"] == 0
        assert matrix.has_focus
        await watched.press("escape")
        assert view.asked is None


async def test_a_click_chooses_a_preset(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        listed = app.screen.query_one(PresetList)
        assert listed.chosen
        first, row = listed.chosen.path, listed.highlighted
        assert row is not None
        await pilot.click(PresetList, offset=(6, row + 2))
        await pilot.pause()
        assert listed.chosen.path != first
