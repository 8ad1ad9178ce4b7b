"""History: folds the events of a run into bounded series, to be drawn or tabulated."""

import math
from collections import deque
from dataclasses import dataclass, field

from tuidl.protocol.events import EpochEnded, Event, Place, Progress

CAPACITY = 512
"""Points that a series holds of the whole run, and as many of its recent part."""


@dataclass(frozen=True)
class Point:
    """One or more neighbouring values: where they start, their smallest and largest, the last, and
    how many of them are ``not_finite``."""

    x: float
    low: float
    high: float
    last: float
    not_finite: int = 0


def merged(first: Point, second: Point) -> Point:
    """Two neighbours as one; NaN counts only where there is nothing else."""
    low, high = first.low, first.high
    if second.low < low or low != low:
        low = second.low
    if second.high > high or high != high:
        high = second.high
    return Point(first.x, low, high, second.last, first.not_finite + second.not_finite)


@dataclass
class Series:
    """Values over a run of any length in bounded memory.

    ``whole`` covers the run from its start: once it is full, neighbours are merged two by two, so
    no extreme is ever lost. ``recent`` holds the last values as they were.
    """

    capacity: int = CAPACITY
    whole: list[Point] = field(default_factory=list)
    recent: deque[tuple[float, float]] = field(init=False)
    _each: int = 1
    _open: int = 0

    def __post_init__(self) -> None:
        self.recent = deque(maxlen=self.capacity)

    def add(self, x: float, value: float) -> None:
        """Append a value; ``x`` never goes back."""
        self.recent.append((x, value))
        point = Point(x, value, value, value, int(not math.isfinite(value)))
        if self._open:
            self.whole[-1] = merged(self.whole[-1], point)
        else:
            if len(self.whole) == self.capacity:
                pairs = zip(self.whole[::2], self.whole[1::2], strict=True)
                self.whole = [merged(first, second) for first, second in pairs]
                self._each *= 2
            self.whole.append(point)
        self._open = (self._open + 1) % self._each

    def until(self, x: float) -> "Series":
        """A series that goes on from ``x``, with what came before it; merged neighbours count by
        where they start."""
        kept = Series(self.capacity, [point for point in self.whole if point.x < x])
        kept.recent.extend(pair for pair in self.recent if pair[0] < x)
        kept._each = self._each
        return kept

    def copied(self) -> "Series":
        """The same, no longer changing."""
        copy = Series(self.capacity, list(self.whole))
        copy.recent = self.recent.copy()
        copy._each, copy._open = self._each, self._open
        return copy

    def pairs(self) -> list[tuple[float, float]]:
        """Where values stand, with them; of very long runs, the last of each stretch merged."""
        if len(self.recent) < self.capacity:
            return list(self.recent)
        return [(point.x, point.last) for point in self.whole]

    @property
    def last(self) -> float | None:
        return self.recent[-1][1] if self.recent else None


@dataclass
class History:
    """Series by name: ``train loss``, ``validation accuracy``, ``gradient dense_1`` and
    ``learning rate`` by epoch, ``step loss`` by fractions of an epoch; with ``fold 2`` in front
    where there are several."""

    series: dict[str, Series] = field(default_factory=dict)

    def handle(self, event: Event) -> None:
        """Take in what an event says."""
        if isinstance(event, EpochEnded):
            fold = f"fold {event.fold} " if event.fold else ""
            for part, scores in (("train", event.train), ("validation", event.validation)):
                for name, value in (scores or {}).items():
                    self._add(f"{fold}{part} {name}", event.epoch, value)
            for layer, norm in event.gradient_norms.items():
                self._add(f"{fold}gradient {layer}", event.epoch, norm)
            self._add(f"{fold}learning rate", event.epoch, event.learning_rate)
        elif isinstance(event, Progress) and not event.fold:
            self._add("step loss", event.epoch - 1 + event.step / event.steps, event.loss)

    def copied(self) -> "History":
        """The same, no longer changing."""
        return History({name: series.copied() for name, series in self.series.items()})

    def go_back(self, place: Place, steps: int) -> None:
        """Forget what came later than ``place``, from which a run of ``steps`` an epoch goes on."""
        x = place.epoch - 1 + (place.step + 0.5) / max(steps, 1)
        for name, series in list(self.series.items()):
            fold = int(name.split()[1]) if name.startswith("fold ") else place.fold or 1
            if fold > (place.fold or 1):
                del self.series[name]
            elif fold == (place.fold or 1):
                self.series[name] = series.until(x)

    def _add(self, name: str, x: float, value: float) -> None:
        self.series.setdefault(name, Series()).add(x, value)
