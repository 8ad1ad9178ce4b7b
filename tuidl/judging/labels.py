"""Scores of several yes-or-no labels for each example, any number of which are true."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tuidl.core.lazy import Array
from tuidl.judging import counts as counting
from tuidl.judging.calibration import Bins
from tuidl.judging.classes import LEAST
from tuidl.judging.counts import PER_CLASS, Counts, ratio
from tuidl.judging.ranking import Ranking, areas

LIKELY = 0.5
"""From this probability on a label is given."""


@dataclass(frozen=True)
class Labels:
    """``shares`` (n, labels): probabilities; ``true`` (n, labels): 0 or 1. A label is given from
    ``threshold`` on."""

    shares: Array
    true: Array
    threshold: float = LIKELY

    @cached_property
    def chosen(self) -> Array:
        return (self.shares >= self.threshold).astype(np.float64)

    def counts(self, weights: Array) -> Counts:
        return Counts.of(self.true, self.chosen, weights)

    def scores(self, weights: Array) -> dict[str, Array]:
        """Scores of all labels (b,), and of each one (b, labels) as ``precision``, ``recall``,
        ``f1``, ``roc_area`` and ``average_precision``; of ``weights`` (b, n).

        ``exact_match``: the share of examples with all labels right. ``hamming_loss``: of labels
        that are wrong. ``log_loss`` in nats and ``brier`` are means over labels too.
        """
        return self.scores_without_areas(weights) | areas(self.rankings, weights)

    def scores_without_areas(self, weights: Array) -> dict[str, Array]:
        """As ``scores``, but for the areas, which go through all examples label by label."""
        counts, total = self.counts(weights), weights.sum(axis=1)
        found = {name: ratio(weights @ part, total) for name, part in self._by_example.items()}
        found["calibration_error"] = self.bins(weights).error()
        found |= counting.averages(counts, every=True)
        return found | {name: score(counts) for name, score in PER_CLASS.items()}

    def main(self, weights: Array) -> Array:
        """The mean F1 (b,), of ``weights`` (b, n)."""
        return counting.averages(self.counts(weights), every=True)["f1_macro"]

    @cached_property
    def losses(self) -> Array:
        """-log of the probability given to what is true, the mean over the labels (n,)."""
        shares = np.clip(self.shares, LEAST, 1 - LEAST)
        losses: Array = -np.where(self.true == 1, np.log(shares), np.log(1 - shares)).mean(axis=1)
        return losses

    @cached_property
    def _by_example(self) -> dict[str, Array]:
        wrong = self.chosen != self.true
        return {
            "exact_match": ~wrong.any(axis=1),
            "hamming_loss": wrong.mean(axis=1),
            "log_loss": self.losses,
            "brier": ((self.shares - self.true) ** 2).mean(axis=1),
        }

    def bins(self, weights: Array) -> Bins:
        """Calibration of all labels' probabilities together."""
        each = self.shares.shape[1]
        repeated = np.repeat(weights, each, axis=1)
        return Bins.of(self.shares.ravel(), self.true.ravel(), repeated)

    @cached_property
    def rankings(self) -> list[Ranking]:
        """Of each label."""
        pairs = zip(self.shares.T, self.true.T, strict=True)
        return [Ranking.of(shares, true == 1) for shares, true in pairs]

    def baseline(self) -> "Labels":
        """What is best without looking at an input: each label's frequency as its probability."""
        return Labels(np.tile(self.true.mean(axis=0), (len(self.true), 1)), self.true)
