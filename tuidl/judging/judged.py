"""From a task's answers to the scores that fit it."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.judging.boxes import Boxes
from tuidl.judging.classes import Classes
from tuidl.judging.clusters import Clustered
from tuidl.judging.labels import Labels
from tuidl.judging.places import Masks, Places
from tuidl.judging.records import Kind
from tuidl.judging.regression import Numbers
from tuidl.judging.resampling import point
from tuidl.judging.shares import Shares
from tuidl.tasks.base import Task
from tuidl.tasks.decoding import BOX

MAIN: dict[Kind, str] = {
    "classes": "accuracy", "labels": "f1_macro", "places": "accuracy",
    "masks": "overlap_macro", "boxes": "box_iou", "shares": "cross_entropy",
    "numbers": "mae", "clusters": "ari",
}  # fmt: skip
"""The score by which slices and columns are judged."""

MOST_RANKS = 4_000_000_000
"""Ranks of examples that are added up for the intervals of areas below curves, those of each class
in each resample: about two minutes (21 to 29 ns each, Xeon)."""


class Scored(Protocol):
    """Predictions and truth of n examples."""

    def scores(self, weights: Array) -> dict[str, Array]:
        """By name, (b,) or (b, classes), of ``weights`` (b, n)."""
        ...

    def main(self, weights: Array) -> Array:
        """The main score alone, (b,)."""
        ...

    @property
    def losses(self) -> Array:
        """How wrong each example is (n,)."""
        ...


@dataclass(frozen=True)
class Judged:
    """``names``: of classes or labels. ``right`` (n,): whether an example is right, None where
    that is no question."""

    kind: Kind
    scored: Scored
    names: tuple[str, ...] = ()
    right: Array | None = None

    @property
    def main(self) -> str:
        """The name of the main score."""
        if isinstance(self.scored, Clustered) and self.scored.true is None:
            return "squared_distance"
        return MAIN[self.kind]

    @property
    def rises(self) -> bool:
        """Whether more of the main score is better."""
        kinds = ("classes", "labels", "places", "masks", "boxes")
        return self.kind in kinds or self.main == "ari"

    def resamples_areas(self, times: int) -> bool:
        """Whether areas below curves have intervals: of many classes these would take too long."""
        return len(self.names) * len(self.scored.losses) * times <= MOST_RANKS

    def baseline(self) -> dict[str, Array]:
        """Scores of what is best without looking at an input."""
        match self.scored:
            case Clustered():
                return self.scored.baseline_scores()
            case Numbers():
                return {name: part[0] for name, part in self.scored.baseline_scores().items()}
            case Boxes() | Classes() | Labels() | Places() | Shares():
                return point(self.scored.baseline().scores, len(self.scored.true))
        raise TypeError(type(self.scored))


def judged_of(
    task: Task,
    decoded: Array,
    y: Array,
    *,
    positive: int = 1,
    threshold: float | None = None,
    labels: Array | None = None,
) -> Judged:
    """``decoded`` (n, *answer shape): shares or numbers. ``y`` (n, columns): the source's targets;
    ``labels`` (n,): classes that are known and not learned, None where there are none.

    ``positive``: of two classes; it is called from ``threshold`` on, if there is one. Raises
    DataError where there is nothing to judge by.
    """
    targets, n = task.targets(y), len(y)
    match task.judged_as:
        case "classes":
            return _classes(task, decoded, targets[:, 0].astype(int), positive, threshold)
        case "labels":
            return Judged("labels", Labels(decoded, targets.astype(float)), task.names)
        case "places" | "masks":
            true = targets.reshape(n, -1).astype(int)
            shares = decoded.reshape(n, true.shape[1], -1)
            if task.judged_as == "masks":
                return Judged("masks", Masks(shares, true, task.counts(y)), task.names)
            each = Places(shares, true, task.counts(y), task.is_whole)
            return Judged("places", each, task.names, each.right if each.is_whole else None)
        case "boxes":
            found = boxes_of(decoded, targets)
            return Judged("boxes", found, task.names, found.right)
        case "shares":
            shared = Shares(decoded, targets)
            return Judged("shares", shared, task.names, shared.chosen == targets.argmax(axis=1))
        case "numbers":
            return Judged("numbers", Numbers(decoded.reshape(n, -1), targets.reshape(n, -1)))
        case "clusters":
            known = None if labels is None else labels.astype(int)
            names = () if known is None else task.spec.labels
            return Judged("clusters", Clustered(decoded, known), names)
    raise DataError("the network's answers have no targets, so there is nothing to judge them by")


def boxes_of(decoded: Array, targets: Array) -> Boxes:
    """Shares and boxes side by side (n, classes + 4), against classes and boxes (n, 5)."""
    shares, given = decoded[:, :-BOX], decoded[:, -BOX:]
    return Boxes(shares, targets[:, 0].astype(int), given, targets[:, 1:].astype(np.float64))


def _classes(
    task: Task, shares: Array, true: Array, positive: int, threshold: float | None
) -> Judged:
    given = None
    if threshold is not None:
        given = np.where(shares[:, positive] >= threshold, positive, 1 - positive)
    scored = Classes(shares, true, given, positive)
    return Judged("classes", scored, task.names, scored.chosen == true)
