"""Whether probabilities are kept: how often what is said to be likely happens."""

from dataclasses import dataclass

import numpy as np

from tuidl.core.lazy import Array
from tuidl.judging.counts import ratio

BINS = 10


@dataclass(frozen=True)
class Bins:
    """By bin of equal width in [0, 1], all (b, bins): ``count`` of the examples; the sums of the
    probabilities ``said`` and of what ``happened``."""

    count: Array
    said: Array
    happened: Array

    @classmethod
    def of(cls, said: Array, happened: Array, weights: Array, bins: int = BINS) -> "Bins":
        """From probabilities (n,), what happened (n,) as 0 or 1, and ``weights`` (b, n). A
        probability on an edge belongs to the bin below, as in scikit-learn."""
        places = np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], said)
        sums = np.zeros((3, len(weights), bins))
        for i in range(bins):
            rows = np.flatnonzero(places == i)
            own = weights[:, rows]
            sums[:, :, i] = own.sum(axis=1), own @ said[rows], own @ happened[rows]
        return cls(*sums)

    def curve(self) -> tuple[Array, Array]:
        """Mean probability, and share that happened, of each bin; NaN where a bin is empty."""
        return ratio(self.said, self.count), ratio(self.happened, self.count)

    def error(self) -> Array:
        """The expected calibration error (b,): the mean distance of the two, weighted by the
        examples of the bins (Naeini 2015, Guo 2017)."""
        distances = np.abs(self.said - self.happened).sum(axis=1)
        return ratio(distances, self.count.sum(axis=1))
