"""A run is opened to be resumed: its log is read in a thread, and the screen stays alive."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui import folders, story
from tests.tui.quiet import loads, quiet
from tests.tui.session.test_broken_engines import notices
from tests.tui.waiting import until
from tuidl.core.errors import RunError
from tuidl.preset.library import load_preset
from tuidl.protocol import commands
from tuidl.protocol.events import Event
from tuidl.runs.reading import stream_events
from tuidl.tui.app import Playground
from tuidl.tui.screens.train import TrainScreen
from tuidl.tui.session import past
from tuidl.tui.session import session as session_module
from tuidl.tui.session.run import Phase
from tuidl.tui.widgets.status import Status

pytestmark = pytest.mark.slow


class SlowLog:
    """Reads logs one event at a time, each only once ``go_on`` is set."""

    def __init__(self) -> None:
        self.go_on, self.is_reading = threading.Event(), threading.Event()
        self.count = 0

    def __call__(self, path: Path) -> Iterator[Event]:
        for event in stream_events(path):
            self.is_reading.set()
            assert self.go_on.wait(300)
            self.count += 1
            yield event


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Playground:
    return quiet(monkeypatch, tmp_path)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowLog]:
    log = SlowLog()
    monkeypatch.setattr(past, "stream_events", log)
    yield log
    log.go_on.set()


def told(app: Playground) -> list[type[commands.Command]]:
    kinds = (commands.Load, commands.Resume, commands.Step)
    return [type(command) for command in app.sent if isinstance(command, kinds)]  # type: ignore[attr-defined]


async def test_keys_are_answered_while_the_log_is_read(
    app: Playground, slow: SlowLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_module, "PATIENCE", 0.0)
    path = folders.unfinished("run")
    async with app.run_test(size=(120, 40)) as pilot:
        app.open_run(path, load_preset("cnn_digits"))
        await until(pilot, slow.is_reading.is_set)
        screen = app.screen
        assert isinstance(screen, TrainScreen)
        await pilot.press("3")
        assert screen.open_view is not None, "the event loop is free"
        await pilot.press("1", "space", "s")
        await until(pilot, lambda: "reading its log" in screen.query_one(Status).render().plain)
        assert told(app) == [], "keys wait until the run is loaded"
        slow.go_on.set()
        await until(pilot, lambda: len(told(app)) == 3)
        assert told(app) == [commands.Load, commands.Resume, commands.Step], "in their order"
        assert loads(app)[0].run == str(path)
        assert screen.shown.epochs_done == 8, "what the log holds is shown"
        assert screen.shown.phase is Phase.LOADING


async def test_a_run_that_gives_way_to_another_is_read_no_further(
    app: Playground, slow: SlowLog
) -> None:
    path = folders.unfinished("run")
    async with app.run_test(size=(120, 40)) as pilot:
        app.open_run(path, load_preset("cnn_digits"))
        await until(pilot, slow.is_reading.is_set)
        await pilot.press("r")
        await until(pilot, lambda: bool(loads(app)))
        slow.go_on.set()
        await pilot.pause(0.1)
        assert [command.run for command in loads(app)] == [None]
        assert slow.count <= 1
        assert app.screen.shown.epochs_done == 0  # type: ignore[attr-defined]


async def test_leaving_and_ending_do_not_wait_for_the_log(app: Playground, slow: SlowLog) -> None:
    path = folders.unfinished("run")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        home = app.screen
        app.open_run(path, load_preset("cnn_digits"))
        await until(pilot, slow.is_reading.is_set)
        await pilot.press("q")
        assert app.screen is home
    assert slow.count == 0


async def test_an_engine_lost_while_the_log_is_read_is_started_by_space(
    app: Playground, slow: SlowLog
) -> None:
    path = folders.unfinished("run")
    async with app.run_test(size=(120, 40)) as pilot:
        app.open_run(path, load_preset("cnn_digits"))
        await until(pilot, slow.is_reading.is_set)
        app.session._engine_ended(-9)
        slow.go_on.set()
        await pilot.pause(0.1)
        assert told(app) == []
        await pilot.press("space")
        await until(pilot, lambda: bool(loads(app)))
        assert loads(app)[-1].run == str(path)
        assert app.screen.shown.epochs_done == 8  # type: ignore[attr-defined]


@pytest.mark.parametrize("error", [RunError("line 3: [bold] damaged"), OSError(5, "I/O error")])
async def test_a_log_that_cannot_be_read_refuses_the_run(
    app: Playground, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def damaged(path: Path) -> Iterator[Event]:
        yield from story.beginning()
        raise error

    monkeypatch.setattr(past, "stream_events", damaged)
    async with app.run_test(size=(120, 40)) as pilot:
        app.open_run(folders.unfinished("run"), load_preset("cnn_digits"))
        words = "[bold] damaged" if isinstance(error, RunError) else "I/O error"
        await until(pilot, lambda: words in notices(app))
        screen = app.screen
        assert isinstance(screen, TrainScreen)
        assert screen.shown.phase is Phase.FAILED
        assert loads(app) == []
