"""A new run from a step of another: the same up to there, its own from there on.

A fork has all that a run has of its past (log, live edits, keyframes, a checkpoint), as if it had
been trained from its own start. So it is resumed, verified, replayed and compared like any other.
"""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from tuidl.core.errors import RunError, SaveError
from tuidl.core.names import new_run_name
from tuidl.core.own_files import error_text, is_there
from tuidl.preset.schema import Preset
from tuidl.protocol.edits import At, place_of
from tuidl.protocol.events import (
    Edited,
    EpochEnded,
    Event,
    Progress,
    RunEnded,
    RunFailed,
    RunStarted,
)
from tuidl.protocol.snapshot import Snapshot
from tuidl.runs.log import EventLog
from tuidl.runs.reading import stream_events
from tuidl.runs.resuming import edits_to_replay
from tuidl.storage.arrays import write_weights
from tuidl.storage.changes import Changed, write_changed
from tuidl.storage.contents import GIVEN, START
from tuidl.storage.folder import RunFolder
from tuidl.storage.locations import claimed
from tuidl.storage.records import Origin
from tuidl.training import snapshots
from tuidl.training.state import TrainState


def fork(folder: RunFolder, state: TrainState, out: Path | None = None) -> RunFolder:
    """A run that stands where ``state`` does, which is a step of the run in ``folder``.

    ``out``: its folder; without one it lies among the others. Raises RunError, or SaveError where
    it cannot be written: then nothing is left of it.
    """
    epoch, step = state.place
    origin = Origin(run=folder.about.run, updates=state.updates, epoch=epoch, step=step)
    new = _begun(folder, origin, out)
    try:
        _copy_what_was_learned(folder, new)
        _copy_log(folder, new, state)
        _copy_keyframes(folder, new, state.updates)
        if state.updates:
            with state.model.lock.hold():
                new.checkpoints.save(snapshots.take(state))
        if state.changes:
            write_changed(new.path, Changed(state.preset.name, state.preset.about))
    except BaseException:
        shutil.rmtree(new.path, ignore_errors=True)
        raise
    return new


def _begun(folder: RunFolder, origin: Origin, out: Path | None) -> RunFolder:
    """The fork's folder, with nothing in it yet; what was there before is never touched."""
    name = new_run_name(folder.about.preset)
    path = out if out is not None else claimed(name)
    preset, copied = _with_given_data(folder, path)
    try:
        called = name if out is not None else path.name
        return RunFolder.create(path, called, preset, folder.about.backend, origin)
    except BaseException:
        with suppress(OSError):
            if copied is not None:
                copied.unlink()
            if out is None:
                path.rmdir()
        raise


def _with_given_data(folder: RunFolder, path: Path) -> tuple[Preset, Path | None]:
    """The run's preset, and the data that was copied with it: what was handed over in Python lies
    in the run's own folder. Raises RunError, SaveError."""
    preset = folder.preset
    own = Path(str(getattr(preset.data, "path", "")))
    if own.name not in GIVEN or own.parent != folder.path:
        return preset, None
    try:
        path.mkdir(parents=True, exist_ok=True)
        if any(path.iterdir()):
            raise SaveError(f"{path}: not empty; a run needs a folder of its own")
        shutil.copyfile(own, path / own.name)
    except OSError as error:
        raise SaveError(error_text(error, path)) from None
    copied = path.absolute() / own.name
    return replace(preset, data=replace(preset.data, path=str(copied))), copied


def _copy_what_was_learned(folder: RunFolder, new: RunFolder) -> None:
    if (learned := folder.preprocessing) is not None:
        new.write_preprocessing(learned)
    new.write_trained_files(folder.trained_files)
    if is_there(folder.path / START):
        write_weights(new.path / START, folder.start, {"run": new.about.run})


def _copy_log(folder: RunFolder, new: RunFolder, state: TrainState) -> None:
    """What happened up to here, and the edits that were made up to here."""
    here, made = state.next_place, state.edits.made_at(state.here)
    edits = [
        edit
        for edit in edits_to_replay(folder)
        if place_of(edit) < here or (place_of(edit) == here and (edit.number or 0) <= made)
    ]
    log = EventLog(new.log)
    try:
        for event in _in_order(_past_of(folder, here), edits):
            if isinstance(event, RunStarted):
                event = replace(event, run=new.about.run, resumed=None)
            log.write(event)
    finally:
        log.close()


def _past_of(folder: RunFolder, here: At) -> Iterator[Event]:
    """The start, and epochs and progress up to ``here``; edits apart."""
    has_begun = False
    for event in stream_events(folder.log):
        if isinstance(event, RunStarted) and has_begun:
            continue
        has_begun = has_begun or isinstance(event, RunStarted)
        if not isinstance(event, Edited | RunEnded | RunFailed) and _end_of(event) <= here:
            yield event


def _end_of(event: Event) -> At:
    """The place where what an event tells is done."""
    if isinstance(event, Progress):
        return place_of(event)
    return (1, event.epoch + 1, 0) if isinstance(event, EpochEnded) else (1, 1, 0)


def _in_order(past: Iterator[Event], edits: list[Edited]) -> Iterator[Event]:
    waiting = list(edits)
    for event in past:
        while waiting and place_of(waiting[0]) < _end_of(event):
            yield waiting.pop(0)
        yield event
    yield from waiting


def _copy_keyframes(folder: RunFolder, new: RunFolder, updates: int) -> None:
    """Those up to this step, so that its past is as near as that of the run it comes from."""
    source, target = folder.keyframes, new.keyframes
    for number in source.numbers:
        if number > updates:
            break
        try:
            snapshot: Snapshot = source.files.read(number)
        except RunError:
            continue  # damaged, or thinned out at this moment
        target.files.make_folder()
        target.files.write(number, snapshot, durable=False)
