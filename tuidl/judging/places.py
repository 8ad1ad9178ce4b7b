"""Scores of a class at each step of a sequence, pixel of an image or other place."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tuidl.core.lazy import Array
from tuidl.judging import counts as counting
from tuidl.judging.classes import LEAST
from tuidl.judging.counts import PER_CLASS, Counts, ratio


@dataclass(frozen=True)
class Places:
    """``shares`` (n, places, classes): probabilities. ``true`` (n, places): the class.
    ``counted`` (n, places): whether a place counts; None where all do. ``is_whole``: an example is
    right where all its places are, as answers and sequences are, but not windows of a text.

    Places of one example are not independent: examples are what is drawn in the bootstrap.
    """

    shares: Array
    true: Array
    counted: Array | None = None
    is_whole: bool = False

    @property
    def count(self) -> int:
        """Of the classes."""
        return int(self.shares.shape[2])

    @cached_property
    def chosen(self) -> Array:
        likeliest: Array = self.shares.argmax(axis=2)
        return likeliest

    @cached_property
    def valid(self) -> Array:
        """(n, places): 1 where a place counts."""
        return np.ones(self.true.shape) if self.counted is None else self.counted * 1.0

    @cached_property
    def _sums(self) -> tuple[Array, Array, Array]:
        """Places of each example by class (n, classes): true, given, and both."""
        right = self.valid * (self.true == self.chosen)
        return (
            self._by_class(self.true, self.valid),
            self._by_class(self.chosen, self.valid),
            self._by_class(self.true, right),
        )

    def _by_class(self, classes: Array, weights: Array) -> Array:
        n, size = len(classes), self.count
        cells = (np.arange(n)[:, None] * size + classes).ravel()
        return np.bincount(cells, weights.ravel(), n * size).reshape(n, size)

    def counts(self, weights: Array) -> Counts:
        true, given, right = self._sums
        return Counts.of(true, given, weights, right)

    def scores(self, weights: Array) -> dict[str, Array]:
        """Scores of all classes (b,), and of each one (b, classes) as ``precision``, ``recall``,
        ``f1`` and ``overlap`` (intersection over union); of ``weights`` (b, n)."""
        counts = self.counts(weights)
        total = weights @ self.valid.sum(axis=1)
        overlaps = counting.overlap(counts)
        occurs = counts.true + counts.given > 0
        return {
            "accuracy": counting.accuracy(counts),
            **self._whole(weights),
            "balanced_accuracy": counting.balanced_accuracy(counts),
            "overlap_macro": ratio((overlaps * occurs).sum(1), occurs.sum(1)),
            "matthews": counting.matthews(counts),
            "kappa": counting.kappa(counts),
            **{name: ratio(weights @ part, total) for name, part in self._by_example.items()},
            **counting.averages(counts),
            **{name: score(counts) for name, score in PER_CLASS.items()},
            "overlap": overlaps,
        }

    def main(self, weights: Array) -> Array:
        """The accuracy (b,), of ``weights`` (b, n)."""
        return counting.accuracy(self.counts(weights))

    def _whole(self, weights: Array) -> dict[str, Array]:
        if not self.is_whole:
            return {}
        return {"sequence_accuracy": ratio(weights @ self.right, weights.sum(axis=1))}

    @cached_property
    def right(self) -> Array:
        """Whether all places of an example that count are right (n,)."""
        whole: Array = ((self.chosen == self.true) | (self.valid == 0)).all(axis=1)
        return whole

    @cached_property
    def _by_example(self) -> dict[str, Array]:
        """Sums over the places of each example (n,)."""
        right = np.take_along_axis(self.shares, self.true[:, :, None], axis=2)[:, :, 0]
        squares = (self.shares**2).sum(axis=2) - 2 * right + 1
        if self.count == 2:
            squares = squares / 2
        losses = -np.log(np.clip(right, LEAST, 1 - LEAST))
        parts = {"log_loss": losses, "brier": squares}
        return {name: (part * self.valid).sum(axis=1) for name, part in parts.items()}

    @cached_property
    def losses(self) -> Array:
        """The mean over the places of each example (n,); NaN where none counts."""
        return ratio(self._by_example["log_loss"], self.valid.sum(axis=1))

    @cached_property
    def overlaps(self) -> Array:
        """The intersection over union of each example (n,), the mean over the classes that occur in
        it; NaN where no place counts."""
        true, given, right = self._sums
        union = true + given - right
        return ratio(ratio(right, union, 0.0).sum(axis=1), (union > 0).sum(axis=1))

    def baseline(self) -> "Places":
        """What is best without looking at an input: every class's share as its probability."""
        sums = self._sums[0].sum(axis=0)
        shares = np.broadcast_to(sums / max(sums.sum(), 1), self.shares.shape)
        return Places(shares, self.true, self.counted, self.is_whole)


@dataclass(frozen=True)
class Masks(Places):
    """Pixels of pictures: what counts is how far masks overlap."""

    def main(self, weights: Array) -> Array:
        """The mean overlap of the classes (b,), of ``weights`` (b, n)."""
        counts = self.counts(weights)
        occurs = counts.true + counts.given > 0
        return ratio((counting.overlap(counts) * occurs).sum(1), occurs.sum(1))

    @property
    def losses(self) -> Array:
        """1 - the overlap of each picture (n,)."""
        return 1 - self.overlaps
