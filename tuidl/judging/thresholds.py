"""From which probability on the positive one of two classes is to be called: by F1, by Youden's
index, or by what mistakes cost."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from tuidl.core.lazy import Array
from tuidl.judging.counts import ratio
from tuidl.judging.ranking import Ranking

By = Literal["f1", "youden", "cost"]


@dataclass(frozen=True)
class Thresholds:
    """Every threshold that matters, from the highest down, all (thresholds,): an example is called
    positive from the threshold on. The first is inf: none is.

    ``youden``: recall + specificity - 1. ``cost``: of false positives and false negatives, the mean
    over the examples. NaN where a kind of examples is missing.
    """

    threshold: Array
    true_positives: Array
    false_positives: Array
    precision: Array
    recall: Array
    specificity: Array
    f1: Array
    youden: Array
    cost: Array

    @classmethod
    def of(
        cls, shares: Array, positive: Array, costs: tuple[float, float] = (1, 1)
    ) -> "Thresholds":
        """From probabilities (n,) and whether each example is positive (n,). ``costs``: of a false
        positive and of a false negative."""
        ranking = Ranking.of(shares, positive)
        right, wrong = (np.append(0.0, p[0]) for p in ranking.hits(np.ones((1, len(shares)))))
        positives, negatives = right[-1:], wrong[-1:]
        recall, specificity = ratio(right, positives), 1 - ratio(wrong, negatives)
        cost = (costs[0] * wrong + costs[1] * (positives - right)) / len(shares)
        return cls(
            np.append(np.inf, ranking.thresholds), right, wrong,
            ratio(right, right + wrong, 0.0), recall, specificity,
            ratio(2 * right, right + wrong + positives, 0.0), recall + specificity - 1, cost,
        )  # fmt: skip

    def best(self, by: By) -> int:
        """The place of the best threshold, the highest of equally good ones."""
        values = -self.cost if by == "cost" else getattr(self, by)
        return int(np.where(np.isfinite(values), values, -np.inf).argmax())

    def at(self, threshold: float) -> int:
        """The place whose calls are those of any ``threshold``."""
        return int(np.flatnonzero(self.threshold >= threshold)[-1])
