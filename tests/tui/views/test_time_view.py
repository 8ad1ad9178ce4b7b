"""The views of a run's past and of its landscape, with an engine that the test plays."""

from itertools import product
from pathlib import Path

import numpy as np
import pytest

from tests.tui import story
from tests.tui.quiet import quiet
from tests.tui.waiting import until
from tests.tui.watched import STARTED, Opened, Watched
from tuidl.protocol import commands, events
from tuidl.protocol.landscapes import (
    LandscapeBegun,
    LandscapeHead,
    LandscapePart,
    LandscapePath,
    PathPoint,
)
from tuidl.protocol.moments import (
    Compared,
    Forked,
    LayerChange,
    Moment,
    MomentsCompared,
    Standing,
)
from tuidl.tui.app import Playground
from tuidl.tui.screens.train import TrainScreen
from tuidl.tui.session.run import Run
from tuidl.tui.views.landscape import About, LandscapeView, Plane
from tuidl.tui.views.time import TimeView
from tuidl.tui.widgets.curves import Curves
from tuidl.tui.widgets.key_line import KeyLine
from tuidl.tui.widgets.status import Status
from tuidl.tui.widgets.time_line import TimeLine

SIZES = [(80, 24), (120, 40), (200, 50)]
NEWEST = 380


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Playground:
    return quiet(monkeypatch, tmp_path)


def moment(updates: int, *, is_present: bool = False) -> Moment:
    return Moment(
        epoch=1 + updates // 45, step=updates % 45, steps=45, updates=updates,
        origin=max(updates - 12, 0), seconds=0.061, learning_rate=0.002, is_present=is_present,
    )  # fmt: skip


def frame(updates: int, *, is_past: bool) -> events.Frame:
    return events.Frame(
        id=1, epoch=1 + updates // 45, step=updates % 45, steps=45, loss=0.25,
        learning_rate=0.002, updates=updates, is_past=is_past,
    )  # fmt: skip


async def paused(watched: Watched) -> TimeView:
    """A run that rests after 380 steps, with its past opened."""
    pause = events.Paused(epoch=9, step=20, steps=45, loss=0.2)
    await watched.handle(*story.middle()[3:], pause)
    watched.app.session.handle(frame(NEWEST, is_past=False))
    await watched.pilot.press("5")
    watched.sent.clear()
    view = watched.screen.open_view
    assert isinstance(view, TimeView)
    return view


def looks(watched: Watched, updates: int) -> None:
    """The engine has gone to that step, and shows it."""
    watched.app.session.handle(moment(updates))
    watched.app.session.handle(frame(updates, is_past=True))
    watched.screen.finish_frame()


async def test_all_panels_follow_and_the_header_says_so(app: Playground) -> None:
    async with Opened(app, "cnn_digits") as watched:
        await paused(watched)
        await watched.pilot.press("home")
        assert watched.sent == [commands.GoTo(updates=0)]
        looks(watched, 0)
        await watched.pilot.press("pagedown", "shift+right", "right")
        assert watched.sent[1:] == [commands.GoTo(updates=19)]
        looks(watched, 19)
        assert watched.sent[2:] == [commands.GoTo(updates=65)]
        looks(watched, 65)
        await watched.pilot.pause()
        status = watched.screen.query_one(Status).render().plain
        assert "past: step 65" in status
        assert "epoch 2/15" in status
        assert "validation after epoch 1" in status
        assert "step 65 (epoch 2, step 20 of 45) of 380" in watched.seen(TimeLine)
        assert "12 steps computed again, in 61 ms" in watched.seen(TimeLine)
        assert all(c._marks().cursor == 1 + 20 / 45 for c in watched.screen.query(Curves))
        assert (watched.screen.shown.epoch, watched.screen.shown.step) == (9, 20)
        watched.app.session.handle(moment(NEWEST, is_present=True))
        watched.app.session.handle(frame(NEWEST, is_past=False))
        watched.screen.finish_frame()
        assert "past" not in watched.screen.query_one(Status).render().plain


@pytest.mark.slow
async def test_marks_are_compared_and_a_fork_is_trained(app: Playground) -> None:
    async with Opened(app, "cnn_digits") as watched:
        view = await paused(watched)
        await watched.pilot.press("a", "left")
        looks(watched, NEWEST - 1)
        await watched.pilot.press("b", "k")
        assert watched.sent[-1] == commands.Compare(first=NEWEST - 1, second=NEWEST)
        stood = [
            Standing(
                moment=moment(step), part="validation", examples=359, scores={"loss": 0.1},
                train={}, seen=0, weights_sha256="0" * 64,
            )
            for step in (379, 380)
        ]  # fmt: skip
        change = LayerChange(layer="dense_1", first=2.0, second=2.1, difference=0.5)
        found = Compared(first=stood[0], second=stood[1], layers=(change,), changed=3)
        watched.app.session.handle(MomentsCompared(compared=found))
        await watched.pilot.pause()
        await watched.pilot.press("escape")
        await watched.pilot.press("n", *["backspace"] * 8, *"x", "enter")
        assert not isinstance(app.screen, TrainScreen)
        await watched.pilot.press("backspace", *"0.05", "enter")
        assert watched.sent[-1] == commands.Fork(updates=NEWEST - 1)
        watched.app.session.handle(
            Forked(folder="fork", run="fork", origin="run at step 379", moment=moment(379))
        )
        await watched.pilot.pause()
        assert watched.screen.fork_rate == 0.05
        assert view.rival is not None
        assert view.marks == {"a": NEWEST, "b": NEWEST - 1}
        rival = view.rival
        rival.begin(Run())
        rival.handle(STARTED)
        rival.handle(events.Paused(epoch=9, step=19, steps=45, loss=0.2))
        assert watched.sent[-1] == commands.Resume()
        rival.handle(frame(360, is_past=False))
        view._play()
        assert watched.sent[-1] == commands.GoTo(updates=360)
        assert "fork (paused): step 360, rate 0.002" in view.race_words
        assert view.query_one("#rival-picture").display
        watched.app.session.handle(moment(360))
        rival.handle(frame(NEWEST, is_past=False))
        view._play()
        watched.app.session.handle(moment(NEWEST, is_present=True))
        await until(watched.pilot, lambda: watched.sent[-1] == commands.Resume())
        assert watched.sent[-2] == commands.Pace(steps_per_second=rival.pace)
        assert watched.screen.shown.goes
        sent = len(watched.sent)
        view._play()  # both train: this run is not shown its past
        assert not [c for c in watched.sent[sent:] if isinstance(c, commands.GoTo)]
        await watched.pilot.press("r")
        assert view.rival is None


