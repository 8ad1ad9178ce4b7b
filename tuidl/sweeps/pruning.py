"""Ending trials that are behind, before they have had all their epochs.

A pruner compares trials at the same epoch. What it says of one follows from the scores of its batch
and of earlier ones, never from which of them came first: it is the same for any number of workers.
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

    def decided(
        self, values: Mapping[int, float], to_come: int, earlier: Sequence[float]
    ) -> tuple[list[int], list[int]]:
        """Which trials go on, and which end: those of which it is certain. Neither changes when
        others come, so that nobody has to wait for those that decide nothing.

        ``values``: of the trials that have come to a comparison; ``to_come``: how many others may
        still come to it; ``earlier``: values there of the trials of earlier batches.
        """
        order = sorted(values, key=lambda number: (_worst_last(values[number]), number))
        if self.type == "halving":
            most = self.most_kept(len(values) + to_come)
            certain = max(most - to_come, 0)  # they may all be better
            return order[:certain], order[most:]
        known = sorted(map(_worst_last, earlier))
        if self.type == "none" or not known:
            return order, []
        middle = (known[(len(known) - 1) // 2] + known[len(known) // 2]) / 2
        is_kept = {number: _worst_last(value) <= middle for number, value in values.items()}
        return [n for n in order if is_kept[n]], [n for n in order if not is_kept[n]]

    def most_kept(self, trials: int) -> int:
        """How many of so many trials go on at most."""
        return math.ceil(trials / self.reduction) if self.type == "halving" else trials

    def planned(self, trials: int, epochs: int) -> int:
        """Epochs of so many trials together, if none fails; of the pruner median at most."""
        total, before = 0, 0
        for stop in self.stops(epochs):
            total += trials * (stop - before)
            trials, before = self.most_kept(trials), stop
        return total


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
