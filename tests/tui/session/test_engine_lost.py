"""An engine that is killed: space goes on from where the run was last saved, as if nothing had
happened; where nothing was saved, the run starts anew and says so."""

import asyncio
import math
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.tui import folders, story
from tests.tui.quiet import loads, quiet
from tests.tui.session.test_broken_engines import notices
from tests.tui.waiting import until
from tuidl.preset.library import load_preset
from tuidl.preset.schema import Preset
from tuidl.protocol import events
from tuidl.protocol.commands import Command, Load
from tuidl.runs.reading import read_events
from tuidl.storage.contents import CHECKPOINTS
from tuidl.storage.folder import RunFolder
from tuidl.storage.locations import runs_folder
from tuidl.tui.app import Playground
from tuidl.tui.screens.train import TrainScreen
from tuidl.tui.session.engine import Engine
from tuidl.tui.session.run import Phase, Run
from tuidl.tui.state import State
from tuidl.tui.widgets.status import Status

pytestmark = pytest.mark.slow

NAME = "cnn_digits-1"
EPOCHS, STEPS_PER_SECOND = 60, 50.0
"""So many, so slowly, that a run is not over before a screen on a busy machine has seen it saved:
an engine that goes on with a run is at full speed until the screen names the pace."""
SAVED = events.Saved(epoch=6, step=10)


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Playground:
    return quiet(monkeypatch, tmp_path, preset=load_preset("cnn_digits"))


def again(place: events.Place | None) -> events.RunStarted:
    started = story.beginning()[0]
    assert isinstance(started, events.RunStarted)
    fields = {name: getattr(started, name) for name in started.__struct_fields__}
    return events.RunStarted(**fields | {"resumed": place})


def saved_run() -> Path:
    path = folders.unfinished(NAME)
    (path / CHECKPOINTS / "000003.safetensors").touch()
    return path


async def trains(pilot: Pilot[int], app: Playground, *told: events.Event) -> TrainScreen:
    await until(pilot, lambda: loads(app))
    for event in told:
        app.session.handle(event)
    assert isinstance(app.screen, TrainScreen)
    return app.screen


def epochs_drawn(run: Run) -> list[float]:
    return [x for x, _ in run.history.series["train loss"].recent]


@pytest.mark.parametrize("paused", [False, True])
async def test_space_goes_on_from_the_checkpoint(app: Playground, paused: bool) -> None:
    path = saved_run()
    async with app.run_test(size=(120, 40)) as pilot:
        stop = [events.Paused(epoch=9, step=20, steps=45, loss=0.2)] if paused else []
        screen = await trains(pilot, app, *story.middle(), SAVED, *stop)
        run, before = screen.shown, screen.previous
        app.session._engine_ended(-9)
        await until(pilot, lambda: "epoch 6, step 10" in screen.query_one(Status).render().plain)
        await pilot.press("space")
        command = loads(app)[-1]
        assert (command.run, command.paused) == (str(path), paused), "as it was when it was lost"
        assert screen.shown is run
        assert screen.previous is before, "its own curves do not stand behind it"
        assert run.phase is Phase.LOADING
        assert epochs_drawn(run) == [1, 2, 3, 4, 5, 6, 7, 8]
        place = events.Place(epoch=6, step=10)
        await trains(pilot, app, again(place), events.Compiled(seconds=0, cached=True))
        assert (run.epoch, run.step) == (6, 10)
        assert epochs_drawn(run) == [1, 2, 3, 4, 5]
        await trains(pilot, app, *map(story.epoch, range(6, 15)), story.ended())
        assert epochs_drawn(run) == list(range(1, 15)), "no epoch twice"
        steps = [x for x, _ in run.history.series["step loss"].recent]
        assert steps == sorted(steps)
        assert run.phase is Phase.ENDED


@pytest.mark.parametrize("what", ["nothing saved", "folder deleted", "not kept"])
async def test_where_nothing_was_saved_it_starts_anew_and_says_so(
    app: Playground, what: str
) -> None:
    if what != "not kept":
        folders.unfinished(NAME)
    async with app.run_test(size=(120, 40)) as pilot:
        await trains(pilot, app, *story.middle())
        app.session._engine_ended(-9)
        if what == "folder deleted":
            shutil.rmtree(runs_folder() / NAME)
        await pilot.press("space")
        assert (loads(app)[-1].run, loads(app)[-1].paused) == (None, True)
        await until(pilot, lambda: "Nothing of this run was saved yet" in notices(app))


