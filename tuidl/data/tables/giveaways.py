"""Inputs that say the target themselves: a copy of it, its code, the same in another unit."""

import numpy as np

from tuidl.core.lazy import Array

FEWEST_ROWS = 20
"""Rows in which a column of two values agrees by chance once in half a million times, where
classes are equally frequent."""
LOOKED_AT = 10_000
"""Rows by which most columns are found to say something else."""
ROUNDING = 1e-9
"""Of numbers that are one another times a factor, beside their range."""

GIVES_AWAY = (
    "says what {target!r} is, in every row; if it is made from it, or not known beforehand: "
    'kind = "ignore"'
)


def giveaway(values: Array, known: Array, target: str, are_classes: bool) -> str:
    """What to say of an input; "" where it says something else. ``values``, ``known`` (rows,): its
    own and those of the target, in the rows that are used."""
    for end in {min(len(values), LOOKED_AT), len(values)}:
        there = ~np.isnan(values[:end])
        mine, its = values[:end][there], known[:end][there]
        says = _names_each if are_classes else _follows
        if len(mine) < FEWEST_ROWS or not says(mine, its):
            return ""
    return GIVES_AWAY.format(target=target)


def _names_each(mine: Array, classes: Array) -> bool:
    """Whether each value stands beside one class, and each class beside one value."""
    different, mine = np.unique(mine, return_inverse=True)
    found, classes = np.unique(classes, return_inverse=True)
    pairs = np.unique(mine * len(found) + classes)
    return len(found) > 1 and len(different) == len(found) == len(pairs)


def _follows(mine: Array, its: Array) -> bool:
    """Whether the numbers lie on a line, but for rounding."""
    low, high = int(mine.argmin()), int(mine.argmax())
    if mine[low] == mine[high] or its.min() == its.max():
        return False
    slope = (its[high] - its[low]) / (mine[high] - mine[low])
    off = np.abs(its[low] + slope * (mine - mine[low]) - its)
    return bool(off.max() <= ROUNDING * max(np.abs(its).max(), float(its.max() - its.min())))
