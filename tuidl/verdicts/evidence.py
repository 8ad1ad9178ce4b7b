"""What is known of a run that a verdict can rest on."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import fmean
from typing import Protocol, Self

from tuidl.protocol.baseline import Baseline
from tuidl.protocol.events import ProbeAnswer, RunEnded, RunFailed, RunStarted
from tuidl.protocol.history import History
from tuidl.protocol.probes import Layers

Pair = tuple[float, float]
LATE = 10
"""The last stretch of a run is one of so many, and at least an epoch."""


class Measured(Protocol):
    """A measure by epochs, such as a ``Series``."""

    def pairs(self) -> list[Pair]:
        """Epochs with their values."""

    @property
    def last(self) -> float | None:
        """The last value."""


@dataclass(frozen=True)
class Evidence:
    """``series``: those of the run's history, by name; ``fold``: the one in training, if any.

    ``baseline``: what always saying the same comes to. ``layers``: the last answer of the probe of
    this name, ``layers_at`` how many steps were done then. ``objectives``: losses that take turns,
    as in a GAN, say nothing by their course. ``kept``: the epoch that the parameters were set back
    to. ``is_diverged``: it ended since values were no longer finite.
    """

    series: Mapping[str, Measured] = field(default_factory=dict)
    fold: int | None = None
    baseline: Baseline | None = None
    layers: Layers | None = None
    layers_at: int = 0
    objectives: int = 1
    kept: int | None = None
    is_diverged: bool = False

    def of(self, name: str) -> Measured | None:
        """The series ``name`` of the fold in training."""
        return self.series.get(f"fold {self.fold} {name}" if self.fold else name)

    @classmethod
    def of_run(
        cls,
        history: History,
        started: RunStarted | None,
        end: RunEnded | RunFailed | None = None,
        *,
        fold: int | None = None,
        steps: int = 0,
        layers: ProbeAnswer | None = None,
    ) -> Self:
        """That of a run as far as it has come, or as it ended; ``layers``: of the probe of this
        name, in a run of ``steps`` steps an epoch."""
        answer = layers.answer if layers else None
        seen = answer if isinstance(answer, Layers) else None
        end_baseline = end.baseline if isinstance(end, RunEnded) else None
        return cls(
            series=history.series,
            fold=fold,
            baseline=end_baseline or (started.baseline if started else None),
            layers=seen,
            layers_at=steps_done(layers, steps) if layers else 0,
            objectives=started.objectives if started else 1,
            kept=end.best_epoch if isinstance(end, RunEnded) else None,
            is_diverged=isinstance(end, RunFailed) and "layer" in end.where,
        )

    @property
    def judged(self) -> str:
        """The part whose scores count: validation where there is one."""
        return "validation" if self.of("validation loss") else "train"

    @property
    def gradients(self) -> dict[str, float]:
        """The length of each layer's gradient in the last step of the last epoch, first to last."""
        start = f"fold {self.fold} gradient " if self.fold else "gradient "
        return {
            name.removeprefix(start): series.last
            for name, series in self.series.items()
            if name.startswith(start) and series.last is not None
        }


def steps_done(answer: ProbeAnswer, steps: int) -> int:
    """How many steps were done in all when a probe was answered, with ``steps`` an epoch."""
    return (answer.epoch - 1) * steps + answer.step


def values(series: Measured | None) -> list[Pair]:
    """Epochs with their values."""
    return [] if series is None else series.pairs()


def lowest(pairs: Iterable[Pair]) -> Pair | None:
    """The epoch of the smallest finite value, and that value."""
    return min((p for p in pairs if math.isfinite(p[1])), key=lambda p: p[1], default=None)


@dataclass(frozen=True)
class Course:
    """The mean of the last stretch of ``epochs`` epochs, ``now``, and of as many ``before`` it."""

    epochs: int
    before: float
    now: float

    @property
    def factor(self) -> float:
        return self.now / self.before


def course(series: Measured | None) -> Course | None:
    """How values went at the end; None before there are four epochs, or where one of the last is
    not a positive number, of which no factor can be taken."""
    pairs = values(series)
    if len(pairs) < 4:
        return None
    size = max(len(pairs) // LATE, 1)
    now, before = ([v for _, v in part] for part in (pairs[-size:], pairs[-2 * size : -size]))
    if not all(math.isfinite(v) and v > 0 for v in (*now, *before)):
        return None
    epochs = max(round(pairs[-1][0] - pairs[-size - 1][0]), 1)
    return Course(epochs, fmean(before), fmean(now))


def value_at(series: Measured | None, epoch: float) -> float | None:
    """The value at an epoch, or the last one before it."""
    found = [value for x, value in values(series) if x <= epoch]
    return found[-1] if found else None


def last_value(series: Measured | None, epoch: float | None = None) -> float | None:
    """The last value, or that of an ``epoch``, if it is finite."""
    if series is None:
        return None
    value = series.last if epoch is None else value_at(series, epoch)
    return value if value is not None and math.isfinite(value) else None
