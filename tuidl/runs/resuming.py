"""Going on with a run that is kept."""

import math
from typing import Protocol

from msgspec.structs import replace

from tuidl.core.errors import RunError, TuidlError
from tuidl.data.preprocessing import EXACT
from tuidl.preset.schema import Preset
from tuidl.protocol.commands import (
    EPOCHS,
    LARGEST_WEIGHT,
    LEARNING_RATE,
    MOST_INSERTED,
    PRESET,
    editable_rate,
    steps_key,
    weight_of,
)
from tuidl.protocol.edits import Timeline
from tuidl.protocol.events import Edited
from tuidl.protocol.snapshot import Snapshot
from tuidl.runs.lengthening import MOST_EPOCHS
from tuidl.runs.reading import read_timeline, stream_events
from tuidl.runs.recorder import RunRecorder
from tuidl.storage.folder import RunFolder
from tuidl.training.changing import read_changed
from tuidl.training.edits import Edits
from tuidl.training.folds import CrossValidation
from tuidl.training.interruption import Interrupter
from tuidl.training.start import trainer_for
from tuidl.training.trainer import Trainer


class Resumable(Protocol):
    """A trainer, or a cross-validation."""

    @property
    def edits(self) -> Edits: ...

    @property
    def fold(self) -> int | None: ...

    def resume(self, snapshot: Snapshot) -> None: ...


def go_on(training: Resumable, folder: RunFolder) -> tuple[Timeline, list[str]]:
    """Put a fresh trainer where the run was last saved, or leave it at the start where it never
    was. Live edits that came later are made again.

    Returns the edits, and what is wrong with checkpoints that had to be passed over. Raises
    RunError.
    """
    try:
        snapshot, problems = folder.checkpoints.first_that(training.resume)
    except RunError as error:
        raise RunError(f"{error}{_if_older(folder)}") from None
    folder.keyframes.drop_after(snapshot.state.updates if snapshot else 0)
    timeline = read_timeline(folder.log)
    edits = possible_edits(timeline, folder)
    training.edits.repeat(replace(edit, again=edit.number is not None) for edit in edits)
    return timeline, problems


def _if_older(folder: RunFolder) -> str:
    """Why a run of a table that an older tuidl began may have other data, though the file is as it
    was."""
    learned = folder.preprocessing
    if learned is None or learned.table is None or learned.format >= EXACT:
        return ""
    return (
        "; an older tuidl began it, which read tables by other rules: it can be used, but its "
        "training cannot go on"
    )


def resumed(
    folder: RunFolder,
    recorder: RunRecorder,
    interrupter: Interrupter,
    threads: int | None = None,
    backend: str | None = None,
    learning_rate: float | None = None,
) -> tuple[Trainer | CrossValidation, list[str]]:
    """What goes on with the run, and the problems that ``go_on`` returns; no other process can from
    now on. Raises TuidlError, and then others may.

    ``learning_rate``: from here on, an edit that is written down before anything else happens.
    Where the run diverged, it stands instead of later ones: it may be they that it diverged by.
    """
    try:
        recorder.begin()
        backend = backend or folder.about.backend
        training = trainer_for(folder.preset, backend, threads, interrupter, recorder)
        timeline, problems = go_on(training, folder)
        trainer = training.trainer if isinstance(training, CrossValidation) else training
        if trainer.alarms.is_on:
            trainer.alarms.recall(trainer.state, stream_events(folder.log))
        if learning_rate is not None and len(folder.preset.objectives) > 0:
            keys = ", ".join(editable_rate(o.name) for o in folder.preset.objectives)
            problem = f"the run has several objectives; change one while it trains: {keys}"
            raise RunError(f"{LEARNING_RATE}: {problem}")
        if learning_rate is not None and folder.outcome is None:
            instead = timeline.has_diverged
            recorder.handle(
                training.edits.plan(training.fold, LEARNING_RATE, learning_rate, instead)
            )
        return training, problems
    except BaseException:
        recorder.close()
        raise


def edits_to_replay(folder: RunFolder) -> list[Edited]:
    """The run's edits, for another run that makes all of them. Raises RunError."""
    edits = possible_edits(read_timeline(folder.log), folder)
    return [replace(edit, number=i, again=False) for i, edit in enumerate(edits, 1)]


def possible_edits(timeline: Timeline, folder: RunFolder) -> list[Edited]:
    """Its edits, none of which a trainer would refuse. Raises RunError."""
    edits = timeline.edits
    names = [objective.name for objective in folder.preset.objectives] or [""]
    known = set(map(editable_rate, names))
    turns = set(map(steps_key, names)) if len(names) > 1 else set()
    for edit in edits:
        is_fit = edit.key in known and math.isfinite(edit.value) and edit.value > 0
        if weight_of(edit.key) is not None:
            is_fit = abs(edit.value) < LARGEST_WEIGHT
        if edit.key in turns:
            is_fit = edit.value in range(1, MOST_INSERTED + 1)
        if edit.key == PRESET:
            is_fit = _can_change(folder.preset, edit.preset)
        if edit.key == EPOCHS and not folder.preset.training.folds:
            is_fit = edit.value in range(1, MOST_EPOCHS + 1)
        if not is_fit:
            where = f"epoch {edit.epoch}, step {edit.step}"
            raise RunError(
                f"{folder.log}: the edit at {where} cannot be made again: {edit.key[:80]!r} = "
                f"{edit.value}"
            )
    return edits


def _can_change(preset: Preset, text: str) -> bool:
    """Whether a run of the preset can go on with the one that is this text."""
    try:
        read_changed(preset, text)
    except TuidlError:
        return False
    return True
