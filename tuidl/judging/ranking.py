"""What a probability says by its order: curves over all thresholds, and their areas."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tuidl.core.lazy import Array
from tuidl.judging.counts import ratio


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
        return cls(order, positive[order].astype(bool), ends, ranked[ends])

    def hits(self, weights: Array) -> tuple[Array, Array]:
        """True and false positives (b, thresholds) where a score of at least the threshold is
        called positive; ``weights`` (b, n)."""
        ranked = weights[:, self.order]
        hits = ranked * self.positive
        np.cumsum(hits, axis=1, out=hits)
        np.cumsum(ranked, axis=1, out=ranked)
        if len(self.ends) < len(self.order):
            hits, ranked = hits[:, self.ends], ranked[:, self.ends]
        return hits, np.subtract(ranked, hits, out=ranked)


def roc_area(right: Array, wrong: Array) -> Array:
    """The area below the ROC curve by trapezoids (b,), from ``Ranking.hits``: the probability
    that a positive example scores higher than a negative one, ties as half. NaN where one kind
    is missing."""
    both = right.copy()
    both[:, 1:] += right[:, :-1]
    both[:, 0] *= wrong[:, 0]
    both[:, 1:] *= np.diff(wrong, axis=1)
    area = both.sum(axis=1) / 2
    return ratio(area, right[:, -1] * wrong[:, -1])


def average_precision(right: Array, wrong: Array) -> Array:
    """The sum of precisions, each weighted by the step of recall (b,), without interpolation: the
    area below the precision-recall curve as scikit-learn defines it. NaN without positives."""
    precisions = ratio(right, right + wrong, 0.0)
    precisions[:, 0] *= right[:, 0]
    precisions[:, 1:] *= np.diff(right, axis=1)
    return ratio(precisions.sum(axis=1), right[:, -1])


def areas(rankings: Sequence[Ranking], weights: Array) -> dict[str, Array]:
    """Both areas of each ranking (b, rankings), one after the other, and the means of those that
    are defined (b,); of ``weights`` (b, n)."""
    found = np.empty((2, len(weights), len(rankings)))
    for i, ranking in enumerate(rankings):
        hits = ranking.hits(weights)
        found[:, :, i] = roc_area(*hits), average_precision(*hits)
    named = {"roc_area": found[0], "average_precision": found[1]}
    for name, values in list(named.items()):
        known = np.isfinite(values)
        named[f"{name}_macro"] = ratio(np.where(known, values, 0.0).sum(1), known.sum(1))
    return named


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
