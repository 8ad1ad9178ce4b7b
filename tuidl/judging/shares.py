"""Scores of predicted shares where the truth is shares too, instead of one class."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tuidl.core.lazy import Array
from tuidl.judging.classes import LEAST
from tuidl.judging.counts import ratio


@dataclass(frozen=True)
class Shares:
    """``shares`` and ``true``, both (n, classes), each row adding up to 1."""

    shares: Array
    true: Array

    def scores(self, weights: Array) -> dict[str, Array]:
        """Means over ``weights`` (b, n), each (b,): ``cross_entropy`` and ``divergence`` (of
        Kullback and Leibler, which is the cross-entropy less the targets' own entropy) in nats,
        ``mae`` over all shares, ``accuracy`` of the largest share."""
        total = weights.sum(axis=1)
        return {name: ratio(weights @ part, total) for name, part in self._by_example.items()}

    def main(self, weights: Array) -> Array:
        """The cross-entropy (b,), of ``weights`` (b, n)."""
        return ratio(weights @ self.losses, weights.sum(axis=1))

    @cached_property
    def chosen(self) -> Array:
        likeliest: Array = self.shares.argmax(axis=1)
        return likeliest

    @cached_property
    def losses(self) -> Array:
        """The cross-entropy of each example (n,)."""
        losses: Array = -(self.true * np.log(np.maximum(self.shares, LEAST))).sum(axis=1)
        return losses

    @cached_property
    def _by_example(self) -> dict[str, Array]:
        entropy = -(self.true * np.log(np.where(self.true > 0, self.true, 1.0))).sum(axis=1)
        return {
            "accuracy": self.chosen == self.true.argmax(axis=1),
            "cross_entropy": self.losses,
            "divergence": self.losses - entropy,
            "mae": np.abs(self.shares - self.true).mean(axis=1),
        }

    def baseline(self) -> "Shares":
        """What is best without looking at an input: the mean shares."""
        return Shares(np.tile(self.true.mean(axis=0), (len(self.true), 1)), self.true)
