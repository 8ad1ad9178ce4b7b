"""Scores of clusters: how near examples are to their centres, and how well clusters agree with
classes that nobody learned."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tuidl.core.lazy import Array
from tuidl.judging.counts import ratio
from tuidl.tasks.agreement import ari_of, nmi_of


@dataclass(frozen=True)
class Clustered:
    """``squares`` (n, centres): squared distances. ``true`` (n,): the place of each example's
    class, None where there are none."""

    squares: Array
    true: Array | None = None

    @cached_property
    def members(self) -> Array:
        """The cluster of each example (n,)."""
        nearest: Array = self.squares.argmin(axis=1)
        return nearest

    @property
    def losses(self) -> Array:
        """The squared distance of each example to its centre (n,)."""
        smallest: Array = self.squares.min(axis=1)
        return smallest

    def scores(self, weights: Array) -> dict[str, Array]:
        """ari and nmi where there are classes, inertia and its mean, each (b,), of ``weights``
        (b, n): how often each example counts."""
        inertia = weights @ self.losses
        agreeing = {} if self.true is None else {
            "ari": self._of_tables(weights, ari_of), "nmi": self._of_tables(weights, nmi_of),
        }  # fmt: skip
        mean = ratio(inertia, weights.sum(axis=1))
        return {**agreeing, "squared_distance": mean, "inertia": inertia}

    def main(self, weights: Array) -> Array:
        """ari, or without classes the mean squared distance, (b,)."""
        if self.true is None:
            return ratio(weights @ self.losses, weights.sum(axis=1))
        return self._of_tables(weights, ari_of)

    def baseline_scores(self) -> dict[str, Array]:
        """Scores () of one cluster for all; what its inertia would be is not known here."""
        unknown = {name: np.array(np.nan) for name in ("squared_distance", "inertia")}
        known = {} if self.true is None else {"ari": np.array(0.0), "nmi": np.array(0.0)}
        return {**known, **unknown}

    def _of_tables(self, weights: Array, score: Callable[[Array], float]) -> Array:
        assert self.true is not None
        width = self.squares.shape[1]
        places = self.true * width + self.members
        size = (int(self.true.max()) + 1) * width
        tables = (np.bincount(places, row, size).reshape(-1, width) for row in weights)
        return np.array([score(table) for table in tables])
