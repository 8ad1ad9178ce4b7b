"""Streams that are closed, full or without a reader: nothing trained is lost, and the exit code
says what happened."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tuidl.storage.folder import RunFolder

TUIDL = f"{sys.executable} -m tuidl"
LONG = "--set training.epochs=1000000"
ONCE_OVER = "until ls ${TUIDL_RUNS_DIR}/*/summary.json; do sleep 0.1; done >/dev/null 2>&1"
"""Waits until a run has ended, whatever it has still to print."""
NOISE = ("Traceback", "Exception ignored", "BrokenPipe", "lost sys.")

pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a Unix shell")


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path / "runs"))
    return tmp_path / "runs"


def shell(command: str) -> tuple[int, str, str]:
    """The exit code of ``$T ...`` (not of what it is piped into), its output and its talk."""
    script = command.replace("$T", TUIDL) + "; exit ${PIPESTATUS[0]}"
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, timeout=300, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert not any(word in done.stderr for word in NOISE), done.stderr
    return done.returncode, done.stdout, done.stderr


def only_run(folder: Path) -> RunFolder:
    (path,) = folder.iterdir()
    return RunFolder(path)


@pytest.mark.sample(1)
@pytest.mark.parametrize("options", ["", "--json"])
def test_a_reader_that_goes_away_ends_the_run_which_is_saved(runs: Path, options: str) -> None:
    """Three lines: what comes after them is of a run that trains."""
    code, out, talk = shell(f"$T linear_regression --no-ui {LONG} {options} | head -n 3")
    assert code == 143, talk
    assert len(out.splitlines()) == 3
    run = only_run(runs)
    assert f"saved; to go on: tuidl resume {run.called} --no-ui" in talk
    summary = run.summary
    assert summary is not None
    assert summary.ended.reason == "terminated"  # type: ignore[union-attr]
    snapshot, problems = run.checkpoints.newest()
    assert problems == []
    assert snapshot is not None
    assert snapshot.state.updates > 0
    _, out, _ = shell(f"$T resume {run.called} --no-ui --json | head -n 1")
    assert json.loads(out)["resumed"]["epoch"] >= snapshot.state.epoch


@pytest.mark.slow
def test_a_run_that_was_done_before_its_reader_went_is_done(runs: Path) -> None:
    """All of it fits into the pipe: head ends only afterwards."""
    code, out, _ = shell(
        f"$T linear_regression --no-ui --set training.epochs=3 | ({ONCE_OVER}; head -n 1)"
    )
    assert code == 0
    assert out.startswith("Linear regression")
    assert only_run(runs).outcome is not None


@pytest.mark.slow
def test_a_full_stdout_stops_nothing_and_is_told(runs: Path) -> None:
    code, _, talk = shell("$T linear_regression --no-ui >/dev/full")
    assert code == 1
    assert "stdout: No space left on device: the run goes on" in talk
    assert talk.splitlines()[-1].startswith("tuidl: error: stdout: No space left on device")
    outcome = only_run(runs).outcome
    assert outcome is not None
    assert outcome.reason == "completed"
    assert f"kept as {only_run(runs).called}" in talk


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("where", "code"),
    [
        (">&-", 0), ("2>&-", 0), ("2>/dev/full", 0), (">&- 2>&-", 0), (">&- 2>&- <&-", 0),
        ("2>/dev/full >/dev/full", 1), ("1</dev/null", 1), ("--json 2>/dev/full >/dev/full", 1),
    ],
)  # fmt: skip
def test_whatever_becomes_of_the_streams_the_run_is_kept(runs: Path, where: str, code: int) -> None:
    """What the caller closed is not wanted; what cannot be written is missing."""
    assert shell(f"$T linear_regression --no-ui --set training.epochs=3 {where}")[0] == code
    run = only_run(runs)
    assert run.outcome is not None
    assert all(b"tuidl:" not in path.read_bytes() for path in run.path.glob("*.jsonl"))


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("command", "piped", "full"),
    [
        ("presets", 0, 1), ("--help", 0, 1), ("runs --json", 0, 1),
        ("show linear_regression", 0, 1), ("gradcheck linear_regression", 0, 1), ("nothing", 2, 2),
    ],
)  # fmt: skip
def test_commands_that_only_look(command: str, piped: int, full: int) -> None:
    """A reader that goes away changes nothing; what it did not want is not missing."""
    assert shell(f"$T {command} | true")[0] == piped
    code, _, talk = shell(f"$T {command} >/dev/full")
    assert code == full
    assert len(talk.splitlines()) == 1 or command == "nothing"


@pytest.mark.slow
def test_a_failed_run_and_a_reader_that_went_away(runs: Path) -> None:
    code, _, talk = shell(
        f"$T linear_regression --no-ui --set optimizer.learning_rate=1e9 | ({ONCE_OVER})"
    )
    assert code == 1
    assert "training failed" in talk


def test_closed_streams_get_no_files_number() -> None:
    """A file that got number 1 or 2 would be written to by whatever prints."""
    code = (
        "import os; from tuidl.core.terminal import prepare_streams; prepare_streams();"
        "file = os.open(os.devnull, os.O_RDONLY); os._exit(file)"
    )
    done = subprocess.run(["bash", "-c", f"{sys.executable} -c '{code}' <&- >&- 2>&-"], check=False)
    assert done.returncode >= 3
    assert os.path.exists(os.devnull)
