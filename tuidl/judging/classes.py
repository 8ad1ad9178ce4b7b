"""Scores of one class out of several."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tuidl.core.lazy import Array
from tuidl.judging import counts as counting
from tuidl.judging.calibration import Bins
from tuidl.judging.counts import PER_CLASS, Counts, ratio
from tuidl.judging.ranking import Ranking, areas

LEAST = float(np.finfo(np.float64).eps)
"""A probability below this counts as this in the log loss, as in scikit-learn."""
TOP = (2, 3, 5)
"""Of top-k accuracies."""


@dataclass(frozen=True)
class Classes:
    """``shares`` (n, classes): probabilities, each row adding up to 1. ``true`` (n,): the class.
    ``given`` (n,): the class that was chosen; None where that is the likeliest.

    ``positive``: of two classes the one that precision, recall and curves look for.
    """

    shares: Array
    true: Array
    given: Array | None = None
    positive: int = 1

    @property
    def count(self) -> int:
        """Of the classes."""
        return int(self.shares.shape[1])

    @cached_property
    def chosen(self) -> Array:
        return self.shares.argmax(axis=1) if self.given is None else self.given

    def counts(self, weights: Array) -> Counts:
        """Class by class: a table of all examples and classes would take much memory."""
        both = np.where(self.true == self.chosen, self.true, -1)
        of = (self.true, self.chosen, both)
        return Counts(*(_added(weights, places, self.count) for places in of))

    def scores(self, weights: Array) -> dict[str, Array]:
        """Scores of all classes (b,), and of each one (b, classes) as ``precision``, ``recall``,
        ``f1``, ``roc_area`` and ``average_precision``; of ``weights`` (b, n)."""
        return self.scores_without_areas(weights) | areas(self.rankings, weights)

    def scores_without_areas(self, weights: Array) -> dict[str, Array]:
        """As ``scores``, but for the areas, which go through all examples class by class."""
        counts = self.counts(weights)
        return {
            "accuracy": counting.accuracy(counts),
            "balanced_accuracy": counting.balanced_accuracy(counts),
            "matthews": counting.matthews(counts),
            "kappa": counting.kappa(counts),
            **self._means(weights),
            "calibration_error": self.bins(weights).error(),
            **counting.averages(counts),
            **{name: score(counts) for name, score in PER_CLASS.items()},
        }

    def main(self, weights: Array) -> Array:
        """The accuracy (b,), of ``weights`` (b, n)."""
        return ratio(weights @ (self.chosen == self.true), weights.sum(axis=1))

    @cached_property
    def losses(self) -> Array:
        """-log of the true class's probability (n,)."""
        right = self.shares[np.arange(len(self.true)), self.true]
        losses: Array = -np.log(np.clip(right, LEAST, 1 - LEAST))
        return losses

    @cached_property
    def _by_example(self) -> dict[str, Array]:
        """What is a mean over examples, (n,)."""
        rows = np.arange(len(self.true))
        squares = np.array(self.shares, np.float64)
        squares[rows, self.true] -= 1
        squares = np.square(squares, out=squares).sum(axis=1)
        if self.count == 2:
            squares /= 2
        found = {"log_loss": self.losses, "brier": squares}
        tops = [k for k in TOP if k < self.count]
        if not tops:
            return found
        own = self.shares[rows, self.true][:, None]
        # Among equal shares the later class is the likelier one, as in scikit-learn.
        later = np.arange(self.count) > self.true[:, None]
        place = ((self.shares > own) | ((self.shares == own) & later)).sum(axis=1)
        return found | {f"top_{k}_accuracy": place < k for k in tops}

    def _means(self, weights: Array) -> dict[str, Array]:
        """The log loss in nats; Brier's score: of two classes the squared error of one
        probability, of more the sum over all; top-k accuracies."""
        total = weights.sum(axis=1)
        return {name: ratio(weights @ part, total) for name, part in self._by_example.items()}

    def bins(self, weights: Array) -> Bins:
        """Calibration: of two classes that of the positive one's probability, of more that of
        the class given (Guo 2017)."""
        if self.count == 2:
            said, happened = self.shares[:, self.positive], self.true == self.positive
        else:
            said = self.shares[np.arange(len(self.true)), self.chosen]
            happened = self.true == self.chosen
        return Bins.of(said, happened.astype(np.float64), weights)

    @cached_property
    def rankings(self) -> list[Ranking]:
        """Of each class against all others."""
        return [Ranking.of(self.shares[:, i], self.true == i) for i in range(self.count)]

    def baseline(self) -> "Classes":
        """What is best without looking at an input: every class's share among the true ones as
        its probability, and so the most frequent class given to all."""
        shares = np.bincount(self.true, minlength=self.count) / max(len(self.true), 1)
        same = np.broadcast_to(shares, (len(self.true), len(shares)))
        return Classes(same, self.true, None, self.positive)


def _added(weights: Array, places: Array, count: int) -> Array:
    """The sum of ``weights`` (b, n) over the examples of each place: (b, count). They are whole
    numbers, so that the order changes nothing."""
    known = places >= 0
    return np.stack([np.bincount(places[known], row[known], count) for row in weights])
