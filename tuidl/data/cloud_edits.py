"""Changes by hand of the points that a generator is to imitate."""

import math

from msgspec.structs import replace

from tuidl.core.errors import DataError
from tuidl.data.point_cloud import MOST_PUT, PointCloud

LEAST_NOISE, MOST_NOISE = 0.01, 2.0
FACTOR = 1.5
"""Between two deviations."""
DIGITS = 2


def with_cloud(source: PointCloud, x: float, y: float) -> PointCloud:
    """With one cloud more, around a place. A ring or a grid keeps its clouds, a line and moons give
    way. Raises DataError where there are too many."""
    put = (*_clouds(source), (round(x, DIGITS) + 0.0, round(y, DIGITS) + 0.0))
    if len(put) > MOST_PUT:
        raise DataError(f"at most {MOST_PUT} points by hand")
    return replace(source, shape="own", put=put)


def without_nearest(source: PointCloud, x: float, y: float) -> PointCloud:
    """Without the cloud that is nearest to a place. Raises DataError where none could stay, or
    there are none by hand."""
    put = _clouds(source)
    if not put:
        raise DataError("no clouds that could be taken away: put one first")
    if len(put) == 1 and source.path is None:
        raise DataError("the last cloud stays: something must be there to imitate")
    nearest = min(put, key=lambda one: math.dist(one, (x, y)))
    return replace(source, shape="own", put=tuple(one for one in put if one is not nearest))


def with_noise(source: PointCloud, way: int) -> PointCloud:
    """With wider (``way`` 1) or narrower (-1) clouds."""
    noise = max(source.noise, LEAST_NOISE) * FACTOR**way
    return replace(source, noise=float(f"{min(max(noise, LEAST_NOISE), MOST_NOISE):.2g}"))


def _clouds(source: PointCloud) -> tuple[tuple[float, float], ...]:
    """Those put by hand, or those of a shape that has clouds."""
    if source.shape == "own":
        return source.put
    return tuple((round(float(x), DIGITS), round(float(y), DIGITS)) for x, y in source.centres())
