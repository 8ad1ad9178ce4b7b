"""Ending trials that are behind, before they have had all their epochs.

A pruner looks at the trials of a batch when all of them have come to the same epoch. What it says
follows from their scores alone, so it is the same for any number of workers.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from msgspec import Meta

from tuidl.core.config import Config

Curve = Sequence[float]
"""The objective's value so far, by epoch: smaller is better. NaN where it is not finite."""


class Pruner(Config, frozen=True):
    """``halving``: successive halving (Jamieson and Talwalkar, 2016): after ``first`` epochs, and
    then after ``reduction`` times as many again and again, the best 1 / ``reduction`` go on.
    ``median``: after ``first`` epochs and every ``every`` epochs from there on, a trial ends whose
    value is worse than the median of earlier batches' trials at that epoch (Golovin et al., 2017).
    """

    type: Literal["none", "median", "halving"] = "none"
    first: Annotated[int, Meta(ge=1)] = 1
    every: Annotated[int, Meta(ge=1)] = 1
    reduction: Annotated[int, Meta(ge=2)] = 3

    def stops(self, epochs: int) -> list[int]:
        """The epochs at which trials are looked at; the last one is ``epochs``."""
        found, stop = [], self.first
        while self.type != "none" and stop < epochs:
            found.append(stop)
            stop = stop * self.reduction if self.type == "halving" else stop + self.every
        return [*found, epochs]

    def kept(
        self, stop: int, batch: Mapping[int, Curve], earlier: Sequence[Curve], at: str
    ) -> set[int]:
        """Which trials of the ``batch`` go on after ``stop`` epochs. ``earlier``: curves of the
        trials of earlier batches. ``at``: see ``value_of``."""
        values = {number: value_of(curve[:stop], at) for number, curve in batch.items()}
        if self.type == "halving":
            count = math.ceil(len(values) / self.reduction)
            order = sorted(values, key=lambda number: (_worst_last(values[number]), number))
            return set(order[:count])
        known = sorted(
            _worst_last(value_of(curve[:stop], at)) for curve in earlier if len(curve) >= stop
        )
        if self.type == "none" or not known:
            return set(values)
        middle = (known[(len(known) - 1) // 2] + known[len(known) // 2]) / 2
        return {n for n, value in values.items() if _worst_last(value) <= middle}


def value_of(curve: Curve, at: str) -> float:
    """That of the best epoch or of the last one; NaN where it is not finite."""
    place = place_of(curve, at)
    return math.nan if place is None else curve[place]


def place_of(curve: Curve, at: str) -> int | None:
    """Which epoch counts, from 0; None where there is none."""
    if at == "last":
        return len(curve) - 1 if curve else None
    known = [epoch for epoch, value in enumerate(curve) if math.isfinite(value)]
    return min(known, key=lambda epoch: (curve[epoch], epoch), default=None)


def _worst_last(value: float) -> float:
    return value if math.isfinite(value) else math.inf
