"""What a probability says by its order: curves over all thresholds, and their areas."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tuidl.judging.counts import ratio

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Ranking:
    """Examples from the highest score down. ``order``: their places; ``positive``: which of them
    are (in that order); ``ends``: the last of each run of equal scores; ``thresholds``: these
    scores."""

    order: Array
    positive: Array
    ends: Array
    thresholds: Array

    @classmethod
    def of(cls, scores: Array, positive: Array) -> "Ranking":
        """From scores (n,) and whether each example is positive (n,)."""
        order = np.argsort(-scores, kind="stable")
        ranked = scores[order]
        ends = np.append(np.flatnonzero(ranked[1:] != ranked[:-1]), len(ranked) - 1)
        return cls(order, positive[order].astype(np.float64), ends, ranked[ends])

    def hits(self, weights: Array) -> tuple[Array, Array]:
        """True and false positives (b, thresholds) where a score of at least the threshold is
        called positive; ``weights`` (b, n)."""
        ranked = weights[:, self.order]
        right = np.cumsum(ranked * self.positive, axis=1)[:, self.ends]
        return right, np.cumsum(ranked, axis=1)[:, self.ends] - right


def roc_area(right: Array, wrong: Array) -> Array:
    """The area below the ROC curve by trapezoids (b,), from ``Ranking.hits``: the probability
    that a positive example scores higher than a negative one, ties as half. NaN where one kind
    is missing."""
    before = np.concatenate([np.zeros((len(right), 1)), right[:, :-1]], axis=1)
    steps = np.diff(wrong, axis=1, prepend=0.0)
    area = (steps * (right + before)).sum(axis=1) / 2
    return ratio(area, right[:, -1] * wrong[:, -1])


def average_precision(right: Array, wrong: Array) -> Array:
    """The sum of precisions, each weighted by the step of recall (b,), without interpolation: the
    area below the precision-recall curve as scikit-learn defines it. NaN without positives."""
    steps = np.diff(right, axis=1, prepend=0.0)
    precisions = ratio(right, right + wrong, 0.0)
    return ratio((steps * precisions).sum(axis=1), right[:, -1])


def roc_curve(ranking: Ranking) -> tuple[Array, Array, Array]:
    """False-positive rate, true-positive rate (recall) and threshold of every point, from (0, 0)
    with the threshold inf on; NaN where one kind is missing."""
    right, wrong = (part[0] for part in ranking.hits(np.ones((1, len(ranking.order)))))
    rates = [ratio(np.append(0.0, part), part[-1:]) for part in (wrong, right)]
    return rates[0], rates[1], np.append(np.inf, ranking.thresholds)


def precision_recall_curve(ranking: Ranking) -> tuple[Array, Array, Array]:
    """Precision, recall and threshold from the lowest threshold up; the last point is (1, 0),
    which has no threshold: there is one threshold less."""
    right, wrong = (part[0] for part in ranking.hits(np.ones((1, len(ranking.order)))))
    precisions = ratio(right, right + wrong, 0.0)
    recalls = ratio(right, right[-1:], 1.0)
    ends = [np.append(part[::-1], end) for part, end in ((precisions, 1.0), (recalls, 0.0))]
    return ends[0], ends[1], ranking.thresholds[::-1]