async def test_the_end_of_an_engine_is_nothing_where_another_is_on_its_way(
    app: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else what it was to load would be forgotten, and space would have to start it."""
    may_start, sent = asyncio.Event(), list[Command]()

    async def start(engine: Engine) -> None:
        await may_start.wait()
        monkeypatch.setattr(Engine, "send", lambda engine, command: sent.append(command) or True)

    async with app.run_test(size=(120, 40)) as pilot:
        screen = await trains(pilot, app, *story.middle())
        monkeypatch.setattr(Engine, "start", start)
        monkeypatch.setattr(Engine, "send", lambda engine, command: False)
        app.session.load(screen.preset)
        app.session._engine_ended(-9)
        assert screen.shown.phase is Phase.LOADING
        may_start.set()
        await until(pilot, lambda: sent)
        assert isinstance(sent[0], Load)


async def test_lost_again_while_it_loads_it_still_goes_on(app: Playground) -> None:
    path = saved_run()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await trains(pilot, app, *story.middle(), SAVED)
        for _ in range(3):
            app.session._engine_ended(-9)
            assert screen.shown.phase is Phase.LOST
            await pilot.press("space")
            assert (loads(app)[-1].run, loads(app)[-1].paused) == (str(path), False)
        assert len(loads(app)) == 4
        assert epochs_drawn(screen.shown) == [1, 2, 3, 4, 5, 6, 7, 8]


async def test_a_checkpoint_that_turns_out_damaged_is_a_failure_not_a_wait(
    app: Playground,
) -> None:
    saved_run()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await trains(pilot, app, *story.middle(), SAVED)
        app.session._engine_ended(-9)
        await pilot.press("space")
        await trains(pilot, app, events.Refused(error="no checkpoint is whole"))
        assert screen.shown.phase is Phase.FAILED
        await pilot.press("space")
        assert loads(app)[-1].run is None


async def test_without_a_checkpoint_the_curves_begin_again(app: Playground) -> None:
    """The engine may find that none of the checkpoints is of use, and say that it starts anew."""
    saved_run()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await trains(pilot, app, *story.middle(), SAVED)
        app.session._engine_ended(-9)
        await pilot.press("space")
        await trains(pilot, app, again(None), story.epoch(1))
        assert epochs_drawn(screen.shown) == [1]
        assert screen.shown.best == (1, story.epoch(1).validation["loss"])  # type: ignore[attr-defined]


@pytest.mark.parametrize("end", [story.ended(), folders.FAILED], ids=["ended", "failed"])
async def test_a_run_that_was_over_stays_over(app: Playground, end: events.Event) -> None:
    saved_run()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await trains(pilot, app, *story.middle(), SAVED, end)
        phase = screen.shown.phase
        app.session._engine_ended(-11)
        assert screen.shown.phase is phase
        await until(pilot, lambda: "signal 11, SIGSEGV" in notices(app))
        await pilot.press("space")
        assert (loads(app)[-1].run, loads(app)[-1].paused) == (None, False), "once more"


async def test_lost_while_it_compiles_it_says_so(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        compiling = events.Compiling(done=1, total=9, kernel="dense")
        screen = await trains(pilot, app, story.beginning()[0], compiling)
        app.session._engine_ended(-9)
        await until(pilot, lambda: "signal 9" in screen.query_one(Status).render().plain)


@pytest.mark.parametrize("is_empty", [True, False])
async def test_a_name_that_was_only_claimed_is_given_back(app: Playground, is_empty: bool) -> None:
    claimed = runs_folder() / NAME
    async with app.run_test(size=(120, 40)) as pilot:
        await trains(pilot, app, *story.beginning())
        claimed.mkdir(parents=True)
        if not is_empty:
            (claimed / "mine").touch()
        app.session._engine_ended(-9)
        assert claimed.exists() is not is_empty


async def test_a_run_opened_to_go_on_and_killed_while_it_loads(app: Playground) -> None:
    path = folders.unfinished("other")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: loads(app))
        app.leave_run()
        app.open_run(path, load_preset("cnn_digits"))
        await until(pilot, lambda: len(loads(app)) == 2)
        app.session._engine_ended(-9)
        assert app.run_display().shown.phase is Phase.LOST  # type: ignore[union-attr]
        await pilot.press("space")
        await until(pilot, lambda: len(loads(app)) == 3)
        assert loads(app)[-1].run == str(path)


async def test_events_of_a_run_that_gave_way_are_not_the_new_ones(app: Playground) -> None:
    """Keys pressed quickly: what the engine says of the first load comes after the second."""
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await trains(pilot, app, *story.beginning())
        number = app.session._number
        app.session._heard = 0  # the engine is slow
        await pilot.press("r", "r")
        app.session._heard = 0
        app.session.handle(events.Loading(number=number + 1))
        for event in (*story.middle(), story.ended("replaced", 8)):
            app.session.handle(event)
        assert screen.shown.started is None
        assert screen.shown.phase is Phase.LOADING
        app.session.handle(events.Loading(number=number + 2))
        for event in story.beginning():
            app.session.handle(event)
        assert screen.shown.phase is Phase.PAUSED


def test_the_best_epoch_of_what_is_forgotten_is_forgotten() -> None:
    run = Run()
    losses = [5.0, 4.0, 4.5, 3.0, 2.0]
    for event in story.beginning():
        run.handle(event)
    for number, loss in enumerate(losses, 1):
        run.handle(
            events.EpochEnded(
                epoch=number, seconds=1.0, train={"loss": loss}, validation={"loss": loss},
                learning_rate=0.1, gradient_norms={},
            )
        )  # fmt: skip
    assert run.best == (5, 2.0)
    run.handle(again(events.Place(epoch=4, step=0)))
    assert run.best == (2, 4.0)


async def _to_its_end(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, preset: Preset, kills: int
) -> tuple[RunFolder, Run]:
    """Train in a playground with a real engine, which is killed so many times after it saved."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path / "runs"))
    app = Playground(preset, state=State())
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.screen.query("#layers"))
        screen = app.screen
        assert isinstance(screen, TrainScreen)
        await until(pilot, lambda: screen.shown.phase is Phase.PAUSED)
        screen._choose_pace(STEPS_PER_SECOND if kills else None)
        await pilot.press("space")
        for left in reversed(range(kills)):
            await until(pilot, _saves(screen))
            assert app.session.engine.pid is not None
            os.kill(app.session.engine.pid, signal.SIGKILL)
            await until(pilot, lambda: screen.shown.phase is Phase.LOST)
            screen._choose_pace(STEPS_PER_SECOND if left else None)
            await pilot.press("space")
        await until(pilot, lambda: screen.shown.is_over)
        assert screen.shown.phase is Phase.ENDED, screen.shown.error
        folder = app.session.run_folder(screen.shown)
        assert folder is not None
        return RunFolder(folder), screen.shown


