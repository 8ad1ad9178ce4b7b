"""Writes a run down while it goes on."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import msgspec
from msgspec.structs import replace

from tuidl.core.errors import SaveError, out_of_memory
from tuidl.core.names import new_run_name
from tuidl.core.own_files import is_there
from tuidl.data.preprocessing import Preprocessing
from tuidl.data.trained_files import TrainedFiles
from tuidl.preset.schema import Preset
from tuidl.protocol import events
from tuidl.protocol.commands import PRESET
from tuidl.protocol.events import Event, RunEnded, RunFailed
from tuidl.protocol.snapshot import Snapshot
from tuidl.runs.log import EventLog
from tuidl.runs.metering import Meter
from tuidl.storage.arrays import write_weights
from tuidl.storage.changes import Changed, write_changed
from tuidl.storage.contents import BEST, RUN, START, WEIGHTS
from tuidl.storage.folder import RunFolder
from tuidl.storage.keyframes import Keyframes, budget
from tuidl.storage.locations import claimed
from tuidl.storage.records import Summary
from tuidl.training.checkpointer import Checkpointer

if TYPE_CHECKING:
    from tuidl.model.model import Model

SECONDS_BETWEEN_SAVES = 5.0
COST = 0.02
"""The share of the time that saving may take; where files are large, they are written seldom."""
PRELUDE = (events.RunStarted, events.Compiling, events.Compiled, events.Notice)


class Training(Protocol):
    """What trains: a trainer, or a cross-validation."""

    @property
    def model(self) -> "Model": ...

    def run(self) -> Iterator[Event]: ...


class RunRecorder(Checkpointer):
    """Saves a run in its folder every few seconds, or every ``every`` steps, and at its end.

    The folder of a new run is made when there is something to keep, or by ``begin``.
    """

    keeps = True

    def __init__(self, folder: RunFolder | None = None, every: int | None = None) -> None:
        """``folder``: of a run that goes on."""
        self._folder, self._every = folder, every
        self._keyframes: Keyframes | None = None
        self._is_off = not budget()
        self._next_keyframe = 0.0
        self._new: tuple[Path | None, Preset, str] | None = None
        self._claimed: Path | None = None
        self._start: dict[str, Any] = {}
        self._preprocessing: Preprocessing | None = None
        self._has_files = False
        self._stack = ExitStack()
        self._log: EventLog | None = None
        self._prelude: list[Event] = []
        self._next = time.monotonic() + SECONDS_BETWEEN_SAVES
        self._best: tuple[int | None, int] | None = None
        self._changed = ""
        """The newest preset as TOML, if that is not written down yet."""
        if folder is not None:
            self.run = folder.about.run

    @classmethod
    def of_new(
        cls,
        preset: Preset,
        backend: str,
        out: Path | None = None,
        every: int | None = None,
        start: dict[str, Any] | None = None,
    ) -> "RunRecorder":
        """For a new run, in ``out`` or among the others: there ``claim`` may change its name.

        ``start``: its first weights, where they are not those that the preset says.
        """
        recorder = cls(every=every)
        recorder.run = new_run_name(preset.name)
        recorder._new, recorder._start = (out, preset, backend), start or {}
        return recorder

    @property
    def folder(self) -> RunFolder | None:
        """None before there is anything to keep."""
        return self._folder

    @property
    def place(self) -> Path | None:
        return self._folder.path if self._folder else self._claimed

    def claim(self) -> None:
        """Claim a name that no other run has; ``close`` gives it back where nothing was
        kept. Raises SaveError where a new run could not be kept."""
        if self._folder is None and self._claimed is None and self._new and self._new[0] is None:
            self._claimed = claimed(self.run)
            self.run = self._claimed.name

    def begin(self) -> RunFolder:
        """Have the folder, and keep other processes from writing to it.

        Raises SaveError, or RunError where another process trains the same run.
        """
        if self._folder is None:
            assert self._new is not None
            self.claim()
            out, preset, backend = self._new
            path = self._claimed or out
            assert path is not None
            self._folder = RunFolder.create(path, self.run, preset, backend)
            if self._start:
                write_weights(self._folder.path / START, self._start, {"run": self.run})
        if self._log is None:
            self._stack.enter_context(self._folder.locked())
            self._log = EventLog(self._folder.log)
        return self._folder

    @property
    def start(self) -> dict[str, Any] | None:
        return self._folder.start if self._folder and not self._new else self._start or None

    def prepare(self, start: dict[str, Any], preprocessing: Preprocessing) -> None:
        self._start, self._preprocessing = start, preprocessing

    def allowed(self, updates: int, left: int) -> int:
        return min(left, self._every - updates % self._every) if self._every else left

    def is_due(self, updates: int) -> bool:
        if self._every:
            return updates % self._every == 0
        return time.monotonic() >= self._next

    def save(self, snapshot: Snapshot) -> None:
        if not snapshot.state.updates:
            return
        started = time.monotonic()
        folder = self.begin()
        self._write_preprocessing(folder)
        self._write_changed()
        folder.checkpoints.save(snapshot)
        folder.forget_weights()  # of an earlier end, which are older than these
        self._save_best(folder, snapshot)
        ended = time.monotonic()
        self._next = ended + max(SECONDS_BETWEEN_SAVES, (ended - started) / COST)

    def keyframe_is_due(self, updates: int, seconds: float, epochs: int) -> bool:
        if self._is_off or time.thread_time() < self._next_keyframe:
            return False
        self._keyframes = self._keyframes or self.begin().keyframes
        return self._keyframes.is_due(updates, seconds, epochs)

    def keep(self, snapshot: Snapshot) -> None:
        """One that cannot be written ends no run: none is kept from there on. Its cost is processor
        time, for nothing waits for the disk."""
        assert self._keyframes is not None
        started = time.thread_time()
        try:
            self._keyframes.save(snapshot)
        except SaveError:
            self._is_off = True
        ended = time.thread_time()
        self._next_keyframe = ended + (ended - started) / COST

    def diverged(self, has_held: bool) -> None:
        if self._folder is not None:
            self._folder.checkpoints.withdraw(has_held)

    def handle(self, event: Event) -> None:
        """Write an event down. Raises SaveError."""
        if isinstance(event, PRELUDE) and self._log is None:
            self._prelude.append(event)
            return
        folder = self.begin()
        assert self._log is not None
        for one in (*self._prelude, event):
            if isinstance(one, events.RunStarted):  # how it ended before no longer counts
                folder.forget_summary()
                self._write_preprocessing(folder)
            self._log.write(one)
            if isinstance(one, events.Edited) and one.key == PRESET:
                self._changed = one.preset
                folder.forget_best()  # of another network
                self._best = None
        self._prelude.clear()

    def write_result(self, event: RunEnded, model: "Model") -> None:
        """Write the result down. Raises SaveError."""
        metadata = {"run": self.run, "weights_sha256": event.weights_sha256}
        write_weights(self.begin().path / WEIGHTS, model.parameters, metadata)
        self.begin().write_summary(Summary(ended=event))

    def write_failure(self, event: RunFailed) -> None:
        """Write down why there is no result. Raises SaveError."""
        self.begin().write_summary(Summary(ended=event))

    def close(self) -> None:
        """Release the folder, or the name of one that was never made."""
        with suppress(SaveError):
            self._write_changed()
            if self._log is not None:
                self._log.close()
        self._log = None
        self._stack.close()
        if self._claimed is not None and self._folder is None:
            with suppress(OSError):
                self._claimed.rmdir()
            self._claimed = None

    def _write_preprocessing(self, folder: RunFolder) -> None:
        """What this fold's preprocessing has learned, once: its weights go with it. And which files
        it has learned from."""
        if self._preprocessing is not None:
            folder.write_preprocessing(self._preprocessing)
            self._preprocessing = None
            if not self._has_files:
                folder.write_trained_files(TrainedFiles.of(folder.preset.data))
                self._has_files = True

    def _write_changed(self) -> None:
        """Seldom, since every stroke of the mouse may be a change."""
        if self._changed and self._folder is not None:
            write_changed(self._folder.path, Changed.of(self._changed))
            self._changed = ""

    def _save_best(self, folder: RunFolder, snapshot: Snapshot) -> None:
        best = snapshot.state.best
        if best is None or self._best == (snapshot.state.fold, best.epoch):
            return
        metadata = {"run": self.run, "best": msgspec.json.encode(best).decode()}
        write_weights(folder.path / BEST, snapshot.under("best"), metadata)
        self._best = (snapshot.state.fold, best.epoch)


def recorded(training: Training, recorder: RunRecorder) -> Iterator[Event]:
    """The run's events, each written down before it is passed on.

    Where they cannot be written any more, the run ends with that. A run without a step is not
    kept, unless its folder is there already.
    """
    trained = False
    meter = Meter()
    try:
        for event in training.run():
            if usage := meter.before(event):
                recorder.handle(usage)
                yield usage
            if isinstance(event, RunFailed) and "layer" not in event.where:
                yield _stopped(event, recorder)
                continue
            trained = trained or not isinstance(event, (*PRELUDE, events.Saved, RunEnded))
            if trained or recorder.folder is not None or isinstance(event, PRELUDE):
                recorder.handle(event)
                if isinstance(event, RunEnded):
                    recorder.write_result(event, training.model)
                elif isinstance(event, RunFailed):
                    recorder.write_failure(event)
            yield event
    except SaveError as error:
        yield _stopped(RunFailed(error=str(error), where={}), recorder)
    except MemoryError as error:
        yield _stopped(RunFailed(error=out_of_memory(error), where={}), recorder)
    finally:
        recorder.close()


def _stopped(event: RunFailed, recorder: RunRecorder) -> RunFailed:
    """The end of a run that the disk or the memory stopped, and how to go on with it: from its last
    checkpoint, or from its start. Its end is written down where there is room for that."""
    folder = recorder.folder
    if folder is None or not is_there(folder.path / RUN):
        return event
    event = replace(event, resume=folder.called)
    with suppress(SaveError, MemoryError):
        recorder.handle(event)
        recorder.write_failure(event)
    return event
