"""The engine process: commands in, events out, and nobody left behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests import helpers

SECONDS = 300


class Child:
    """A worker on the other end of two pipes."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tuidl.worker"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def tell(self, **command: Any) -> None:
        self.write(json.dumps(command))

    def write(self, line: str) -> None:
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def until(self, *kinds: str) -> list[dict[str, Any]]:
        """Events up to the first of one of these kinds."""
        told = []
        for line in self.process.stdout:
            told.append(json.loads(line))
            if told[-1]["event"] in kinds:
                return told
        raise AssertionError(f"ended before {kinds}: {told[-3:]}\n{self.process.stderr.read()}")


@pytest.fixture
def child() -> Iterator[Child]:
    worker = Child()
    yield worker
    worker.process.kill()
    worker.process.wait(SECONDS)
    for stream in (worker.process.stdin, worker.process.stdout, worker.process.stderr):
        with suppress(BrokenPipeError):
            stream.close()


def paused(child: Child, text: str = helpers.CONV) -> list[dict[str, Any]]:
    child.tell(command="load", preset=text)
    return child.until("paused")


def test_a_run_waits_steps_goes_on_and_ends(child: Child) -> None:
    told = paused(child)
    assert [e["event"] for e in told if e["event"] != "compiling"] == [
        "run_started", "compiled", "paused",
    ]  # fmt: skip
    child.tell(command="step")
    assert child.until("paused")[-1]["step"] == 1
    child.tell(command="step", count=2)
    assert child.until("paused")[-1]["step"] == 3
    child.tell(command="epoch")
    told = child.until("epoch_ended")
    assert child.until("paused")[-1]["step"] == 0
    child.tell(command="resume")
    assert child.until("run_ended")[-1]["reason"] == "completed"


@pytest.mark.slow
def test_interrupted_a_hundred_times_it_reaches_the_same_weights(child: Child) -> None:
    paused(child)
    for _ in range(25):
        child.tell(command="step", count=3)
        child.until("paused")
        child.tell(command="probe", id=1, kind="layers")
        assert child.until("probe_answer")[-1]["error"] is None
    child.tell(command="resume")
    hash_of_parts = child.until("run_ended")[-1]["weights_sha256"]
    child.tell(command="load", preset=helpers.CONV, paused=False)
    assert child.until("run_ended")[-1]["weights_sha256"] == hash_of_parts


def test_the_learning_rate_changes_at_once_and_is_told(child: Child) -> None:
    paused(child)
    child.tell(command="set", key="optimizer.learning_rate", value=0.5)
    told = child.until("edited")[-1]
    assert (told["epoch"], told["step"], told["value"]) == (1, 0, 0.5)
    child.tell(command="step", count=5)
    rates = [e["learning_rate"] for e in child.until("paused") if e["event"] == "progress"]
    assert set(rates) <= {0.5}
    child.tell(command="set", key="optimizer.learning_rate", value=-1)
    assert "> 0" in child.until("refused")[-1]["error"]
    child.tell(command="set", key="training.epochs", value=1)
    assert "cannot be changed" in child.until("refused")[-1]["error"]


def test_a_running_preset_gives_way_to_the_next(child: Child) -> None:
    child.tell(command="load", preset=helpers.CONV.replace("epochs = 2", "epochs = 100000"),
               paused=False)  # fmt: skip
    child.until("progress")
    child.tell(command="load", preset=helpers.LINE, paused=False)
    assert child.until("run_ended")[-1]["reason"] == "replaced"
    assert child.until("run_ended")[-1]["reason"] == "completed"


def test_what_is_wrong_is_refused_and_the_worker_lives_on(child: Child) -> None:
    child.tell(command="load", preset=helpers.CONV.replace("adam", "adm"))
    told = child.until("refused")[-1]
    assert told["key"] == "optimizer.type"
    assert "did you mean 'adam'" in told["error"]
    for line in ("{", "[]", '{"command": "dance"}', '{"command": "step", "count": 0}'):
        child.write(line)
        assert "not a command" in child.until("refused")[-1]["error"]
    child.tell(command="probe", id=1, kind="layers")
    paused(child)


@pytest.mark.slow
def test_probes_are_answered_after_the_end(child: Child) -> None:
    child.tell(command="load", preset=helpers.CONV, paused=False)
    child.until("run_ended")
    child.tell(command="probe", id=3, kind="predictions")
    told = child.until("probe_answer")[-1]
    assert (told["id"], told["error"]) == (3, None)
    child.tell(command="probe", id=4, kind="nothing")
    assert "no probe" in child.until("probe_answer")[-1]["error"]


