"""How far two heaps of points are from each other, and how many clouds of one the other covers.

All sums are taken in one fixed order and without BLAS, so that the same numbers come out on any
number of threads.
"""

import numpy as np

from tuidl.core.lazy import Array

DIRECTIONS, SEED = 64, 20150101
"""How many directions points are projected onto, and the seed that they are drawn from."""
LEAST_SHARE = 0.02
"""Of the generated points, those near a cloud that make it covered."""
DEVIATIONS = 3.0
"""Within so many deviations of its centre a point is near a cloud."""


def directions(width: int, count: int = DIRECTIONS) -> Array:
    """(count, width): fixed directions of length 1. In the plane they are even over half a turn, in
    more dimensions normal numbers from a fixed seed."""
    if width == 1:
        return np.ones((1, 1))
    if width == 2:
        angles = np.pi * (np.arange(count) + 0.5) / count
        return np.column_stack([np.cos(angles), np.sin(angles)])
    drawn = np.random.Generator(np.random.Philox(key=SEED)).standard_normal((count, width))
    return np.asarray(drawn / np.sqrt((drawn**2).sum(axis=1, keepdims=True)))


def quantiles(points: Array, count: int) -> Array:
    """(directions, count): the projections of ``points`` (n, width), sorted, at ``count`` even
    shares of them."""
    known = np.asarray(points, np.float64)
    along = np.sort(np.einsum("nd,kd->kn", known, directions(known.shape[1])), axis=1)
    if len(known) == count:
        return np.asarray(along)
    places = (np.arange(count) + 0.5) / count * len(known) - 0.5
    held = np.clip(places, 0, len(known) - 1)
    low = np.floor(held).astype(int)
    high, part = np.minimum(low + 1, len(known) - 1), held - low
    return np.asarray(along[:, low] * (1 - part) + along[:, high] * part)


def sliced_wasserstein(x: Array, y: Array) -> float:
    """The first Wasserstein distance of two samples (n, width), (m, width), averaged over fixed
    directions (Rabin, Peyre, Delon and Bernot, 2011); in the unit of the samples."""
    count = min(len(x), len(y))
    return between(quantiles(x, count), quantiles(y, count))


def between(first: Array, second: Array) -> float:
    """The same of ``quantiles`` of both."""
    return float(np.abs(first - second).mean())


def covered(points: Array, centres: Array, deviation: float) -> int:
    """How many clouds have at least ``LEAST_SHARE`` of the ``points`` (n, 2) within ``DEVIATIONS``
    of their centres (clouds, 2)."""
    away = np.asarray(points, np.float64)[:, None] - centres
    squares = (away**2).sum(axis=2)
    nearest = squares.argmin(axis=1)
    near = nearest[squares.min(axis=1) <= (DEVIATIONS * deviation) ** 2]
    counts = np.bincount(near, minlength=len(centres))
    return int((counts >= LEAST_SHARE * len(points)).sum())