async def test_it_is_played_only_as_fast_as_the_engine_answers(app: Playground) -> None:
    async with Opened(app, "cnn_digits") as watched:
        view = await paused(watched)
        await watched.pilot.press("space")
        for _ in range(3):
            view._play()
        assert watched.sent == [commands.GoTo(updates=0)]
        looks(watched, 0)
        view._play()
        assert len(watched.sent) == 2
        await watched.pilot.press("space")
        assert view.speed is None


async def test_both_views_draw_at_every_size_from_their_start(app: Playground) -> None:
    async with Opened(app, "cnn_digits") as watched:
        for size, key in product(SIZES, "56"):
            await watched.pilot.resize_terminal(*size)
            await watched.press(key)
            panel = watched.screen.open_view.query_one(TimeLine if key == "5" else Plane)
            assert panel.render().plain.strip()


def head(points: int = 3) -> LandscapeHead:
    axis = [-1.0, 0.0, 1.0]
    point = PathPoint(updates=3, first=0.5, second=-0.5, distance=0.1, loss=0.7)
    return LandscapeHead(
        run="cnn", updates=380, epoch=9, step=20, plane="path", seed=0, shares=(0.9, 0.05),
        first=axis, second=axis, part="validation", examples=100, total=359, centre=0.2,
        logged=None, averages=False, paths=(LandscapePath(run="cnn", points=(point,)),),
    )  # fmt: skip


@pytest.mark.slow
async def test_a_landscape_is_drawn_while_it_is_computed(app: Playground) -> None:
    async with Opened(app, "cnn_digits") as watched:
        await paused(watched)
        await watched.pilot.press("6")
        view = watched.screen.open_view
        assert isinstance(view, LandscapeView)
        assert "enter: compute the loss" in watched.seen(Plane)
        await watched.pilot.press("enter")
        assert watched.sent[-1] == commands.Survey(number=1, plane="path")
        await watched.handle(LandscapeBegun(number=1, head=head()))
        await watched.handle(LandscapePart(number=1, places=[(1, 1), (0, 0)], losses=[0.2, None]))
        await watched.handle(LandscapePart(number=7, places=[(2, 2)], losses=[9.0]))
        assert view.known.sum() == 2
        assert np.isnan(view.losses[0, 0])
        assert "2 of 9 points" in view.query_one(Plane).title_now()
        await watched.pilot.press("up")
        assert "at (0, 1): not computed yet" in view.query_one(About).render().plain
        await watched.pilot.press("p")
        assert watched.sent[-1] == commands.Survey(number=2, plane="random")
        await watched.handle(events.Refused(error="several objectives", key="survey"))
        assert "several objectives" in watched.seen(Plane)


async def test_a_run_that_failed_keeps_saying_why(app: Playground) -> None:
    """No key of a view asks an engine that has no network, and no refusal hides the first one."""
    async with Opened(app, "cnn_digits") as watched:
        watched.screen.begin(Run())  # nothing is said of it yet
        app.session.handle(events.Refused(error="the files are not here"))
        await watched.pilot.press("6", "enter")
        assert not any(isinstance(command, commands.Survey) for command in watched.sent)
        app.session.handle(events.Refused(error="there is no run yet", key="survey"))
        assert watched.screen.shown.error == "the files are not here"
        await watched.pilot.press("5")
        await watched.pilot.pause()
        assert "space train again" in watched.screen.query_one(KeyLine).render().plain


async def test_the_reason_of_a_refusal_is_told_to_its_end(app: Playground) -> None:
    async with Opened(app, "cnn_digits", (80, 24)) as watched:
        await paused(watched)
        await watched.pilot.press("6", "enter")
        reason = "no landscape of several objectives: " + "each has a loss of its own, " * 5
        await watched.handle(events.Refused(error=f"{reason}and so on", key="survey"))
        assert "and so on" in watched.seen(Plane)


async def test_space_trains_where_there_is_no_past_yet(app: Playground) -> None:
    async with Opened(app, "cnn_digits") as watched:
        await watched.handle(STARTED, events.Paused(epoch=1, step=0, steps=45, loss=None))
        await watched.pilot.press("5")
        await watched.pilot.pause()
        assert "space train" in watched.screen.query_one(KeyLine).render().plain
        watched.sent.clear()
        await watched.pilot.press("n", "space", "left", "home")
        assert any(isinstance(command, commands.Resume) for command in watched.sent)
        assert not any(isinstance(command, commands.GoTo) for command in watched.sent)
        assert isinstance(app.screen, TrainScreen), "nothing to fork from yet"
