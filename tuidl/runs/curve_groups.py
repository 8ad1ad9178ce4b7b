"""Curves of several runs on one x: values between points, mean and deviation of a group."""

from collections.abc import Sequence
from dataclasses import dataclass

from tuidl.core.lazy import Array, np

MOST_PLACES = 2000
"""Places of x at which groups are computed; more are thinned out evenly."""


@dataclass(frozen=True, eq=False)
class Spread:
    """Of a group at each place of x (all ``(n,)``): mean, standard deviation (of a sample, ddof 1;
    NaN of one run), and how many runs have come there."""

    x: Array
    mean: Array
    deviation: Array
    count: Array


def at(x: Array, y: Array, places: Array) -> Array:
    """A curve's values at ``places``: on the straight line between its points; NaN before its
    first, after its last, and beside a value that is not finite."""
    if not len(x):
        return np.full(len(places), np.nan)
    known = np.where(np.isfinite(y), y, np.nan)
    return np.interp(places, x, known, left=np.nan, right=np.nan)


def common_places(curves: Sequence[tuple[Array, Array]]) -> Array:
    """Every x at which one of the curves has a value, in order; thinned evenly where those are
    more than ``MOST_PLACES``."""
    known = [x for x, _ in curves]
    every = np.unique(np.concatenate(known)) if known else np.zeros(0)
    if len(every) <= MOST_PLACES:
        return every
    kept: Array = every[np.linspace(0, len(every) - 1, MOST_PLACES).round().astype(int)]
    return kept


def spread(curves: Sequence[tuple[Array, Array]]) -> Spread:
    """Mean and deviation of curves at the places that any of them has, each time over those that
    have a value there."""
    places = common_places(curves)
    values = np.array([at(x, y, places) for x, y in curves]).reshape(len(curves), len(places))
    known = np.isfinite(values)
    count = known.sum(0)
    mean = np.where(known, values, 0.0).sum(0) / np.maximum(count, 1)
    squares = (np.where(known, values - mean, 0.0) ** 2).sum(0)
    deviation = np.where(count > 1, np.sqrt(squares / np.maximum(count - 1, 1)), np.nan)
    return Spread(places, np.where(count > 0, mean, np.nan), deviation, count)
