"""Engines that break in every way before and while they train: the screen says what happened within
a moment, in one line, and a key starts another; it never goes on saying that it loads."""

import asyncio
import errno
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from tests.tui import story
from tests.tui.pseudo_terminal import children
from tests.tui.quiet import loads, quiet
from tests.tui.waiting import until
from tuidl.preset.library import load_preset
from tuidl.protocol import events
from tuidl.tui.app import Playground
from tuidl.tui.screens.train import TrainScreen
from tuidl.tui.session import engine as engine_module
from tuidl.tui.session import session as session_module
from tuidl.tui.session.engine import Engine
from tuidl.tui.session.run import Phase
from tuidl.tui.state import State
from tuidl.tui.widgets.curves import Curves
from tuidl.tui.widgets.status import Status

pytestmark = pytest.mark.slow

STAY = "import time; time.sleep(1000)"
HEARS = """
import json, os, sys, time
out = sys.stdout
def say(**event): out.write(json.dumps(event) + "\\n"); out.flush()
for line in sys.stdin:
    command = json.loads(line)
    if command["command"] == "quit": os._exit(0)
    if command["command"] == "load":
        say(event="loading", number=command["number"])
        break
"""
BEGUN = HEARS + "".join(
    f"out.write({events.to_json(event)!r} + '\\n')\n" for event in story.middle(3)
) + "out.flush()\n"  # fmt: skip

DIES = {
    "exits at once": ("raise SystemExit(1)", "status 1"),
    "has no such module": ("import nothing_of_the_kind", "No module named 'nothing_of_the_kind'"),
    "does not parse": ("x = = 1", "SyntaxError"),
    "runs out of memory": ("raise MemoryError", "MemoryError"),
    "aborts": ("import os; os.abort()", "signal 6, SIGABRT"),
    "is killed": ("import os; os.kill(os.getpid(), 9)", "signal 9, SIGKILL"),
    "ends well, unasked": ("pass", "status 0"),
    "dies while it loads": (HEARS + "os._exit(7)", "status 7"),
    "dies amid a line": (HEARS + "out.write('{\"event'); out.flush(); os._exit(8)", "status 8"),
    "dies while it trains": (BEGUN + "os._exit(9)", "status 9"),
    "closes its output and stays": (f"import os; os.close(1); {STAY}", "signal 9"),
    "leaves a child behind that holds its output": (
        "import os\nif os.fork(): os._exit(5)\nimport time; time.sleep(8)", "status 5",
    ),
    "closes its input": ("import os; os.close(0); os.close(1); os._exit(6)", "status 6"),
}  # fmt: skip


def playground(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, program: str) -> Playground:
    """With an engine that is another program."""
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path / "runs"))
    monkeypatch.setattr(engine_module, "command_line", lambda: [sys.executable, "-c", program])
    return Playground(load_preset("cnn_digits"), state=State())


def notices(app: Playground) -> str:
    return "\n".join(notice.message for notice in app._notifications)


async def screen_of(pilot: Pilot[int]) -> TrainScreen:
    await until(pilot, lambda: pilot.app.screen.query("#layers"))
    assert isinstance(pilot.app.screen, TrainScreen)
    return pilot.app.screen


