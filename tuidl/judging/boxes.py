"""Scores of a class and the box around it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tuidl.core.lazy import Array
from tuidl.judging.counts import ratio

FOUND = 50, 75
"""Percent of overlap from which on an example counts as found, if its class is right."""


def box_overlaps(first: Array, second: Array) -> Array:
    """Intersection over union (...) of boxes (..., 4): x and y of the middle, width and height.
    Sides count by their sizes; 0 where neither box has an area."""
    middles, sides = zip(*((b[..., :2], np.abs(b[..., 2:])) for b in (first, second)), strict=True)
    low = np.maximum(*(m - s / 2 for m, s in zip(middles, sides, strict=True)))
    high = np.minimum(*(m + s / 2 for m, s in zip(middles, sides, strict=True)))
    shared = np.maximum(high - low, 0).prod(axis=-1)
    return ratio(shared, sum(s.prod(axis=-1) for s in sides) - shared, 0.0)


@dataclass(frozen=True)
class Boxes:
    """``shares`` (n, classes) and ``true`` (n,): the class; ``boxes`` and ``true_boxes`` (n, 4)."""

    shares: Array
    true: Array
    boxes: Array
    true_boxes: Array

    @cached_property
    def chosen(self) -> Array:
        likeliest: Array = self.shares.argmax(axis=1)
        return likeliest

    @cached_property
    def overlaps(self) -> Array:
        """Of each example (n,)."""
        return box_overlaps(self.boxes, self.true_boxes)

    @property
    def right(self) -> Array:
        """Which examples are found (n,)."""
        found: Array = (self.chosen == self.true) & (self.overlaps >= FOUND[0] / 100)
        return found

    @property
    def losses(self) -> Array:
        """1 - the overlap of each example (n,)."""
        return 1 - self.overlaps

    def scores(self, weights: Array) -> dict[str, Array]:
        """Means over ``weights`` (b, n), each (b,): ``box_iou``, ``accuracy`` of the class, and
        ``found_50``, ``found_75``: the class right and at least so much overlap."""
        is_right = self.chosen == self.true
        found = {f"found_{p}": is_right & (self.overlaps >= p / 100) for p in FOUND}
        parts = {"box_iou": self.overlaps, "accuracy": is_right, **found}
        total = weights.sum(axis=1)
        return {name: ratio(weights @ part, total) for name, part in parts.items()}

    def main(self, weights: Array) -> Array:
        """The mean overlap (b,), of ``weights`` (b, n)."""
        return ratio(weights @ self.overlaps, weights.sum(axis=1))

    def baseline(self) -> "Boxes":
        """Without looking at an input: always the mean box, each class as likely as it is."""
        n, classes = self.shares.shape
        shares = np.bincount(self.true, minlength=classes) / n
        mean = self.true_boxes.mean(axis=0)
        return Boxes(np.tile(shares, (n, 1)), self.true, np.tile(mean, (n, 1)), self.true_boxes)
