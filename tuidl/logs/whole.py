"""A log with every value as it was, over whatever its steps can be counted by: to lay the curves of
many runs over each other."""

import bisect
import math
from dataclasses import dataclass, field

from tuidl.core.lazy import Array, np
from tuidl.logs.follower import Follower
from tuidl.logs.log import LINE, Key, Log
from tuidl.logs.measures import compared_by, counts_epochs
from tuidl.logs.record import LATEST_DURATION, Record, clock_of, last_word
from tuidl.protocol import events
from tuidl.protocol.events import Event

MOST_VALUES = 1_000_000
"""Values of a log that are kept; later ones are left out and counted."""
AXES = ("epoch", "step", "time", "examples")
"""What x can be: epochs, steps, seconds of training, examples seen."""
AXIS_OF = {"epoch": "epoch", LINE: "step"}
"""Of what a record's x counts; everything else is steps."""
COUNTS = frozenset(("examples", "examples_seen", "samples", "samples_seen", "num_examples"))
"""Numbers that say how many examples were seen; the first in a line counts."""


@dataclass
class Track:
    """The values of one measure in their order, with what is known of where each stands; NaN where
    that, or the value, is unknown or not finite."""

    values: list[float] = field(default_factory=list)
    places: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in AXES})
    order: list[float] = field(default_factory=list)
    """By which the log goes back, and on."""

    def arrays(self, axis: str, began: float | None = None) -> tuple[Array, Array]:
        """x and y (both ``(n,)`` float64) over an axis, x rising: values whose x is unknown are
        left out, and of several at one x the last counts. Moments are counted from when the log
        ``began``."""
        x, y = np.array(self.places[axis], dtype=float), np.array(self.values, dtype=float)
        if axis == "time" and began is not None:
            x = np.where(x > LATEST_DURATION, x - began, x)
        known = np.isfinite(x)
        x, y = x[known], y[known]
        order = np.argsort(x, kind="stable")
        x, y = x[order], y[order]
        is_last = np.append(x[1:] != x[:-1], True)[: len(x)]
        return x[is_last], y[is_last]

    def has(self, axis: str) -> bool:
        return any(map(math.isfinite, self.places[axis]))


class WholeLog(Log):
    """Folds lines as a ``Log`` does, and keeps all values in ``tracks``, by ``validation loss``."""

    def __init__(self) -> None:
        super().__init__()
        self.tracks: dict[str, Track] = {}
        self.kept = 0
        self._names: dict[Key, str] = {}
        self._taken: set[str] = set()
        self._by_epoch: set[Key] = set()
        """Those whose steps are epochs, whatever their key is called."""
        self._here: dict[str, float] = {}
        self._seconds: dict[float, float] = {}
        """Of training up to the end of each epoch, of our own runs."""
        self.began: float | None = None
        """The first moment that a log of another program names, in seconds since 1970."""

    def _told(self, event: Event) -> Record | None:
        record = super()._told(event)
        self._here = self._place_of(event, record) if record is not None else {}
        return record

    def _place_of(self, event: Event, record: Record) -> dict[str, float]:
        """Where an event of a run of ours stands, over each axis that it is known for."""
        epoch = record.x if record.x is not None else math.nan
        started = self.started
        here = {"epoch": epoch}
        if isinstance(event, events.EpochEnded) and not event.fold:
            here["time"] = self._seconds.get(event.epoch - 1.0, 0.0) + event.seconds
            self._seconds[float(event.epoch)] = here["time"]
        if started is not None and started.batch_size > 0:
            each = started.examples.get("train", 0)
            here |= {"step": epoch * -(-each // started.batch_size), "examples": epoch * each}
        return here

    def _add(self, record: Record, part: str) -> None:
        if self.started is None:
            self._here = self._read_place(record)
        super()._add(record, part)

    def _read_place(self, record: Record) -> dict[str, float]:
        """Where a line of another program stands, as far as it says so."""
        here = {} if record.epoch is None else {"epoch": record.epoch}
        clock = clock_of(record)
        if clock is not None:
            here["time"] = clock
            if clock > LATEST_DURATION:
                self.began = clock if self.began is None else min(clock, self.began)
        for name, value in record.values.items():
            if value is not None and last_word(name) in COUNTS:
                here.setdefault("examples", value)
        return here

    def _append(self, key: Key, x: float, value: float | None) -> bool:
        name = self._names.get(key)
        if name is None:
            name = self._names[key] = self._named(key)
        track = self.tracks.get(name)
        if track is None:
            if value is None:
                return False
            track = self.tracks[name] = Track()
        if self.kept >= MOST_VALUES:
            self.counts.left_out += 1
            return False
        has_gone_back = bool(track.order) and x < track.order[-1]
        if has_gone_back:
            self._cut(track, x)
        here = self._here
        own = "epoch" if key in self._by_epoch else AXIS_OF.get(key[0], "step")
        for axis, places in track.places.items():
            places.append(here.get(axis, x if axis == own else math.nan))
        track.order.append(x)
        track.values.append(math.nan if value is None or math.isinf(value) else value)
        self.kept += 1
        return has_gone_back

    def _cut(self, track: Track, x: float) -> None:
        """Forget what came at ``x`` and later: the log goes on from there."""
        end = bisect.bisect_left(track.order, x)
        self.kept -= len(track.order) - end
        for values in (track.values, track.order, *track.places.values()):
            del values[end:]

    def _named(self, key: Key) -> str:
        """``validation loss``; the series' own name where another has that already."""
        measure, part = compared_by(key[1])
        name = f"{part} {measure}" if part else measure
        name = key[1] if name in self._taken else name
        if counts_epochs(key[1]):
            self._by_epoch.add(key)
        self._taken.add(name)
        return name


class LogReader(Follower):
    """Reads a source, again whenever there is more. ``version`` rises when something came; what is
    read in one thread may be asked for in another."""

    _log: WholeLog

    def new_log(self) -> WholeLog:
        return WholeLog()

    @property
    def whole(self) -> WholeLog:
        return self._log

    def arrays(self, measure: str, axis: str) -> tuple[Array, Array] | None:
        """x and y of a measure; None where the log has nothing of it over that axis."""
        with self._lock:
            track = self._log.tracks.get(measure)
            found = track.arrays(axis, self._log.began) if track is not None else None
        return found if found is not None and len(found[0]) else None

    def axes(self, measure: str) -> list[str]:
        """What x can be for a measure."""
        with self._lock:
            track = self._log.tracks.get(measure)
            return [axis for axis in AXES if track is not None and track.has(axis)]

    def close(self) -> None:
        self.source.close()


def measures_in(logs: list[WholeLog]) -> list[str]:
    """The measures of several logs, those that matter most first; of equal ones those that more of
    the logs have."""
    counts: dict[str, int] = {}
    for log in logs:
        for name in list(log.tracks):
            counts[name] = counts.get(name, 0) + 1
    return sorted(counts, key=lambda name: (*_rank(name), -counts[name]))


FIRST = ("validation loss", "test loss", "loss", "train loss")
LATE = ("learning rate", "gradient", "usage", "lr", "grad", "time", "steps", "seconds")


def _rank(name: str) -> tuple[int, int]:
    if name in FIRST:
        return (0, FIRST.index(name))
    if any(word in name.lower() for word in LATE):
        return (3, 0)
    return (1, 0) if name.startswith("validation") else (2, 0)
