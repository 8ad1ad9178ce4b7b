"""Scores of classes that follow from counts: how often each was true, given, and both.

All arrays end in the classes, (..., classes); scores of one class keep that, others drop it.
Formulas are those of scikit-learn 1.9 (``sklearn.metrics``), to which tests hold them.
"""

from dataclasses import dataclass

import numpy as np

from tuidl.core.lazy import Array


@dataclass(frozen=True)
class Counts:
    """``true``: examples of each class; ``given``: to which it was given; ``right``: both."""

    true: Array
    given: Array
    right: Array

    @classmethod
    def of(cls, true: Array, given: Array, weights: Array, right: Array | None = None) -> "Counts":
        """Of ``weights`` (b, n): (b, classes). ``true`` and ``given`` (n, classes): rows of 0 and
        1, or sums over an example's places; of these ``right`` must be given too."""
        right = true * given if right is None else right
        return cls(weights @ true, weights @ given, weights @ right)


def ratio(part: Array, whole: Array, otherwise: float = np.nan) -> Array:
    """``part / whole``, and ``otherwise`` where the whole is 0."""
    part, whole = np.broadcast_arrays(np.asarray(part, float), np.asarray(whole, float))
    found: Array = np.divide(part, whole, out=np.full(part.shape, otherwise), where=whole != 0)
    return found


def accuracy(counts: Counts) -> Array:
    """The share that is right."""
    return ratio(counts.right.sum(-1), counts.true.sum(-1))


def balanced_accuracy(counts: Counts) -> Array:
    """The mean recall of the classes that occur."""
    recalls = ratio(counts.right, counts.true, 0.0)
    return ratio(recalls.sum(-1), (counts.true > 0).sum(-1))


def precision(counts: Counts) -> Array:
    """Right among those given the class; 0 where it was never given."""
    return ratio(counts.right, counts.given, 0.0)


def recall(counts: Counts) -> Array:
    """Right among those of the class; 0 where there are none."""
    return ratio(counts.right, counts.true, 0.0)


def f1(counts: Counts) -> Array:
    """The harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN)."""
    return ratio(2 * counts.right, counts.true + counts.given, 0.0)


def overlap(counts: Counts) -> Array:
    """Jaccard's index, TP / (TP + FP + FN): intersection over union of pixels."""
    return ratio(counts.right, counts.true + counts.given - counts.right, 0.0)


PER_CLASS = {"precision": precision, "recall": recall, "f1": f1}


def averages(counts: Counts, every: bool = False) -> dict[str, Array]:
    """Precision, recall and F1 over classes: ``f1_macro`` and so on.

    ``macro``: the mean over classes that occur, among the true or the given ones; ``every``: over
    all, as of labels. ``weighted``: weighted by the true examples. ``micro``: of all counts
    together.
    """
    occurs = np.ones_like(counts.true) if every else (counts.true + counts.given > 0) * 1.0
    together = Counts(*(part.sum(-1, keepdims=True) for part in _parts(counts)))
    found = {}
    for name, score in PER_CLASS.items():
        values = score(counts)
        found[f"{name}_macro"] = ratio((values * occurs).sum(-1), occurs.sum(-1))
        found[f"{name}_micro"] = score(together)[..., 0]
        found[f"{name}_weighted"] = ratio(
            (values * counts.true).sum(-1), counts.true.sum(-1), 0.0 if every else np.nan
        )
    return found


def matthews(counts: Counts) -> Array:
    """Matthews' correlation coefficient for any number of classes (Gorodkin 2004), -1 to 1; 0
    where all are of one class, or given one."""
    true, given, right = _parts(counts)
    total = true.sum(-1)
    covariance = right.sum(-1) * total - (true * given).sum(-1)
    within = (total**2 - (true**2).sum(-1)) * (total**2 - (given**2).sum(-1))
    return ratio(covariance, np.sqrt(within), 0.0)


def kappa(counts: Counts) -> Array:
    """Cohen's kappa: agreement beyond chance, (p - e) / (1 - e); not defined (NaN) where all are
    of one class and given that."""
    total = counts.true.sum(-1)
    by_chance = (counts.true * counts.given).sum(-1)
    return ratio(counts.right.sum(-1) * total - by_chance, total**2 - by_chance)


def confusion(true: Array, given: Array, classes: int) -> Array:
    """(classes, classes): examples of each true class (row) by the class given to them."""
    cells = np.bincount(true * classes + given, minlength=classes**2)
    return cells.reshape(classes, classes)


def _parts(counts: Counts) -> tuple[Array, Array, Array]:
    return counts.true, counts.given, counts.right
