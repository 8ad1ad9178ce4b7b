"""Errors inside the engine process: the screen hears of each, and the process goes on."""

import io
import json
import queue
from collections.abc import Callable
from types import UnionType
from typing import Any

import pytest

from tests import helpers
from tuidl.core.errors import RunError
from tuidl.protocol import commands, events
from tuidl.worker import process as worker_module
from tuidl.worker.probes import answer as probes
from tuidl.worker.process import Worker, bounded_lines, in_words

ENDS = events.RunEnded | events.RunFailed


class Inside:
    """A worker in this process, and what it said."""

    def __init__(self) -> None:
        self.out = io.BytesIO()
        self.worker = Worker(self.out)

    def does(
        self, *told: commands.Command, until: type[events.Event] | UnionType = ENDS
    ) -> list[dict[str, Any]]:
        """What it says while it carries these out, up to an event of this kind."""
        start, tell = len(self.out.getvalue()), self.worker._send

        def heard(event: events.Event) -> None:
            tell(event)
            if isinstance(event, until):
                self.worker.submit(commands.Quit())

        self.worker._send = heard  # type: ignore[method-assign]
        for command in told:
            self.worker.submit(command)
        self.worker.run()
        self.worker._send = tell  # type: ignore[method-assign]
        self.worker._control.pending = None
        return [json.loads(line) for line in self.out.getvalue()[start:].splitlines()]


LOAD = commands.Load(preset=helpers.LINE, paused=False, number=1)


class Strange(BaseException):
    def __str__(self) -> str:
        raise ValueError("an error that cannot be shown")


RAISED = [
    ImportError("no numba"), MemoryError(), RecursionError("maximum depth"), SystemExit(3),
    KeyboardInterrupt(), OSError(28, "No space left on device"), AssertionError(), Strange(),
    UnicodeEncodeError("utf-8", "\udcff", 0, 1, "surrogates"), GeneratorExit(), StopIteration(),
]  # fmt: skip


@pytest.mark.parametrize("error", RAISED, ids=lambda error: type(error).__name__)
def test_an_error_before_the_first_event_is_told_and_the_next_run_trains(
    monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    inside = Inside()

    def fails(*arguments: object, **options: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr("tuidl.training.start.trainer_for", fails)
        told = inside.does(LOAD)
    assert [event["event"] for event in told] == ["loading", "run_failed"]
    assert told[0]["number"] == 1
    words = "out of memory" if isinstance(error, MemoryError) else type(error).__name__
    assert words in told[-1]["error"]
    assert "\n" not in told[-1]["error"]
    assert inside.does(LOAD)[-1]["event"] == "run_ended"


@pytest.mark.parametrize("error", RAISED, ids=lambda error: type(error).__name__)
def test_a_probe_that_fails_ends_nothing_and_is_told_once(
    monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    inside = Inside()
    asked = [commands.Probe(id=n, kind="layers") for n in range(3)]
    undisturbed = inside.does(LOAD)[-1]["weights_sha256"]

    def fails(*arguments: object, **options: object) -> None:
        raise error

    monkeypatch.setattr(probes, "answer", fails)
    paused = commands.Load(preset=helpers.LINE, paused=True, number=2)
    told = inside.does(paused, *asked, commands.Step(), *asked, commands.Resume())
    kinds = [event["event"] for event in told]
    assert kinds.count("probe_answer") == 6
    assert kinds.count("notice") == 1
    assert all(event["error"] for event in told if event["event"] == "probe_answer")
    assert told[-1]["event"] == "run_ended"
    assert told[-1]["weights_sha256"] == undisturbed, "the same bits"


def test_commands_before_any_run_end_nothing() -> None:
    inside = Inside()
    told = inside.does(
        commands.Epoch(), commands.Step(), commands.Set(key="optimizer.learning_rate", value=0.1),
        commands.Pause(), commands.Resume(), commands.Stop(), commands.Pace(steps_per_second=3.0),
        commands.Probe(id=1, kind="layers"), commands.Load(preset="nonsense"), commands.Epoch(),
        commands.Set(key="x", value=1.0), LOAD,
    )  # fmt: skip
    assert [event["event"] for event in told if event["event"] == "refused"] == ["refused"] * 3
    assert told[-1]["event"] == "run_ended"


def test_a_refused_run_claims_no_name(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path / "runs"))
    inside = Inside()

    def fails(*arguments: object, **options: object) -> None:
        raise RunError("no")

    monkeypatch.setattr("tuidl.training.start.trainer_for", fails)
    told = inside.does(LOAD, until=events.Refused)
    assert told[-1] == {"event": "refused", "error": "no", "key": ""}
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_run_that_is_stopped_before_its_first_step_is_not_kept(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path / "runs"))
    inside = Inside()
    paused = commands.Load(preset=helpers.LINE, paused=True, number=1)
    assert inside.does(paused, commands.Stop())[-1]["reason"] == "stopped"
    assert list((tmp_path / "runs").iterdir()) == []
    assert inside.does(LOAD)[-1]["reason"] == "completed"
    assert len(list((tmp_path / "runs").iterdir())) == 1


def test_the_log_on_a_full_disk_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    inside = Inside()

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    def fails(*arguments: object, **options: object) -> None:
        raise ValueError("first")

    monkeypatch.setattr("tuidl.training.start.trainer_for", fails)
    monkeypatch.setattr("traceback.print_exc", full)
    assert inside.does(LOAD)[-1]["error"] == "ValueError: first"


def test_warming_up_may_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object) -> None:
        raise SystemError("numba is broken")

    monkeypatch.setattr("tuidl.kernels.blas.load", broken)
    worker_module.warm_up()


