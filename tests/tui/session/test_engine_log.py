"""Logs of engines: safe to open, gone when empty, few; and a screen that does without."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tui.pseudo_terminal import Terminal
from tests.tui.quiet import quiet
from tuidl.core.user_folders import user_folder
from tuidl.preset.library import load_preset
from tuidl.tui.session.engine_log import LARGEST, MOST_LOGS, EngineLog, tidy
from tuidl.tui.session.reported_errors import ReportedErrors


def say(log: EngineLog, text: str) -> None:
    """As an engine does: through a descriptor of its own."""
    file = log.open()
    assert file is not None
    with file:
        file.write(text.encode())


def test_an_empty_log_is_removed_and_one_with_words_stays(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "log" / "engine-1.log"
    for text, stays in (("", False), ("what went wrong\n", True)):
        log = EngineLog(path)
        say(log, text)
        log.close()
        assert path.exists() is stays


def test_words_of_an_engine_before_stay_when_it_is_started_again(tmp_path: Path) -> None:
    log = EngineLog(tmp_path / "engine-1.log")
    say(log, "first\n\n")
    say(log, "second\n\n")
    assert log.last_words() == ["first", "second"]
    assert log.last_words(1) == ["second"]
    say(log, "x" * (LARGEST + 1))
    say(log, "third")
    assert log.last_words() == ["third"], "it does not grow for ever"
    say(EngineLog(tmp_path / "engine-1.log"), "another session")
    assert (tmp_path / "engine-1.log").read_text() == "another session"


def test_only_the_end_of_a_long_log_is_read(tmp_path: Path) -> None:
    log = EngineLog(tmp_path / "engine-1.log")
    say(log, "x\n")
    with (tmp_path / "engine-1.log").open("r+b") as file:
        file.truncate(1 << 40)  # takes no room: there is nothing in it
        file.seek(0, os.SEEK_END)
        file.write(b"\nthe end \xff\n")
    assert log.last_words(1) == ["the end \ufffd"]


@pytest.mark.parametrize("kind", ["link", "pipe", "folder", "parent"])
def test_a_log_that_is_something_else_is_not_opened(tmp_path: Path, kind: str) -> None:
    path, precious = tmp_path / "logs" / "engine-1.log", tmp_path / "precious"
    precious.write_text("mine")
    if kind == "parent":
        path.parent.touch()
    else:
        path.parent.mkdir()
        {"link": lambda: path.symlink_to(precious), "pipe": lambda: os.mkfifo(path),
         "folder": path.mkdir}[kind]()  # fmt: skip
    log = EngineLog(path)
    say(log, "words that go nowhere else\n")
    assert log.problem
    assert log.where == ""
    assert log.last_words() == ["words that go nowhere else"], "known all the same"
    log.close()
    assert precious.read_text() == "mine"


def test_where_no_file_can_be_had_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "logs").touch()
    monkeypatch.setattr("tempfile.TemporaryFile", full)
    log = EngineLog(tmp_path / "logs" / "engine-1.log")
    assert log.open() is None
    assert log.last_words() == []
    log.close()


def test_logs_of_processes_that_are_gone_are_few_and_not_empty(tmp_path: Path) -> None:
    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    ).stdout
    for number in range(MOST_LOGS + 10):
        path = tmp_path / f"engine-{4_194_304 + number}.log"  # above any process's number
        path.write_text("words")
        os.utime(path, (number, number))
    names = {
        f"engine-{int(gone)}.log": "", "screen-99999999999999999999.log": "",
        f"engine-{os.getpid()}.log": "", "notes.log": "", "engine-1x.log": "",
    }  # fmt: skip
    for name, text in names.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "engine-88888888.log").symlink_to("notes.log")
    tidy(tmp_path)
    left = {path.name for path in tmp_path.iterdir()}
    kept = {f"engine-{4_194_304 + 10 + number}.log" for number in range(MOST_LOGS)}
    assert left == kept | {f"engine-{os.getpid()}.log", "notes.log", "engine-1x.log",
                           "engine-88888888.log"}  # fmt: skip
    tidy(tmp_path / "nowhere")


async def test_a_session_leaves_no_empty_log(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    app = quiet(monkeypatch, tmp_path, preset=load_preset("linear_regression"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        file = app.session.engine.output.open()
        assert file is not None
        file.close()
        assert app.session.engine.log.exists()
    assert list(tmp_path.rglob("*.log")) == []


async def test_without_a_log_it_is_told_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    app = quiet(monkeypatch, tmp_path, preset=load_preset("linear_regression"))
    async with app.run_test(size=(80, 24)) as pilot:
        file = app.session.engine.output.open()
        assert file is not None
        file.close()
        for _ in range(3):
            await app.session.start()
        await pilot.pause()
        told = [note.message for note in app._notifications if "has no log" in note.message]
        assert len(told) == 1
        assert "Not a directory" in told[0] or "File exists" in told[0]


def test_an_error_is_told_once_for_each_place_and_written_down(
    tmp_path: Path, reported_errors: list[BaseException]
) -> None:
    told: list[str] = []
    screen = ReportedErrors(tmp_path / "logs" / "screen-1.log", told.append)

    def fail(kind: type[Exception]) -> None:
        try:
            raise kind("[b]\x1b[2J")
        except Exception as error:
            screen.report(error)

    for _ in range(3):
        fail(ValueError)
    fail(KeyError)
    assert len(told) == 2
    assert "\x1b" not in "".join(told)
    assert screen.log.read_text().count("Traceback") == 2
    (tmp_path / "file").touch()
    without = ReportedErrors(tmp_path / "file" / "screen-1.log", told.append)
    assert without.note(ValueError("x")) == "ValueError: x", "no word of a log that is not there"
    reported_errors.clear()


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for child processes in /proc")
def test_the_playground_runs_where_nothing_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No log, no settings, no runs: it says so, and trains."""
    (tmp_path / "file").touch()
    nowhere = tmp_path / "file" / "home"
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(nowhere / "runs"))
    monkeypatch.setenv("TUIDL_CACHE_DIR", str(user_folder("cache")))  # compiled once
    monkeypatch.setenv("HOME", str(nowhere))
    with Terminal("linear_regression", home=nowhere) as terminal:
        terminal.until("has no log")
        terminal.until("are not kept")
        terminal.until("paused")
        terminal.press("f ")
        terminal.until("what came of it")
        terminal.press("\x11")
        assert terminal.ended() == 0
        assert "Traceback" not in terminal.everything
    assert sorted(os.listdir(tmp_path)) == ["file"]
