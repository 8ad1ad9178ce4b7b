"""k-fold cross-validation: the same training k times, each time held against another part."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import fmean, stdev

import msgspec

from tuidl import events
from tuidl.events import Event, Scores
from tuidl.model import Model
from tuidl.preset import Preset
from tuidl.training.interruption import Interrupter
from tuidl.training.trainer import Trainer


@dataclass
class CrossValidation:
    """Trains a preset's network ``training.folds`` times, each from the same first parameters.

    ``model`` is the last fold's. Scores are reported as their mean and standard deviation.
    """

    preset: Preset
    backend: str = "cpu"
    threads: int | None = None
    interrupter: Interrupter = field(default_factory=Interrupter)

    def __post_init__(self) -> None:
        """Raises TuidlError where the data cannot be parted so."""
        assert self.preset.training.folds
        self.splits = self.preset.data.folds(self.preset.training.folds)
        self._trainer = self._trainer_for(0)

    @property
    def model(self) -> Model:
        return self._trainer.model

    def run(self) -> Iterator[Event]:
        """Train all folds, or up to a stop or a failure; the last event says which."""
        ended: list[events.RunEnded] = []
        for fold in range(len(self.splits)):
            if fold:
                self._trainer = self._trainer_for(fold)
            for event in self._trainer.run():
                if isinstance(event, events.RunEnded):
                    ended.append(event)
                    if event.reason in ("completed", "stopped_early"):
                        yield self._fold_ended(fold, event)
                elif told := _told(event, fold):
                    yield told
                if isinstance(event, events.RunFailed):
                    return
            if self.interrupter.reason:
                break
        yield self._summed_up(ended)

    def _trainer_for(self, fold: int) -> Trainer:
        return Trainer(
            self.preset,
            backend=self.backend,
            threads=self.threads,
            interrupter=self.interrupter,
            split=self.splits[fold],
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

    def _summed_up(self, ended: list[events.RunEnded]) -> Event:
        last = ended[-1]
        whole = [event for event in ended if event.reason in ("completed", "stopped_early")]
        return events.RunEnded(
            reason=self.interrupter.reason or "completed",
            epochs=sum(event.epochs for event in ended),
            seconds=sum(event.seconds for event in ended),
            train=_over(whole, "train", fmean),
            validation=_over(whole, "validation", fmean),
            test=_over(whole, "test", fmean),
            weights_sha256=last.weights_sha256,
            folds=len(whole),
            spread=_over(whole, "validation", stdev) if len(whole) > 1 else None,
        )


def _told(event: Event, fold: int) -> Event | None:
    """The event as one of a fold; the start of the run is told once."""
    if isinstance(event, events.EpochEnded | events.Progress):
        return msgspec.structs.replace(event, fold=fold + 1)
    is_start = isinstance(event, events.RunStarted | events.Compiling | events.Compiled)
    return None if is_start and fold else event


def _over(
    ended: list[events.RunEnded], part: str, read: Callable[[list[float]], float]
) -> Scores | None:
    """Each score of a part, read over the folds."""
    scores: list[Scores] = [s for s in (getattr(event, part) for event in ended) if s]
    return {name: read([s[name] for s in scores]) for name in scores[0]} if scores else None