@pytest.mark.slow
def test_folds_are_trained_one_after_the_other(child: Child) -> None:
    text = helpers.LINE.replace("epochs = 3", "epochs = 2, folds = 3")
    told = paused(child, text)
    assert told[-1]["epoch"] == 1
    child.tell(command="resume")
    told = child.until("run_ended")
    assert [e["fold"] for e in told if e["event"] == "fold_ended"] == [1, 2, 3]


@pytest.mark.sample(1)
@pytest.mark.parametrize("command", ["quit", None, "idle"])
def test_it_ends_with_its_parent_or_when_told(child: Child, command: str | None) -> None:
    if command != "idle":
        child.tell(command="load", preset=helpers.CONV.replace("epochs = 2", "epochs = 100000"),
                   paused=False)  # fmt: skip
        child.until("progress")
    started = time.monotonic()
    if command == "quit":
        child.tell(command="quit")
    else:
        child.process.stdin.close()
    child.process.stdout.read()
    child.process.wait(SECONDS)
    assert time.monotonic() - started < SECONDS
    assert child.process.returncode == 0


def test_an_interrupt_is_the_screens_affair(child: Child) -> None:
    paused(child)
    os.kill(child.process.pid, signal.SIGINT)
    child.tell(command="step")
    assert child.until("paused")[-1]["step"] == 1


@pytest.mark.slow
def test_where_runs_cannot_be_kept_they_are_trained_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path / "file" / "runs"))
    child = Child()
    try:
        for notices in (1, 0):
            child.tell(command="load", preset=helpers.LINE, paused=False)
            told = child.until("run_ended", "run_failed")
            assert told[-1]["event"] == "run_ended"
            said = [event["text"] for event in told if event["event"] == "notice"]
            assert len(said) == notices, "said once"
            assert all("cannot write into" in text for text in said)
    finally:
        child.process.kill()
        child.process.communicate(timeout=SECONDS)


def test_commands_for_a_run_where_there_is_none_are_refused_and_the_worker_lives_on(
    child: Child,
) -> None:
    for command in ("epoch", "step", "pause", "resume", "stop"):
        child.tell(command=command)
    child.tell(command="set", key="optimizer.learning_rate", value=0.1)
    assert "no run" in child.until("refused")[-1]["error"]
    paused(child)


def test_an_edit_after_the_end_is_refused_and_not_written_down(child: Child) -> None:
    child.tell(command="load", preset=helpers.LINE, paused=False)
    told = child.until("run_ended")
    child.tell(command="set", key="optimizer.learning_rate", value=0.1)
    assert "no run" in child.until("refused")[-1]["error"]
    name = next(event["run"] for event in told if event["event"] == "run_started")
    log = Path(os.environ["TUIDL_RUNS_DIR"]) / name / "events.jsonl"
    assert '"edited"' not in log.read_text()


def test_an_edit_behind_another_preset_is_one_of_that_preset(child: Child) -> None:
    """Both commands are there before the run that goes on looks for any."""
    paused(child)
    edit = {"command": "set", "key": "optimizer.learning_rate", "value": 0.5}
    load = {"command": "load", "preset": helpers.LINE, "paused": True}
    child.write(json.dumps(load) + "\n" + json.dumps(edit))
    told = child.until("edited")
    started = [event for event in told if event["event"] == "run_started"]
    assert [event["preset"] for event in started] == ["line"]


def test_a_short_run_is_not_over_before_the_screen_can_say_how_fast_it_is_to_go(
    child: Child,
) -> None:
    child.tell(command="load", preset=helpers.LINE, paused=False, watch=True)
    told = child.until("progress", "run_ended")
    child.tell(command="pause")
    told += child.until("paused", "run_ended")
    ends = [event["event"] for event in told if event["event"] in ("paused", "run_ended")]
    assert ends == ["paused"]


def test_a_run_goes_on_at_the_pace_that_its_command_carries(child: Child) -> None:
    child.tell(command="load", preset=helpers.LINE, paused=True)
    name = child.until("run_started")[-1]["run"]
    child.tell(command="step", count=2)
    child.until("paused")
    child.tell(command="load", preset=helpers.LINE, paused=True)  # saves the one before
    child.until("run_started")
    folder = str(Path(os.environ["TUIDL_RUNS_DIR"]) / name)
    child.tell(command="load", preset=helpers.LINE, paused=False, run=folder, pace=1.0)
    child.until("run_started")
    told = child.until("progress", "run_ended")
    child.tell(command="pause")
    told += child.until("paused", "run_ended")
    last = next(event for event in told if event["event"] in ("paused", "run_ended"))
    assert last["event"] == "paused"