@pytest.mark.parametrize("name", DIES)
async def test_an_engine_that_dies_is_told_of_and_space_starts_another(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    program, words = DIES[name]
    app = playground(monkeypatch, tmp_path, program)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await screen_of(pilot)
        await until(pilot, lambda: screen.shown.phase is Phase.LOST)
        assert "the engine process ended" in screen.query_one(Status).render().plain
        await until(pilot, lambda: words in notices(app))
        assert "Traceback" not in notices(app)
        assert "space starts it again" in notices(app)
        if words not in screen.shown.error:
            assert str(app.session.engine.log) in notices(app), "where there is more"
        first = app.session._number
        monkeypatch.setattr(
            engine_module, "command_line", lambda: [sys.executable, "-c", BEGUN + STAY]
        )
        await pilot.press("space")
        await until(pilot, lambda: screen.shown.phase is Phase.RUNNING)
        assert app.session._number > first


@pytest.mark.parametrize(
    "error",
    [OSError(errno.ENOENT, "No such file or directory"), OSError(errno.ENOMEM, "Cannot allocate"),
     OSError(errno.EMFILE, "Too many open files"), BlockingIOError(errno.EAGAIN, "Try again"),
     PermissionError(errno.EACCES, "Permission denied"), ValueError("embedded null byte"),
     RuntimeError("can't start new thread")],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
async def test_an_engine_that_cannot_be_started_is_told_of(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: Exception
) -> None:
    app = playground(monkeypatch, tmp_path, BEGUN + STAY)

    async def fails(*arguments: object, **options: object) -> None:
        raise error

    before = len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 0
    with monkeypatch.context() as patch:
        patch.setattr(asyncio, "create_subprocess_exec", fails)
        async with app.run_test(size=(120, 40)) as pilot:
            screen = await screen_of(pilot)
            await until(pilot, lambda: screen.shown.phase is Phase.LOST)
            assert "cannot be started" in screen.query_one(Status).render().plain
            assert (getattr(error, "strerror", None) or str(error)) in notices(app)
            for _ in range(5):
                await pilot.press("space")
                await until(pilot, lambda: screen.shown.phase is Phase.LOST)
            patch.undo()
            monkeypatch.setattr(
                engine_module, "command_line", lambda: [sys.executable, "-c", BEGUN + STAY]
            )
            await pilot.press("space")
            await until(pilot, lambda: screen.shown.phase is Phase.RUNNING)
    if before:
        assert len(os.listdir("/proc/self/fd")) < before + 20, "logs are closed"


def test_a_program_that_is_not_there_raises_what_the_screen_takes(tmp_path: Path) -> None:
    async def start() -> None:
        engine = Engine(tmp_path / "engine-1.log", lambda event: None, lambda status: None)
        with pytest.raises(OSError, match="No such file"):
            await engine.start()
        assert not engine.is_alive

    monkey = pytest.MonkeyPatch()
    monkey.setattr(engine_module, "command_line", lambda: [str(tmp_path / "python")])
    asyncio.run(start())
    monkey.undo()


FAILS: dict[str, dict[str, object]] = {
    "a refusal": {"event": "refused", "error": "no such data"},
    "a failure before the first event": {"event": "run_failed", "error": "no numba", "where": {}},
}


@pytest.mark.parametrize("name", FAILS)
async def test_what_fails_before_the_first_event_is_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    event = FAILS[name]
    words = str(event["error"])
    app = playground(monkeypatch, tmp_path, HEARS + f"say(**{event!r})\n{STAY}")
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await screen_of(pilot)
        await until(pilot, lambda: screen.shown.phase is Phase.FAILED)
        assert words in screen.query_one(Status).render().plain
        await until(pilot, lambda: words in notices(app))
        assert app.session._next is None, "space loads it again"
        number = app.session._number
        await pilot.press("space")
        await until(pilot, lambda: app.session._number == number + 1)


ODD = {
    "no JSON": b"{",
    "no event": b"[1]",
    "a number": b"17",
    "an event of another version": b'{"event": "dance"}',
    "an event without its keys": b'{"event": "progress"}',
    "a key of another kind": b'{"event": "saved", "epoch": "x", "step": 1}',
    "what is no UTF-8": b'{"event": "notice", "text": "\xff\xfe"}',
    "half a character": b'{"event": "notice", "text": "\\ud800"}',
    "nested without end": b"[" * 100_000,
    "an escape sequence": b"\x1b]0;title\x07\x1b[2J[@click=app.quit]x[/]",
    "a huge number": b'{"event": "saved", "epoch": ' + b"9" * 5000 + b', "step": 1}',
    "longer than any line may be": b"x" * 300_000,
    "an event longer than any line may be": b'{"event": "notice", "text": "' + b"x" * 900_000,
    "nothing but zeros": b"\0" * 1000,
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
async def test_a_line_that_is_no_event_is_told_of_once_and_reading_goes_on(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "LONGEST_LINE", 1 << 16)
    line, told, odd = tmp_path / "line", [], []
    line.write_bytes(ODD[name] + b"\n")
    program = f"""
import sys
odd = open({str(line)!r}, "rb").read()
for part in (odd, odd, b'{{"event": "saved", "epoch": 3, "step": 1}}\\n', odd[:-1]):
    sys.stdout.buffer.write(part)
"""
    monkeypatch.setattr(engine_module, "command_line", lambda: [sys.executable, "-c", program])
    ended = asyncio.Event()
    engine = Engine(tmp_path / "engine-1.log", told.append, lambda status: ended.set(), odd.append)
    await engine.start()
    await asyncio.wait_for(ended.wait(), 60)
    assert told[-1] == events.Saved(epoch=3, step=1)
    assert len(odd) == (0 if name == "half a character" and len(told) > 1 else 1)
    assert all(text.isascii() and text.isprintable() and len(text) < 400 for text in odd)


async def test_what_is_odd_is_a_notice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = BEGUN + "out.write('[@click=app.quit]x[/]\\n'); out.flush()\n" + STAY
    app = playground(monkeypatch, tmp_path, program)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await screen_of(pilot)
        await until(pilot, lambda: "is no event" in notices(app))
        assert screen.shown.phase is Phase.RUNNING


@pytest.mark.parametrize(
    "error", [ValueError("what is this"), RecursionError(), MemoryError(), KeyError("x"),
              AssertionError(), UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad")],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
async def test_a_screen_that_cannot_take_an_event_goes_on_and_says_so_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: Exception,
    reported_errors: list[BaseException],
) -> None:  # fmt: skip
    app = playground(monkeypatch, tmp_path, BEGUN + STAY)
    take = TrainScreen.handle

    def broken(screen: TrainScreen, event: events.Event) -> None:
        if isinstance(event, events.EpochEnded):
            raise error
        take(screen, event)

    notify, said = app.notify, list[str]()

    def noted(message: str, **options: Any) -> None:
        said.append(message)  # on a slow machine the notice is gone before it is looked for
        notify(message, **options)

    monkeypatch.setattr(TrainScreen, "handle", broken)
    monkeypatch.setattr(app, "notify", noted)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await screen_of(pilot)
        await until(pilot, lambda: screen.shown.loss == 0.2)
        assert screen.shown.phase is Phase.RUNNING, "what came later was taken in"
        told = [message for message in said if "error of the screen" in message]
        assert len(told) == 1
        assert type(error).__name__ in told[0]
        assert str(app.reported_errors.log) in told[0]
        assert "Traceback" in app.reported_errors.log.read_text()
        assert "Traceback" not in told[0]
    assert reported_errors
    reported_errors.clear()


async def test_a_panel_that_cannot_be_drawn_leaves_the_others_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, reported_errors: list[BaseException]
) -> None:
    warned: list[str] = []  # a notice is gone after 10 s, which a busy machine may take
    monkeypatch.setattr(Playground, "warn", lambda app, problem: warned.append(str(problem)))
    app = quiet(monkeypatch, tmp_path, preset=load_preset("cnn_digits"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))

    def broken(curves: Curves, *arguments: object) -> list[object]:
        raise ZeroDivisionError("a scale of nothing")

    monkeypatch.setattr(Curves, "draw", broken)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await screen_of(pilot)
        await until(pilot, lambda: loads(app))
        for event in story.middle():
            app.session.handle(event)
        await until(pilot, lambda: "a scale of nothing" in "".join(warned))
        assert "training" in screen.query_one(Status).render().plain
        assert "this cannot be drawn" in screen.query_one(Curves).render().plain
        await pilot.press("question_mark")
        assert type(app.screen).__name__ == "HelpScreen"
    reported_errors.clear()


@pytest.mark.parametrize("program", [STAY, HEARS + STAY], ids=["starts", "reads"])
async def test_an_engine_that_says_nothing_is_told_of_and_r_replaces_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, program: str
) -> None:
    monkeypatch.setattr(session_module, "PATIENCE", 0.3)
    app = playground(monkeypatch, tmp_path, program)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await screen_of(pilot)
        words = "starting" if program == STAY else "reading data"
        await until(pilot, lambda: words in screen.query_one(Status).render().plain)
        line = screen.query_one(Status).render().plain
        assert "silent for" in line
        assert "r: another engine, q: leave" in line
        assert cell_len(line.splitlines()[0]) <= 80
        silent = app.session.engine.pid
        monkeypatch.setattr(
            engine_module, "command_line", lambda: [sys.executable, "-c", BEGUN + STAY]
        )
        await pilot.press("r")
        await until(pilot, lambda: screen.shown.phase is Phase.RUNNING)
        assert app.session.engine.pid != silent
        assert silent not in children(os.getpid())
        assert "silent for" not in screen.query_one(Status).render().plain


async def test_an_engine_that_hangs_while_it_trains_is_told_of(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(session_module, "LONG_PATIENCE", 0.3)
    app = playground(monkeypatch, tmp_path, BEGUN + STAY)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await screen_of(pilot)
        await until(pilot, lambda: "nothing heard" in screen.query_one(Status).render().plain)
        assert "training" in screen.query_one(Status).render().plain


async def test_commands_for_an_engine_that_only_starts_reach_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Space, while the engine is on its way: it goes on as soon as it can."""
    heard = tmp_path / "heard"
    program = f"""
import sys, json
with open({str(heard)!r}, "a") as file:
    for line in sys.stdin:
        file.write(json.loads(line)["command"] + "\\n")
        file.flush()
"""
    app = playground(monkeypatch, tmp_path, program)
    async with app.run_test(size=(120, 40)) as pilot:
        await screen_of(pilot)
        await app.session.engine.stop()
        app.session.load(load_preset("cnn_digits"))
        await pilot.press("space")
        await until(pilot, lambda: heard.read_text().split()[-2:] == ["load", "resume"])


async def test_a_command_for_an_engine_that_is_gone_starts_no_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = playground(monkeypatch, tmp_path, "pass")
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await screen_of(pilot)
        await until(pilot, lambda: app.session._number and screen.shown.phase is Phase.LOST)
        number = app.session._number
        await pilot.press("f", "s", "e", "plus", "less_than_sign")
        await pilot.pause(0.3)
        assert app.session._number == number
        assert not app.session.engine.is_alive


async def test_home_says_that_the_engine_is_gone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = playground(monkeypatch, tmp_path, "import nothing_of_the_kind")
    app._first = None
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "No module named" in notices(app))


def test_the_story_is_what_the_fake_engines_say() -> None:
    assert json.loads(events.to_json(story.middle(3)[-1]))["event"] == "progress"
