"""The views behind the number keys: what they show, what they ask for, and their keys."""

from itertools import product
from pathlib import Path

import pytest

from tests.tui import answers
from tests.tui.quiet import quiet
from tests.tui.watched import PAUSED, STARTED, Opened
from tuidl.preset.library import load_preset
from tuidl.protocol import commands, events
from tuidl.tui.app import Playground
from tuidl.tui.screens.train import TrainScreen
from tuidl.tui.views.examples import ExampleList, ExamplesView, Matrix
from tuidl.tui.views.large import Course, LargePicture
from tuidl.tui.views.layers import Gradients, Inside, LayerList, LayersView, Spread
from tuidl.tui.views.step import StepView
from tuidl.tui.widgets.chart import Chart
from tuidl.tui.widgets.status import Status
from tuidl.tui.widgets.tabs import Tabs

SIZES = [(80, 24), (120, 40), (200, 50)]


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Playground:
    return quiet(monkeypatch, tmp_path)


async def test_number_keys_open_views_that_alone_ask(app: Playground) -> None:
    async with Opened(app, "cnn_digits") as watched:
        for key, kinds in (("2", {"predictions"}), ("3", {"layers"}), ("4", {"walk"}),
                           ("1", {"predictions", "layers"})):  # fmt: skip
            await watched.press(key)
            assert set(watched.asked) == kinds, key
            assert watched.screen.query_one(Status).display


async def test_a_click_on_a_tab_opens_its_view(app: Playground) -> None:
    async with Opened(app, "cnn_digits") as watched:
        line = watched.screen.query_one(Tabs).render().plain
        for name, view in (("layers", LayersView), ("overview", type(None)), ("step", StepView)):
            await watched.pilot.click("#tabs", offset=(1 + line.index(name), 0))
            await watched.pilot.pause()
            assert isinstance(watched.screen.open_view, view)


@pytest.mark.sample(1)
@pytest.mark.parametrize("view", ["2", "3", "4"])
async def test_the_run_is_controlled_from_every_view(app: Playground, view: str) -> None:
    async with Opened(app, "cnn_digits") as watched:
        await watched.press(view)
        watched.sent.clear()
        await watched.press("space", "s", "e", "plus", "f")
        kinds = [type(command) for command in watched.sent]
        assert kinds == [commands.Resume, commands.Step, commands.Epoch, commands.Scale,
                         commands.Pace]  # fmt: skip


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    "name", ["cnn_digits", "linear_regression", "gru_sine", "overfitting", "logistic_regression"]
)
async def test_every_view_draws_at_every_size(app: Playground, name: str) -> None:
    async with Opened(app, name) as watched:
        for kind, answer in (
            ("predictions", answers.predictions() if "cnn" in name else answers.table()),
            ("curve", answers.curve()), ("plane", answers.plane()),
            ("forecast", answers.forecast()), ("layers", answers.layers()),
            ("walk", answers.step_trace()),
        ):  # fmt: skip
            await watched.answer(kind, answer)
        for size, key in product(SIZES, "234"):
            await watched.pilot.resize_terminal(*size)
            await watched.press(key)
            view = watched.screen.open_view
            assert view is not None
            assert any(chart.render().plain.strip() for chart in view.query(Chart).results(Chart))


async def test_enter_on_a_cell_lists_its_images_and_escape_all(app: Playground) -> None:
    async with Opened(app, "cnn_digits") as watched:
        await watched.press("2")
        await watched.answer("predictions", answers.predictions())
        assert "said 9, is 3" in watched.seen(ExampleList)
        await watched.press("v", "down", "down", "down", "left")
        assert "3 read as 9: 2 of 5" in watched.seen(Matrix)
        await watched.press("enter")
        asked = watched.asked["predictions"]
        assert (asked["true"], asked["given"]) == (3, 9)
        await watched.answer("predictions", answers.predictions(wrong=1))
        title = watched.screen.query_one(ExampleList).border_title
        assert title == "validation: 2 of the first 5 wrong, those first"  # an answer to all
        await watched.answer("predictions", answers.predictions(count=2, asked=(3, 9)))
        title = watched.screen.query_one(ExampleList).border_title
        assert title == "validation: 3, read as 9: 2 (esc: all)"
        await watched.press("escape")
        assert "true" not in watched.asked["predictions"]
        assert watched.screen.query_one(ExampleList).has_focus


