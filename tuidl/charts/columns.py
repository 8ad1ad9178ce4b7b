"""A series as what each column shows: a mean, and the band from its smallest to its largest."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tuidl.charts.scale import Scale
from tuidl.protocol.history import Point, Series

INFINITE = math.inf


@dataclass
class Column:
    """Values that fall on one position of x. Those that are not finite leave a gap, and are
    counted."""

    x: int
    total: float = 0.0
    count: int = 0
    low: float = math.inf
    high: float = -math.inf
    not_finite: int = 0

    def take(self, point: Point) -> None:
        if -INFINITE < point.last < INFINITE:
            self.total += point.last
            self.count += 1
        self.not_finite += point.not_finite
        for value in (point.low, point.high):
            if -INFINITE < value < INFINITE:  # no calls: curves have hundreds of points
                if value < self.low:
                    self.low = value
                if value > self.high:
                    self.high = value

    @property
    def mean(self) -> float:
        return self.total / self.count if self.count else math.nan


def columns(points: Sequence[Point], xs: Scale, step: int) -> list[Column]:
    """The points by position, ``step`` positions wide and in their order."""
    made: list[Column] = []
    places = xs.places([point.x for point in points])
    for point, place in zip(points, places, strict=True):
        if place is None or not 0 <= place < xs.size:
            continue
        place -= place % step
        if not made or made[-1].x != place:
            made.append(Column(place))
        made[-1].take(point)
    return made


def value_at(series: Series, x: float) -> Point | None:
    """The values at ``x``: the exact one where it is still known, else those merged around it."""
    for at, value in reversed(series.recent):
        if at == x:
            return Point(at, value, value, value)
        if at < x:
            break
    before = [point for point in series.whole if point.x <= x]
    if not before:
        return None
    beyond = series.recent[-1][0] < x if series.recent else True
    return None if beyond else before[-1]


def best_x(series: Series, lowest: bool) -> float | None:
    """Where the smallest (or largest) finite value is, as far as the series still knows."""
    kept = [
        (p.low if lowest else -p.high, p.x)
        for p in series.whole
        if math.isfinite(p.low if lowest else p.high)
    ]
    return min(kept)[1] if kept else None
