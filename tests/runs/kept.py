"""Runs that tests keep, stop and go on with."""

from collections.abc import Iterator
from pathlib import Path

from tuidl.preset.schema import Preset
from tuidl.protocol.events import Event, RunEnded, RunFailed
from tuidl.protocol.snapshot import Snapshot
from tuidl.runs.recorder import RunRecorder, recorded
from tuidl.runs.resuming import resumed
from tuidl.storage.folder import RunFolder
from tuidl.training.interruption import Interrupter
from tuidl.training.start import trainer_for


class Stopping(RunRecorder):
    """Stops the run after so many steps of it (of a fold, where there are several)."""

    interrupter: Interrupter
    after: int = 1 << 60
    fold: int | None = None

    def allowed(self, updates: int, left: int) -> int:
        left = super().allowed(updates, left)
        return max(min(left, self.after - updates), 1) if updates < self.after else left

    def is_due(self, updates: int) -> bool:
        return updates == self.after or super().is_due(updates)

    def save(self, snapshot: Snapshot) -> None:
        super().save(snapshot)
        if snapshot.state.updates == self.after and snapshot.state.fold == self.fold:
            self.interrupter.stop("interrupted")


def start(
    preset: Preset,
    out: Path,
    stop_after: int | None = None,
    fold: int | None = None,
    every: int | None = None,
    threads: int | None = None,
    backend: str = "cpu",
) -> Event:
    """Train to the end, or to the step where it is to be stopped; the last event."""
    recorder = Stopping(every=every)
    recorder.run, recorder._new = out.name, (out, preset, backend)
    return _last(recorder, preset, stop_after, fold, threads, backend)


def resume(
    out: Path,
    stop_after: int | None = None,
    fold: int | None = None,
    threads: int | None = None,
    learning_rate: float | None = None,
) -> Event:
    folder = RunFolder(out)
    recorder = Stopping(folder)
    return _last(recorder, folder.preset, stop_after, fold, threads, "cpu", folder, learning_rate)


def _last(
    recorder: Stopping,
    preset: Preset,
    stop_after: int | None,
    fold: int | None,
    threads: int | None,
    backend: str,
    folder: RunFolder | None = None,
    learning_rate: float | None = None,
) -> Event:
    recorder.interrupter, recorder.fold = Interrupter(), fold
    if stop_after is not None:
        recorder.after = stop_after
    if folder is None:
        training = trainer_for(preset, backend, threads, recorder.interrupter, recorder)
    else:
        training, _ = resumed(folder, recorder, recorder.interrupter, threads, None, learning_rate)
    told: Iterator[Event] = recorded(training, recorder)
    *_, last = told
    return last


def sha(event: Event) -> str:
    assert isinstance(event, RunEnded), event.error if isinstance(event, RunFailed) else event
    return event.weights_sha256
