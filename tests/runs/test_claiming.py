"""Runs that begin at the same time: each has a folder of its own, or says that it has none."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests import helpers
from tests.cli.here import tuidl
from tuidl.core.errors import RunError, SaveError
from tuidl.protocol.events import RunEnded
from tuidl.runs.listing import listed
from tuidl.runs.overview import Overview
from tuidl.runs.recorder import RunRecorder, recorded
from tuidl.storage import locations
from tuidl.storage.contents import CHECKPOINTS, PRESET
from tuidl.storage.folder import RunFolder
from tuidl.training.start import trainer_for

SMALL = helpers.preset(helpers.LINE, "training.epochs=2")
STARTS = 50


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "runs"
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(folder))
    return folder


def at_once(work: Callable[[], None], count: int) -> list[BaseException]:
    """Do it in so many threads at the same moment; what they raised."""
    barrier, raised = threading.Barrier(count), []

    def one() -> None:
        barrier.wait()
        try:
            work()
        except Exception as error:
            raised.append(error)

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def _waiting(program: str) -> Any:
    """A Python process that does its work once its stdin is closed."""
    command = [sys.executable, "-c", program]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_runs_that_begin_at_once_are_all_kept(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tuidl.runs.recorder.new_run_name", lambda preset: "same-20260101-000000")
    names: list[str] = []

    def begin() -> None:
        recorder = RunRecorder.of_new(SMALL, "cpu")
        recorder.begin()
        names.append(recorder.run)
        recorder.close()

    assert at_once(begin, STARTS) == []
    assert len(set(names)) == STARTS
    assert {RunFolder(place / name).about.run for name in names} == set(names)
    assert {run.run for run in listed()} == set(names)


@pytest.mark.slow
def test_several_processes_begin_the_same_run(place: Path) -> None:
    program = (
        "import sys; from tests import helpers; from tuidl.runs import recorder\n"
        "recorder.new_run_name = lambda preset: 'same-20260101-000000'\n"
        "sys.stdin.read()\n"
        "for _ in range(10):\n"
        "    one = recorder.RunRecorder.of_new(helpers.preset(helpers.LINE), 'cpu')\n"
        "    one.begin(); one.close(); print(one.run)\n"
    )
    with ExitStack() as stack:
        processes = [stack.enter_context(_waiting(program)) for _ in range(4)]
        for process in processes:
            process.stdin.close()
        names = [name for process in processes for name in process.stdout.read().split()]
    assert [process.wait() for process in processes] == [0] * 4
    assert len(names) == len(set(names)) == 40
    assert sorted(names) == sorted(path.name for path in place.iterdir())


def test_one_of_several_gets_the_folder_that_all_name(tmp_path: Path) -> None:
    out, begun = tmp_path / "out", []

    def begin() -> None:
        recorder = RunRecorder.of_new(SMALL, "cpu", out)
        begun.append(recorder.begin())
        recorder.close()

    raised = at_once(begin, 20)
    assert len(begun) == 1
    assert len(raised) == 19
    assert {type(error) for error in raised} == {SaveError}
    assert all(re.search("another process begins|not empty", str(error)) for error in raised)
    assert RunFolder(out).about.run == begun[0].about.run


def test_an_empty_folder_may_be_named_and_another_one_not(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    RunFolder.create(tmp_path / "empty", "run", SMALL, "cpu")
    first = tuidl("linear_regression", "--no-ui", "--out", str(tmp_path / "empty"))
    assert first.returncode == 2
    assert "not empty" in first.stderr
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    second = tuidl("linear_regression", "--no-ui", "--out", str(tmp_path / "link"))
    assert second.returncode == 2
    assert f"{tmp_path / 'link'}: " in second.stderr
    assert second.stdout == ""


@pytest.mark.slow
def test_a_run_that_cannot_be_kept_is_not_trained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    command = [sys.executable, "-m", "tuidl", "linear_regression", "--no-ui"]
    place = {**os.environ, "TUIDL_RUNS_DIR": str(tmp_path / "file")}
    options = {"capture_output": True, "text": True, "check": False, "env": place}
    result = subprocess.run(command, **options)  # type: ignore[call-overload]
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert f"the run cannot be kept: cannot write into {tmp_path / 'file'}: " in result.stderr
    assert "--no-keep" in result.stderr
    assert result.stdout == ""
    result = subprocess.run([*command, "--no-keep"], **options)  # type: ignore[call-overload]
    assert result.returncode == 0, result.stderr
    assert "weights sha256" in result.stdout
    assert "kept" not in result.stderr


@pytest.mark.parametrize("other", [["--out", "x"], ["--save-every", "3"]])
def test_what_is_not_kept_goes_nowhere(other: list[str]) -> None:
    result = tuidl("linear_regression", "--no-ui", "--no-keep", *other)
    assert result.returncode == 2
    assert "--no-keep keeps nothing" in result.stderr


def test_not_keeping_leaves_nothing(place: Path) -> None:
    result = tuidl("linear_regression", "--no-ui", "--no-keep", "--set", "training.epochs=1")
    assert result.returncode == 0, result.stderr
    assert not place.exists()


def test_a_name_is_given_back_where_nothing_was_kept(place: Path) -> None:
    recorder = RunRecorder.of_new(SMALL, "cpu")
    recorder.claim()
    assert [path.name for path in place.iterdir()] == [recorder.run]
    assert listed() == Overview().look() == []
    recorder.close()
    assert list(place.iterdir()) == []


def test_a_claimed_name_is_the_one_that_the_run_says(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tuidl.runs.recorder.new_run_name", lambda preset: "same-20260101-000000")
    for expected in ("same-20260101-000000", "same-20260101-000000-2"):
        recorder = RunRecorder.of_new(SMALL, "cpu")
        recorder.claim()
        first, *_, last = recorded(trainer_for(SMALL, checkpointer=recorder), recorder)
        assert isinstance(last, RunEnded)
        assert first.run == expected == recorder.folder.path.name


def test_a_run_that_is_only_being_made_is_not_listed(place: Path) -> None:
    making = place / "new-20260101-000000"
    (making / CHECKPOINTS).mkdir(parents=True)
    (making / PRESET).write_text("")
    assert listed() == Overview().look() == locations.names() == []
    (making / "events.jsonl").write_text("{}\n")
    assert (
        [run.state for run in listed()] == [run.state for run in Overview().look()] == ["damaged"]
    )


def test_listing_goes_on_while_runs_begin_and_go(place: Path) -> None:
    done = threading.Event()
    seen: list[int] = []

    def look() -> None:
        while not done.is_set():
            assert {run.state for run in listed()} <= {"unfinished", "running"}
            seen.append(len(Overview().look()))

    def begin() -> None:
        for _ in range(5):
            recorder = RunRecorder.of_new(SMALL, "cpu")
            recorder.begin()
            recorder.close()

    looking: list[BaseException] = []
    watcher = threading.Thread(target=lambda: looking.extend(at_once(look, 1)))
    watcher.start()
    try:
        assert at_once(begin, 8) == []
    finally:
        done.set()
        watcher.join()
    assert looking == []
    assert len(listed()) == 40
    assert seen


def test_a_run_that_could_not_be_begun_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr("tuidl.storage.folder.replace_file", full)
    with pytest.raises(SaveError, match="No space left"):
        RunFolder.create(tmp_path / "run", "run", SMALL, "cpu")
    assert list(tmp_path.iterdir()) == []


def test_the_newest_comes_first_also_among_those_of_one_second(place: Path) -> None:
    expected = ["b-20260102-000000", "a-20260101-000000-10", "a-20260101-000000-2"]
    expected += ["a-20260101-000000", "c-20251231-235959-3", "named"]
    for name in sorted(expected):
        (place / name).mkdir(parents=True)
        (place / name / "run.json").write_text("{}")
    assert locations.names() == expected


def test_a_folder_of_runs_that_cannot_be_read_is_named(place: Path) -> None:
    place.write_text("")
    result = tuidl("runs")
    assert result.returncode == 2
    assert result.stderr == f"tuidl: error: {place}: Not a directory\n"
    with pytest.raises(RunError, match="Not a directory"):
        Overview().look()


def test_a_run_that_cannot_be_read_is_listed_with_its_problem(place: Path) -> None:
    RunFolder.create(place / "good-20260101-000000", "good", SMALL, "cpu")
    RunFolder.create(place / "bad-20260102-000000", "bad", SMALL, "cpu")
    (place / "bad-20260102-000000" / "run.json").write_text("{")
    result = tuidl("runs")
    assert result.returncode == 0
    lines = result.stdout.splitlines()
    assert len(lines) == 3
    bad = next(line for line in lines if line.startswith("bad-20260102-000000"))
    assert bad.split()[1] == "damaged"
    assert f"{place / 'bad-20260102-000000' / 'run.json'}: damaged" in bad
    assert [run.state for run in listed(state="damaged")] == ["damaged"]
    with pytest.raises(RunError):
        RunFolder(place / "bad-20260102-000000")