class Listened:
    """What ``listen`` hands on of what comes in on stdin."""

    def __init__(self, data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
        self.submitted: list[commands.Command] = []
        self.refused: list[str] = []
        self.codes: queue.SimpleQueue[int] = queue.SimpleQueue()
        self.submit: Callable[[commands.Command], None] = self.submitted.append
        self.refuse: Callable[[str], None] = self.refused.append
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
        monkeypatch.setattr(worker_module, "SECONDS_TO_QUIT", 0.0)
        monkeypatch.setattr("os._exit", self.codes.put)
        worker_module.listen(self)  # type: ignore[arg-type]


def test_whatever_comes_in_commands_after_it_are_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = [
        b"\xff\xfe", b"{", b"[1]", b"", b"null", b'{"command": "dance"}', b"[" * 200_000,
        b'{"command": "step", "count": 1e99}', b'{"command": "probe", "id": 1, "kind": "\xff"}',
        b'{"command": "probe", "id": 1, "kind": "x", "options": ' + b'{"a":' * 5000 + b"}" * 5001,
        b"\0" * 1000,
    ]  # fmt: skip
    data = b"".join(line + b'\n{"command": "pause"}\n' for line in odd)
    heard = Listened(data + b'{"command": "quit"}', monkeypatch)
    pauses = [c for c in heard.submitted if isinstance(c, commands.Pause)]
    assert len(pauses) == len(odd)
    assert len(heard.refused) >= len(odd) - 1
    assert isinstance(heard.submitted[-1], commands.Quit)
    assert heard.codes.get() == 0


def test_the_end_of_input_saves_the_run_and_ends_the_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard = Listened(b'{"command": "pause"}\n{"comm', monkeypatch)
    assert [type(c).__name__ for c in heard.submitted] == ["Pause", "Quit"]
    assert heard.codes.get() == 0


def test_lines_are_read_in_bounded_memory() -> None:
    stream = io.BytesIO(b"a\n" + b"x" * 95 + b"\nb\n" + b"y" * 10 + b"\n" + b"z" * 9 + b"\nlast")
    lines = list(bounded_lines(stream, 10))
    assert lines == [b"a\n", None, b"b\n", None, b"z" * 9 + b"\n", b"last"]


@pytest.mark.parametrize(
    ("error", "words"),
    [(ValueError("a\n  b\n"), "ValueError: a b"), (KeyError(), "KeyError"), (Strange(), "Strange"),
     (MemoryError(), "out of memory")],
)  # fmt: skip
def test_errors_in_words_are_one_line(error: BaseException, words: str) -> None:
    assert in_words(error).startswith(words)
