"""Scores of predicted numbers, in the targets' units where they have any.

Of several outputs each score is the mean over them, as scikit-learn's ``uniform_average``; the
largest error is the largest of all. Formulas are those of ``sklearn.metrics``.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tuidl.core.lazy import Array
from tuidl.judging.counts import ratio

MOST_SORTED = 32
"""Outputs up to which the median error is given: its intervals sort and sum each on its own."""
OF_MEDIAN = ("mae", "median_absolute_error", "mape")
"""Scores whose baseline is the median."""
NO_SPREAD = 1e-14
"""A variance below this share of the mean square counts as none, as rounding leaves it."""


@dataclass(frozen=True)
class Numbers:
    """``predicted`` and ``true``, both (n, outputs)."""

    predicted: Array
    true: Array

    @cached_property
    def off(self) -> Array:
        return self.predicted - self.true

    @cached_property
    def distances(self) -> Array:
        return np.abs(self.off)

    def scores(self, weights: Array) -> dict[str, Array]:
        """mae, rmse, r2 and so on, each (b,), of ``weights`` (b, n).

        ``mape`` (mean absolute percentage error, a share) is not defined (NaN) where a true value
        is 0; ``r2`` and ``explained_variance`` are not for fewer than two examples.
        """
        total = weights.sum(axis=1)
        squares = ratio(weights @ self.off**2, total[:, None])
        return {
            "mae": ratio(weights @ self.distances, total[:, None]).mean(axis=1),
            "rmse": np.sqrt(squares).mean(axis=1),
            "median_absolute_error": self._medians(weights),
            "max_error": largest(self.distances.max(axis=1), weights),
            "mape": self._mape(weights),
            "r2": self._explained(weights, squares * total[:, None]),
            "explained_variance": self._explained(weights, spread(self.off, weights)),
        }

    def main(self, weights: Array) -> Array:
        """The mean absolute error (b,), of ``weights`` (b, n)."""
        return ratio(weights @ self.losses, weights.sum(axis=1))

    @cached_property
    def losses(self) -> Array:
        """The mean absolute error of each example (n,)."""
        mean: Array = self.distances.mean(axis=1)
        return mean

    def baseline_scores(self) -> dict[str, Array]:
        """Scores (1,) of what is best without looking at an input: always the median for those of
        absolute errors, always the mean for all others."""
        ones = np.ones((1, len(self.true)))
        middle, mean = (
            Numbers(np.broadcast_to(part, self.true.shape), self.true).scores(ones)
            for part in (np.median(self.true, axis=0), self.true.mean(axis=0))
        )
        return {name: (middle if name in OF_MEDIAN else mean)[name] for name in mean}

    def _medians(self, weights: Array) -> Array:
        if self.true.shape[1] > MOST_SORTED:
            return np.full(len(weights), np.nan)
        found: Array = np.mean([median(column, weights) for column in self.distances.T], axis=0)
        return found

    def _mape(self, weights: Array) -> Array:
        if not self.true.all():
            return np.full(len(weights), np.nan)
        shares = (self.distances / np.abs(self.true)).mean(axis=1)
        return ratio(weights @ shares, weights.sum(axis=1))

    def _explained(self, weights: Array, left: Array) -> Array:
        """1 - what is ``left`` (b, outputs) of the targets' spread, the mean over the outputs; of
        an output without spread 1 where nothing is left, else 0."""
        whole = spread(self.true, weights)
        exact = np.where(left == 0, 1.0, 0.0)
        shares = np.where(whole > 0, 1 - left / np.where(whole > 0, whole, 1.0), exact)
        enough = weights.sum(axis=1) >= 2
        return np.where(enough, shares.mean(axis=1), np.nan)


def spread(values: Array, weights: Array) -> Array:
    """Squared distances from the mean, summed (b, outputs), of ``values`` (n, outputs)."""
    centred = values - values.mean(axis=0)
    centred[:, np.ptp(values, axis=0) == 0] = 0.0
    squares, sums = weights @ centred**2, weights @ centred
    found = squares - ratio(sums**2, weights.sum(axis=1, keepdims=True))
    return np.where(found > NO_SPREAD * squares, found, 0.0)


def median(values: Array, weights: Array) -> Array:
    """Of ``values`` (n,), each counted so often (b, n): (b,); of an even number the mean of the
    two in the middle."""
    order = np.argsort(values, kind="stable")
    counted = np.cumsum(weights[:, order], axis=1)
    total = counted[:, -1:]
    ranked = values[order]
    low = ranked[(counted > (total - 1) // 2).argmax(axis=1)]
    high = ranked[(counted > total // 2).argmax(axis=1)]
    return np.where(total[:, 0] > 0, (low + high) / 2, np.nan)


def largest(values: Array, weights: Array) -> Array:
    """The largest of ``values`` (n,) that counts, (b,)."""
    order = np.argsort(-values, kind="stable")
    first = (weights[:, order] > 0).argmax(axis=1)
    found: Array = values[order][first]
    return found