def _saves(screen: TrainScreen) -> Callable[[], bool]:
    """Whether it has been saved since, and trained on a little."""
    before = screen.shown.saved

    def holds() -> bool:
        run = screen.shown
        is_new = run.phase is Phase.RUNNING and run.saved is not None and run.saved != before
        return is_new and (run.epoch, run.step) > (run.saved.epoch, run.saved.step)  # type: ignore[union-attr]

    return holds


@pytest.mark.slow
async def test_killed_twice_it_reaches_the_same_weights(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import sys

    from tuidl.runs import recorder
    from tuidl.tui.session import engine as engine_module

    program = (
        "from tuidl.runs import recorder\n"
        "recorder.SECONDS_BETWEEN_SAVES, recorder.COST = 0.2, 1.0  # on a busy disk as well\n"
        "from tuidl.worker import process; process.main()"
    )
    assert recorder.SECONDS_BETWEEN_SAVES > 1, "else this is slow"
    monkeypatch.setattr(engine_module, "command_line", lambda: [sys.executable, "-c", program])
    preset = load_preset("cnn_digits", (f"training.epochs={EPOCHS}",))
    whole, _ = await _to_its_end(monkeypatch, tmp_path / "a", preset, 0)
    killed, run = await _to_its_end(monkeypatch, tmp_path / "b", preset, 2)
    assert whole.outcome is not None
    assert killed.outcome is not None
    assert killed.outcome.weights_sha256 == whole.outcome.weights_sha256
    assert epochs_drawn(run) == list(range(1, EPOCHS + 1))
    kept = [e.epoch for e in read_events(killed.log) if isinstance(e, events.EpochEnded)]
    assert kept == list(range(1, EPOCHS + 1))
    assert len(list((tmp_path / "b" / "runs").iterdir())) == 1, "one run, not three"
    loss = run.history.series["validation loss"].last
    assert loss is not None
    assert math.isfinite(loss)
