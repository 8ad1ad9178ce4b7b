"""How many examples of each class are held out, so that the whole part is the share asked for."""

import numpy as np

from tuidl.core.lazy import Array

TOLERANCE = 1.0
"""Examples by which the sum of the classes' rounded shares may miss the share of all."""


def held_out(sizes: Array, free: Array, share: float) -> Array:
    """Of each class (classes,) how many are held out: ``share`` of its ``sizes``, of which ``free``
    are still to be had.

    Each class's share is rounded. Where their sum is more than ``TOLERANCE`` from the share of all,
    or nothing would be held out, the total is that share, at least 1, by the method of largest
    remainders (Hamilton's): classes that are furthest below their quota get one more, those
    furthest above one less. No class is more than one example from its quota, and one of a single
    example is the last to give it.
    """
    if share <= 0:
        return np.zeros_like(sizes)
    quota = sizes * share
    counts = np.minimum(np.rint(quota).astype(np.int64), free)
    total = float(sizes.sum()) * share
    if counts.sum() and abs(counts.sum() - total) <= TOLERANCE:
        return counts
    wanted = min(max(round(total), 1), int(free.sum()))
    while (missing := wanted - int(counts.sum())) != 0:
        step = 1 if missing > 0 else -1
        may = _givers(counts, free, quota) if step > 0 else counts > 0
        counts[np.where(may, (quota - counts) * step, -np.inf).argmax()] += step
    return counts


def _givers(counts: Array, free: Array, quota: Array) -> Array:
    """The classes (classes,) that may have one more held out."""
    may = counts < free
    for better in (counts < quota, counts + 1 < free):
        may = may & better if (may & better).any() else may
    return may
