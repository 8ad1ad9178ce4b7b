"""k-fold cross-validation: the same training k times, each time validated on another part."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import msgspec

from tuidl.core.errors import RunError
from tuidl.data.preprocessing import Preprocessing
from tuidl.model.model import Model
from tuidl.preset.schema import Preset
from tuidl.protocol import events
from tuidl.protocol.events import Event, Scores
from tuidl.protocol.snapshot import Snapshot
from tuidl.training.checkpointer import Checkpointer
from tuidl.training.edits import Edits
from tuidl.training.interruption import Interrupter
from tuidl.training.plausibility import implausible_fold
from tuidl.training.trainer import Trainer

WHOLE = ("completed", "stopped_early")


@dataclass
class CrossValidation:
    """Trains a preset's network ``training.folds`` times, each from the same first parameters.

    ``model`` is the last fold's. Scores are reported as their mean and standard deviation.
    """

    preset: Preset
    backend: str = "cpu"
    threads: int | None = None
    interrupter: Interrupter = field(default_factory=Interrupter)
    checkpointer: Checkpointer = field(default_factory=Checkpointer)

    def __post_init__(self) -> None:
        """Raises TuidlError where the data cannot be parted so."""
        assert self.preset.training.folds
        self.splits = self.preset.source.folds(self.preset.training.folds)
        self._ended: list[events.RunEnded] = []
        self.edits = Edits()
        self._trainer = self._trainer_for(0)

    @property
    def model(self) -> Model:
        return self._trainer.model

    @property
    def fold(self) -> int | None:
        return self._trainer.fold

    @property
    def trainer(self) -> Trainer:
        """That of the fold in training."""
        return self._trainer

    def notices(self) -> list[str]:
        """What the user should know before it begins, a sentence each: of the first fold."""
        return self._trainer.notices()

    def resume(self, snapshot: Snapshot) -> None:
        """Go on from there. Raises RunError where it is of something else."""
        if problem := implausible_fold(snapshot.state, self.preset.training.folds):
            raise RunError(problem)
        self._ended = list(snapshot.state.ended)
        self._begin(len(self._ended))
        self._trainer.resume(snapshot)

    def run(self) -> Iterator[Event]:
        """Train all folds, or up to a stop or a failure; the last event says which."""
        first = len(self._ended)
        for fold in range(first, len(self.splits)):
            if fold > first:
                self._begin(fold)
            for event in self._trainer.run():
                if isinstance(event, events.RunEnded):
                    last = msgspec.structs.replace(event, confusion=None)  # it is of one fold
                    if event.reason in WHOLE:
                        self._ended.append(last)
                        yield self._fold_ended(fold, last)
                elif one := _of_fold(event, fold, first):
                    yield one
                if isinstance(event, events.RunFailed):
                    return
            if self.interrupter.reason:
                break
        yield self._summed_up(last)

    def _begin(self, fold: int) -> None:
        """Build another fold's trainer, after the memory of the one before is free."""
        self.interrupter.detach()
        del self._trainer
        self._trainer = self._trainer_for(fold)

    def _trainer_for(self, fold: int) -> Trainer:
        return Trainer(
            self.preset,
            backend=self.backend,
            threads=self.threads,
            interrupter=self.interrupter,
            checkpointer=_FoldCheckpointer(self.checkpointer, self._ended, fold + 1),
            split=self.splits[fold],
            fold=fold + 1,
            edits=self.edits,
        )

    def _fold_ended(self, fold: int, event: events.RunEnded) -> Event:
        return events.FoldEnded(
            fold=fold + 1,
            folds=len(self.splits),
            epochs=event.epochs,
            train=event.train,
            validation=event.validation,
            test=event.test,
        )

    def _summed_up(self, last: events.RunEnded) -> Event:
        whole = self._ended
        begun = whole if last in whole else [*whole, last]
        is_whole = len(whole) == len(self.splits)
        return events.RunEnded(
            reason="completed" if is_whole else self.interrupter.reason or last.reason,
            epochs=sum(event.epochs for event in begun),
            seconds=sum(event.seconds for event in begun),
            train=_over(whole, "train", fmean),
            validation=_over(whole, "validation", fmean),
            test=_over(whole, "test", fmean),
            weights_sha256=last.weights_sha256,
            folds=len(whole),
            spread=_over(whole, "validation", stdev) if len(whole) > 1 else None,
            positive=last.positive,
            baseline=_mean_baseline(whole),
        )


class _FoldCheckpointer(Checkpointer):
    """Notes in each snapshot which fold it is of, and how those before ended."""

    def __init__(self, checkpointer: Checkpointer, ended: list[events.RunEnded], fold: int) -> None:
        self._checkpointer, self._ended, self._fold = checkpointer, ended, fold
        self.run = checkpointer.run
        self.keeps = checkpointer.keeps

    @property
    def start(self) -> dict[str, Any] | None:
        return self._checkpointer.start

    @property
    def place(self) -> Path | None:
        return self._checkpointer.place

    def prepare(self, start: dict[str, Any], preprocessing: Preprocessing) -> None:
        self._checkpointer.prepare(start, preprocessing)

    def allowed(self, updates: int, left: int) -> int:
        return self._checkpointer.allowed(updates, left)

    def is_due(self, updates: int) -> bool:
        return self._checkpointer.is_due(updates)

    def save(self, snapshot: Snapshot) -> None:
        before = self._ended[: self._fold - 1]
        state = msgspec.structs.replace(snapshot.state, fold=self._fold, ended=before)
        self._checkpointer.save(Snapshot(state, snapshot.arrays))

    def diverged(self, has_held: bool) -> None:
        self._checkpointer.diverged(has_held)


def _of_fold(event: Event, fold: int, first: int) -> Event | None:
    """The event as one of a fold; only the first fold reports the start of the run."""
    if isinstance(event, events.EpochEnded | events.Progress | events.Alert):
        return msgspec.structs.replace(event, fold=fold + 1)
    is_start = isinstance(event, events.RunStarted | events.Compiling | events.Compiled)
    return None if is_start and fold > first else event


def _mean_baseline(ended: list[events.RunEnded]) -> events.Baseline | None:
    """The mean over the folds; None where the most frequent class is not the same in all."""
    found = [event.baseline for event in ended if event.baseline]
    if not found or len({known.says for known in found}) > 1:
        return None
    parts = {part: fmean(known.by_part[part] for known in found) for part in found[0].by_part}
    changed = "accuracy" if found[0].accuracy else "loss"
    return msgspec.structs.replace(found[0], **{changed: parts})


def _over(
    ended: list[events.RunEnded], part: str, read: Callable[[list[float]], float]
) -> Scores | None:
    """Each score of a part, read over the folds."""
    scores: list[Scores] = [s for s in (getattr(event, part) for event in ended) if s]
    return {name: read([s[name] for s in scores]) for name in scores[0]} if scores else None