async def test_arrows_select_an_image(app: Playground) -> None:
    async with Opened(app, "cnn_digits") as watched:
        await watched.press("2")
        await watched.answer("predictions", answers.predictions())
        view = watched.screen.query_one(ExamplesView)
        await watched.press("right", "right")
        assert view.selected == 2
        await watched.press("left", "left", "left")
        assert view.selected == 4
        await watched.answer("predictions", answers.predictions(count=2))
        assert view.selected == 1


async def test_where_there_is_little_room_the_matrix_takes_a_place(app: Playground) -> None:
    async with Opened(app, "cnn_digits", (80, 24)) as watched:
        await watched.press("2")
        matrix = watched.screen.query_one(Matrix)
        assert not matrix.display
        await watched.press("v")
        assert matrix.display
        assert matrix.has_focus
        await watched.press("v")
        assert not matrix.display


async def test_a_neuron_draws_the_way_of_its_numbers(app: Playground) -> None:
    async with Opened(app, "linear_regression") as watched:
        await watched.press("2")
        for step in (1, 2, 3, 2):
            await watched.answer("curve", answers.curve(), step)
        slope = watched.screen.query(Course).first()
        assert slope.region.width > 10
        assert "now 1.5" in slope.render().plain
        assert len(slope._now.recent) == 3  # nothing goes back in time
        assert "y = 1.500 x - 0.250" in watched.seen(LargePicture)


async def test_another_kind_of_picture_after_the_preset_was_edited(app: Playground) -> None:
    async with Opened(app, "cnn_digits") as watched:
        app.session.load(load_preset("gru_sine"))
        await watched.handle(STARTED, PAUSED)
        screen = next(s for s in app.screen_stack if isinstance(s, TrainScreen))
        await watched.press("2")
        await watched.answer("forecast", answers.forecast())
        assert screen.query(LargePicture)
        assert "left alone" in watched.seen(LargePicture)


async def test_layers_are_selected_and_looked_into(app: Playground) -> None:
    async with Opened(app, "cnn_digits") as watched:
        await watched.press("3")
        await watched.answer("layers", answers.layers(), step=100)
        assert "62% dead" in watched.seen(LayerList)
        assert "8×8×16" in watched.seen(LayerList)
        assert set(watched.asked) == {"layers", "histograms", "filters", "feature_maps"}
        for kind, answer in (("histograms", answers.histograms()), ("filters", answers.filters()),
                             ("feature_maps", answers.feature_maps())):  # fmt: skip
            await watched.answer(kind, answer)
        assert "gradient of kernel" in watched.seen(Spread)
        assert "what they find in held-out image 7" in watched.seen(Inside)
        await watched.press("right")
        assert watched.asked["feature_maps"]["example"] == 1
        await watched.press("down")
        assert watched.asked["histograms"]["layer"] == "max_pool2d_1"
        assert "no weights in this layer" in watched.seen(Inside)
        await watched.press("down")
        assert watched.asked["weights"] == {"layer": "dense_1"}


async def test_gradients_by_layer_tell_of_vanishing(app: Playground) -> None:
    async with Opened(app, "vanishing_gradients") as watched:
        await watched.press("3")
        for epoch in (1, 2):
            norms = {"dense_1": 1e-6, "dense_9": 0.5}
            await watched.handle(events.EpochEnded(
                epoch=epoch, seconds=0.1, train={"loss": 2.3}, validation=None,
                learning_rate=0.1, gradient_norms=norms,
            ))  # fmt: skip
        assert "vanishing gradient: dense_1 gets 1/500,000 of dense_9's" in watched.seen(Gradients)


async def test_pages_take_turns_where_there_is_little_room(app: Playground) -> None:
    async with Opened(app, "cnn_digits", (80, 24)) as watched:
        await watched.press("3")
        seen = []
        for _ in range(4):
            seen.append([p.__name__ for p in (Inside, Spread, Gradients)
                         if watched.screen.query_one(p).display])  # fmt: skip
            await watched.press("v")
        assert seen == [["Inside"], ["Spread"], ["Gradients"], ["Inside"]]
