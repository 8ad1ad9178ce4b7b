"""What part of curves is shown, and on what scale: what matters now must be seen.

- Where all values are positive and span a factor of ``WIDE_SPAN``, the scale is logarithmic; not
  for shares such as accuracy, whose ends 0 and 1 mean something.
- Elsewhere the first tenth of the run may not squeeze the rest: if the rest would get less than
  ``LEAST_SHARE`` of the height, the scale is the rest's, and what lies beyond leaves the chart.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tuidl.charts.curve import Curve
from tuidl.charts.scale import Scale, scaled, short
from tuidl.protocol.formatting import is_share
from tuidl.protocol.history import Point, Series

WIDE_SPAN = 20.0
ROUND = 10
"""From which x on a window starts at a whole number."""
ZOOMS = (1.0, 1 / 3, 1 / 10)
FIRST, LEAST_SHARE, HEADROOM = 0.1, 1 / 3, 0.5
FEWEST = 8
"""Points of a curve from which on its first ones may leave the chart."""


@dataclass(frozen=True)
class Window:
    """``log``: whether the scale is logarithmic, None for what the values ask for. ``last``: the
    share of x that is shown, from its end; ``since``: where that starts, once it is ``settled``."""

    log: bool | None = None
    last: float = 1.0
    since: float | None = None

    def settled(self, title: str, lines: Sequence[Curve]) -> "Window":
        """The same for these lines, with a start and a scale."""
        since = None
        if self.last < 1.0:
            xs = [p.x for line in lines if line.role != "muted" for p in line.series.whole]
            xs += [line.series.recent[-1][0] for line in lines if line.series.recent]
            since = max(xs) - self.last * (max(xs) - min(xs)) if xs else None
            since = float(round(since)) if since is not None and since > ROUND else since
        window = replace(self, since=since)
        return replace(window, log=is_logarithmic(title, lines, window))

    def zoomed(self) -> "Window":
        """The next of the shares that a key goes through."""
        return replace(self, last=ZOOMS[(ZOOMS.index(self.last) + 1) % len(ZOOMS)])

    def turned(self, title: str, lines: Sequence[Curve]) -> "Window":
        """With the other scale than these lines are seen on."""
        return replace(self, log=not self.settled(title, lines).log)

    def in_words(self, x_name: str) -> str:
        """``log, from epoch 40``; empty for all on an even scale."""
        words = ["log"] if self.log else []
        if self.since is not None:
            words.append(f"from {x_name} {short(self.since, 9 if self.since >= 1 else 3)}")
        return ", ".join(words)


def shown_points(series: Series, window: Window) -> list[Point]:
    """The series' points in the window, as they were where they are still known."""
    if window.since is None:
        return series.whole
    recent = series.recent
    if recent and (len(recent) < series.capacity or recent[0][0] <= window.since):
        kept = ((x, value) for x, value in recent if x >= window.since)
        return [Point(x, v, v, v, int(not math.isfinite(v))) for x, v in kept]
    return [point for point in series.whole if point.x >= window.since]


def is_logarithmic(title: str, lines: Sequence[Curve], window: Window) -> bool:
    """What was asked for, or what the values ask for."""
    if window.log is not None:
        return window.log
    values = finite_values([p for line in lines for p in shown_points(line.series, window)])
    return bool(values) and not is_share(title) and is_wide(min(values), max(values))


def is_wide(low: float, high: float) -> bool:
    """Whether a logarithmic scale shows more of values from ``low`` to ``high``."""
    return low > 0 and high >= WIDE_SPAN * low


def y_scale(lines: Sequence[Curve], window: Window, log: bool) -> Scale:
    """Over all values in the window, or over those that the first ones would squeeze."""
    parts = [shown_points(line.series, window) for line in lines]
    whole = scaled(finite_values([p for part in parts for p in part]), 1, log=log, room=0.03)
    if log:
        return whole
    xs = [p.x for part in parts for p in part]
    start = min(xs, default=0.0) + FIRST * (max(xs, default=0.0) - min(xs, default=0.0))
    late = finite_values([p for part in parts if len(part) >= FEWEST for p in part if p.x > start])
    late += finite_values([p for part in parts if len(part) < FEWEST for p in part])
    if not late or max(late) - min(late) >= LEAST_SHARE * (whole.high - whole.low):
        return whole
    rest = scaled(late, 1, room=0.03)
    more = HEADROOM * (rest.high - rest.low)
    return Scale(max(rest.low - more, whole.low), min(rest.high + more, whole.high), 1)


def finite_values(points: Sequence[Point]) -> list[float]:
    return [v for p in points for v in (p.low, p.high) if math.isfinite(v)]
