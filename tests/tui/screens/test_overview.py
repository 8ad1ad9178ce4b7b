"""What the overview shows by room and task, and its time line."""

from pathlib import Path

import pytest

from tests.tui import answers, story
from tests.tui.quiet import quiet
from tests.tui.watched import Opened, Watched
from tuidl.protocol import commands, events
from tuidl.protocol.frame import Frame
from tuidl.tui.app import Playground
from tuidl.tui.views.overview import Overview
from tuidl.tui.views.time import TimeView
from tuidl.tui.widgets.closer import Closer, Spreads
from tuidl.tui.widgets.curves import Curves
from tuidl.tui.widgets.picture import Picture
from tuidl.tui.widgets.time_line import TimeStrip


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Playground:
    return quiet(monkeypatch, tmp_path)


def columns(watched: Watched) -> list[str]:
    """The third column's panels that are seen."""
    seen = watched.screen.query_one(Overview).seen()
    return [type(panel).__name__ for panel in seen if isinstance(panel, Closer | Spreads)]


@pytest.mark.parametrize(
    ("preset", "size", "shown"),
    [
        ("cnn_digits", (200, 50), ["Closer", "Spreads"]),
        ("cnn_digits", (120, 40), []),
        ("cnn_digits", (200, 30), []),
        ("gru_sine", (200, 50), ["Spreads"]),
        ("linear_regression", (200, 50), []),
    ],
)
async def test_a_third_column_where_there_is_room_and_something_to_show(
    app: Playground, preset: str, size: tuple[int, int], shown: list[str]
) -> None:
    async with Opened(app, preset, size) as watched:
        assert columns(watched) == shown
        asked = watched.asked["layers"]
        assert asked == ({"bins": 40} if shown else {}), "nothing is asked for that is not seen"


@pytest.mark.slow
async def test_beside_images_stands_the_matrix_beside_a_table_an_example(app: Playground) -> None:
    async with Opened(app, "cnn_digits", (200, 50)) as watched:
        await watched.answer("predictions", answers.predictions())
        assert "right" in watched.seen(Closer)
        assert watched.screen.query_one(Closer).border_title == "confusion matrix"
        await watched.answer("predictions", answers.table())
        assert "right" in watched.seen(Picture)
        assert "\u2717" in watched.seen(Picture), "below the matrix"
        assert "its inputs" in watched.seen(Closer)
        assert watched.screen.query_one(Closer).border_title == "the first example, closely"
        await watched.answer("layers", answers.spread_layers())
        assert "conv2d_1 kernel" in watched.seen(Spreads)


@pytest.mark.slow
async def test_another_run_forgets_what_was_shown(app: Playground) -> None:
    async with Opened(app, "cnn_digits", (200, 50)) as watched:
        await watched.answer("layers", answers.spread_layers())
        await watched.answer("predictions", answers.predictions())
        app.session.load(watched.screen.preset)
        await watched.pilot.pause()
        for panel in (Closer, Spreads):
            assert watched.screen.query_one(panel).answer is None
            assert "kernel" not in watched.seen(panel)


async def rested(watched: Watched, updates: int = 380) -> None:
    pause = events.Paused(epoch=9, step=20, steps=45, loss=0.2)
    await watched.handle(*story.middle()[3:], pause)
    watched.app.session.handle(Frame(id=1, epoch=9, step=20, steps=45, updates=updates))
    watched.screen.finish_frame()
    await watched.pilot.pause()
    watched.sent.clear()


async def test_a_click_below_the_curves_goes_to_that_step(app: Playground) -> None:
    async with Opened(app, "cnn_digits", (120, 40)) as watched:
        assert watched.seen(TimeStrip).strip() == "", "there is no step yet"
        await rested(watched)
        assert "step 380 of 380" in watched.seen(TimeStrip)
        strip = watched.screen.query_one(TimeStrip)
        cells = strip._cells(strip.content_size.width)
        await watched.pilot.click(TimeStrip, offset=(2 + (cells - 1) // 2, 1))
        (asked,) = [c for c in watched.sent if isinstance(c, commands.GoTo)]
        assert asked.updates == pytest.approx(190, abs=8)
        assert f"step {asked.updates} of 380" in watched.seen(TimeStrip)
        await watched.pilot.press("5")
        view = watched.screen.open_view
        assert isinstance(view, TimeView)
        assert view.here == asked.updates


async def test_the_time_view_opens_where_the_cursor_of_the_curves_is(app: Playground) -> None:
    async with Opened(app, "cnn_digits", (120, 40)) as watched:
        await rested(watched)
        await watched.pilot.press("left", "left")
        assert watched.screen.query_one("#loss", Curves).cursor == 7
        await watched.pilot.press("5")
        assert [c for c in watched.sent if isinstance(c, commands.GoTo)] == [
            commands.GoTo(updates=7 * 45)
        ]
