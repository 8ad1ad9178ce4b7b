"""Whether two networks differ on the same examples, beyond chance."""

import math

import numpy as np

from tuidl.core.lazy import Array


def mcnemar(first: Array, second: Array) -> tuple[int, int, float]:
    """McNemar's exact test: of examples that only one got right, how many are the first's, how
    many the second's, and the two-sided p that the halves are as uneven by chance (binomial with
    1/2; McNemar 1947). ``first``, ``second`` (n,): whether each example is right."""
    only_first, only_second = int((first & ~second).sum()), int((~first & second).sum())
    return (
        only_first,
        only_second,
        two_sided(min(only_first, only_second), only_first + only_second),
    )


def two_sided(fewer: int, total: int) -> float:
    """The probability that ``total`` tosses of a coin part as unevenly as ``fewer`` on one side."""
    from scipy.special import bdtr

    if total == 0:
        return 1.0
    return min(2 * float(bdtr(fewer, total, 0.5)), 1.0)


def chance_of_no_difference(differences: Array) -> float:
    """From differences (times,) over resamples: the two-sided p that there is none, twice the
    share on the rarer side of 0 (with one added to both counts; Davison and Hinkley 1997); NaN
    where the score is not defined."""
    known = differences[np.isfinite(differences)]
    if not len(known):
        return math.nan
    below, above = int((known <= 0).sum()), int((known >= 0).sum())
    return min(2 * (min(below, above) + 1) / (len(known) + 1), 1.0)
