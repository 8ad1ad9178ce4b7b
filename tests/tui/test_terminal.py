"""The playground in a real terminal: keys, signals, and processes that die."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.pseudo_terminal import Terminal, children, is_gone
from tuidl.storage.folder import RunFolder

MOST_NICE = 19
"""The lowest priority: nothing gives way to it."""

pytestmark = pytest.mark.skipif(
    not Path("/proc").is_dir(), reason="looks for child processes in /proc"
)


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Terminal]:
    """The playground with a preset, ready to train, after it has said at once what it loads: on the
    shell's screen, then on its own."""
    with Terminal("cnn_digits", home=tmp_path) as terminal:
        for words in ("loading cnn_digits", "loading CNN digits", "paused"):
            terminal.until(words)
        yield terminal


def test_start_train_pause_step_and_quit(screen: Terminal) -> None:
    screen.press(" ")
    screen.until("training")
    screen.press(" ")
    screen.until("paused")
    screen.press("s")
    screen.until("step")
    screen.press("e")
    screen.until("· accuracy ")  # "paused" may still be of the step; here the epoch is done
    engine = screen.engine
    screen.press("q")
    screen.until("Stop this run?")
    screen.press("l")
    screen.until("filter")
    screen.press("q")
    assert screen.ended() == 0
    assert screen.is_as_before
    assert is_gone(engine)


@pytest.mark.slow
def test_an_engine_that_is_killed_is_told_of_and_started_again(screen: Terminal) -> None:
    screen.press(" ")
    screen.until("training")
    os.kill(screen.engine, signal.SIGKILL)
    assert "signal 9" in screen.until("starts it again")
    screen.press(" ")
    screen.until("paused")
    screen.press(" ")
    screen.until("training")


def test_the_engine_goes_with_the_screen(screen: Terminal) -> None:
    screen.press(" ")
    screen.until("training")
    engine = screen.engine
    screen.process.kill()
    screen.process.wait()
    assert is_gone(engine)


@pytest.mark.slow
@pytest.mark.parametrize("is_told", [True, False])
def test_it_ends_with_its_terminal(screen: Terminal, is_told: bool) -> None:
    """Whether the system tells the process of that, or it only finds nothing to read."""
    screen.press(" ")
    screen.until("training")
    engine = screen.engine
    screen.hang_up(is_told)
    assert screen.ended() == 143
    assert is_gone(engine)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_what_was_trained_survives_the_screen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path / "runs"))
    with Terminal("cnn_digits", home=tmp_path) as screen:
        screen.until("paused")
        screen.press(" ")
        screen.until("training")
        engine = screen.engine
        os.kill(screen.process.pid, number)
        screen.ended()
        assert is_gone(engine)
    (run,) = (tmp_path / "runs").iterdir()
    snapshot, problems = RunFolder(run).checkpoints.newest()
    assert snapshot is not None
    assert snapshot.state.updates > 0
    assert problems == []
    assert RunFolder(run).summary is not None
    with Terminal("resume", str(run), home=tmp_path) as screen:
        screen.until("paused")
        screen.press("\x11")
        assert screen.ended() == 0


@pytest.mark.sample(1)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signals_leave_the_terminal_as_it_was(screen: Terminal, number: signal.Signals) -> None:
    screen.press(" ")
    screen.until("training")
    engine = screen.engine
    os.kill(screen.process.pid, number)
    assert screen.ended() == 143
    assert screen.is_as_before
    assert is_gone(engine)


@pytest.mark.slow
@pytest.mark.parametrize("state", ["home", "loading", "paused", "training", "editing"])
def test_it_can_be_left_in_any_state(tmp_path: Path, state: str) -> None:
    preset = [] if state == "home" else ["cnn_digits"]
    with Terminal(*preset, home=tmp_path) as terminal:
        terminal.until({"home": "filter", "loading": "loading"}.get(state, "paused"))
        if state == "training":
            terminal.press(" ")
            terminal.until("training")
        if state == "editing":
            terminal.press("m")
            terminal.until("f2 other")
        engine = terminal.engine
        terminal.press("\x11")  # ctrl+q
        assert terminal.ended() == 0
        assert terminal.is_as_before
        assert is_gone(engine)


@pytest.mark.sample(1)
@pytest.mark.parametrize("wait", [0.0, 0.02, 0.1, 0.3])
def test_it_can_be_left_while_the_engine_starts(tmp_path: Path, wait: float) -> None:
    with Terminal(home=tmp_path) as terminal:
        terminal.until("filter")
        time.sleep(wait)
        started = children(terminal.process.pid)
        terminal.press("\x11")
        assert terminal.ended() == 0
        assert terminal.is_as_before
        assert "Traceback" not in terminal.everything
        assert all(is_gone(engine) for engine in started)


KEYS = [*"serRfm+-<>lv?kc1234", " ", "\t", "\r", "\x1b", "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_a_monkey_at_the_keyboard_breaks_nothing(tmp_path: Path, seed: int) -> None:
    """Random keys and random sizes; then the screen still answers and leaves no trace."""
    monkey = random.Random(seed)
    with Terminal(home=tmp_path) as terminal:
        terminal.until("filter")
        for number in range(250):
            key = monkey.choice(KEYS)
            terminal.press(key)
            if number % 10 == 0:
                terminal.told_of_resize(monkey.randint(20, 200), monkey.randint(5, 60))
        assert terminal.process.poll() is None, terminal.everything[-3000:]
        terminal.press("\x11")
        assert terminal.ended() == 0, terminal.everything[-2000:]
        assert "Traceback" not in terminal.everything
        assert terminal.is_as_before


@pytest.mark.parametrize("arguments", [[], ["cnn_digits"], ["cnn_digits", "--json"]])
def test_without_a_terminal_there_is_a_hint_and_no_escape_codes(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tuidl", *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "--no-ui" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.slow
def test_a_lone_escape_is_answered(screen: Terminal) -> None:
    """And the start of an arrow key is not taken for one; how soon it is, ``bench.keys`` says."""
    for _ in range(3):
        screen.press("?")
        screen.until("look up")
        screen.press("\x1b[A")
        screen.press("\x1b")
        screen.until("max_pool2d_2")  # help lies over this; what is beside it is drawn all the time


@pytest.mark.slow
def test_the_engine_gives_way_to_the_screen(screen: Terminal) -> None:
    niceness = [
        os.getpriority(os.PRIO_PROCESS, process) for process in (screen.process.pid, screen.engine)
    ]
    assert niceness[1] > min(niceness[0], MOST_NICE - 1)
