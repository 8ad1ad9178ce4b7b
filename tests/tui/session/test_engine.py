"""Engines that are slow, silent, talk nonsense or die: the screen stays and answers."""

import asyncio
import os
import sys
from pathlib import Path

import pytest
from textual.events import Resize
from textual.geometry import Size

from tests.tui.pseudo_terminal import children, is_gone
from tests.tui.waiting import until
from tuidl.preset.library import load_preset
from tuidl.tui.app import Playground
from tuidl.tui.screens.train import TrainScreen
from tuidl.tui.session import engine as engine_module
from tuidl.tui.session.run import Phase
from tuidl.tui.state import State

SILENT = "import time; time.sleep(1000)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(1000)"
NONSENSE = (
    "print('{'); print('x' * 100000); print('[1]', flush=True); import time; time.sleep(1000)"
)
DYING = "import sys; sys.exit(3)"


def playground(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, program: str) -> Playground:
    """With an engine that is another program."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(engine_module, "command_line", lambda: [sys.executable, "-c", program])
    return Playground(load_preset("cnn_digits"), state=State())


@pytest.mark.sample(1)
@pytest.mark.parametrize("program", [SILENT, DEAF, NONSENSE])
async def test_keys_answer_and_it_can_be_left_whatever_the_engine_does(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, program: str
) -> None:
    app = playground(monkeypatch, tmp_path, program)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.screen.query("#layers"))
        assert isinstance(app.screen, TrainScreen)
        await pilot.press("space", "s", "e", "plus", "2", "3", "4", "1", "question_mark")
        await until(pilot, lambda: type(app.screen).__name__ == "HelpScreen")
        await pilot.press("escape")
        process = app.session.engine.pid
        assert process is not None
    assert is_gone(process)


async def test_an_engine_that_cannot_live_is_told_of(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = playground(monkeypatch, tmp_path, DYING)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.screen.query("#layers"))
        screen = app.screen
        assert isinstance(screen, TrainScreen)
        await until(pilot, lambda: screen.shown.phase is Phase.LOST)
        assert "status 3" in screen.shown.error


async def test_starting_twice_at_once_starts_one_process(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = playground(monkeypatch, tmp_path, SILENT)
    before = set(children(os.getpid()))
    await asyncio.gather(app.session.engine.start(), app.session.engine.start())
    process = app.session.engine.pid
    assert process is not None
    assert set(children(os.getpid())) - before == {process}
    await app.session.engine.stop()
    assert is_gone(process)


async def test_timers_that_outlive_the_last_screen_do_nothing() -> None:
    app = Playground(state=State())
    app.session.ask()
    app.on_resize(Resize(Size(10, 5), Size(10, 5)))


async def test_an_error_nobody_foresaw_is_one_line_and_a_log(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = playground(monkeypatch, tmp_path, SILENT)
    left: list[dict[str, object]] = []
    monkeypatch.setattr(Playground, "is_headless", False)
    monkeypatch.setattr(app, "exit", lambda result, **options: left.append(options))
    app._handle_exception(ValueError("what is this"))
    assert "ValueError: what is this" in str(left[0]["message"])
    assert left[0]["return_code"] == 1
    (log,) = app.session.engine.log.parent.glob("screen-*.log")
    assert "what is this" in log.read_text()


async def test_an_error_while_it_ends_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = playground(monkeypatch, tmp_path, SILENT)
    app.exit(0)
    app._handle_exception(ValueError("what is this"))
    assert app.return_code == 0
