"""A log as far as it has been read: series by name, and what could not be used."""

import math
from dataclasses import dataclass, field, replace
from typing import Any

from tuidl.logs.axis import Axis
from tuidl.logs.own import event_of, record_of_event
from tuidl.logs.record import (
    Entry,
    NoObjectError,
    Record,
    Settings,
    Unusable,
    parsed,
    record_of,
)
from tuidl.protocol import events
from tuidl.protocol.edits import START, joined, place_of, still_count
from tuidl.protocol.events import Event
from tuidl.protocol.history import Series

MOST_SERIES = 256
MOST_CUTS = 5000
"""Times that a series may go back; after that, what goes back is left out."""
REMEMBERED = 8
LINE = "line"
"""What counts where no key says where a line stands."""

Key = tuple[str, str]
"""The name of the axis, and the series' own."""


@dataclass
class Counts:
    """Lines by what became of them."""

    lines: int = 0
    objects: int = 0
    no_json: int = 0
    no_object: int = 0
    too_long: int = 0
    left_out: int = 0
    names_left_out: int = 0
    unusable: dict[Unusable, int] = field(default_factory=dict)


@dataclass
class Log:
    """Folds lines into bounded memory. ``before``: what a series was until its log went back."""

    series: dict[Key, Series] = field(default_factory=dict)
    before: dict[Key, Series] = field(default_factory=dict)
    counts: Counts = field(default_factory=Counts)
    axes: dict[str, Axis] = field(default_factory=dict)
    restarts: list[tuple[str, float, float]] = field(default_factory=list)
    """Axis, from where and back to where, the last few."""
    restarted: int = 0
    cuts: int = 0
    started: events.RunStarted | None = None
    ended: events.RunEnded | events.RunFailed | None = None
    edits: list[events.Edited] = field(default_factory=list)
    alerts: list[events.Alert] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    """Hyper-parameters that stand in the log of another program."""

    def add(self, entry: Entry, part: str = "") -> None:
        """Take in a line or a record; whatever it is, none is an error. ``part``: what its
        numbers are called after, where a log has several files."""
        if isinstance(entry, bytes) and not entry.strip():
            return
        if isinstance(entry, Settings):
            self.settings = self.settings | entry.values
            return
        self.counts.lines += 1
        if isinstance(entry, bytes):
            record = self._parsed(entry)
        elif isinstance(entry, Unusable):
            self.counts.unusable[entry] = self.counts.unusable.get(entry, 0) + 1
            return
        else:
            self.counts.objects += 1
            record = entry
        if record is not None:
            self._add(record, part)

    def _parsed(self, line: bytes) -> Record | None:
        try:
            table = parsed(line)
        except NoObjectError:
            self.counts.no_object += 1
            return None
        except ValueError:
            self.counts.no_json += 1
            return None
        self.counts.objects += 1
        event = event_of(table, line)
        return record_of(table) if event is None else self._told(event)

    def _told(self, event: Event) -> Record | None:
        """What one of our own events says beside its numbers."""
        if isinstance(event, events.RunStarted):
            self.started, self.ended = event, None
            place = event.resumed or START
            self.edits = still_count(self.edits, place)
            self.alerts = [one for one in self.alerts if place_of(one) <= place_of(place)]
        elif isinstance(event, events.RunEnded | events.RunFailed):
            self.ended = event
        elif isinstance(event, events.Edited):
            self.edits = joined(self.edits, event)[-REMEMBERED:]
        elif isinstance(event, events.Alert):
            self.alerts = [*self.alerts, event][-REMEMBERED:]
        return record_of_event(event)

    def _add(self, record: Record, part: str) -> None:
        if not record.values:
            return
        name, above = record.x_name or LINE, f"{part}/" if part else ""
        raw = record.x if record.x is not None else float(self.counts.lines)
        axis = self.axes.setdefault(above + name, Axis(name))
        came_from = axis.last
        x = axis.place(raw, record.epoch)
        went_back = [self._append((name, above + own), x, v) for own, v in record.values.items()]
        if axis.went_back and any(went_back):
            self.restarted += 1
            self.restarts = [*self.restarts[-REMEMBERED + 1 :], (name, came_from, x)]

    def _append(self, key: Key, x: float, value: float | None) -> bool:
        """Add a value to its series; whether that had been further already."""
        series = self.series.get(key)
        if series is None:
            if value is None:
                return False
            if len(self.series) >= MOST_SERIES:
                self.counts.names_left_out += 1
                return False
            series = self.series[key] = Series()
        has_gone_back = bool(series.recent) and x < series.recent[-1][0]
        if has_gone_back:
            self.cuts += 1
            if self.cuts > MOST_CUTS:
                self.counts.left_out += 1
                return False
            self.before[key] = series
            series = self.series[key] = series.until(x)
        series.add(x, math.nan if value is None or math.isinf(value) else value)
        return has_gone_back

    def copied(self) -> "Log":
        """The same, no longer changing: for a reader that draws while another thread reads on."""
        return replace(
            self,
            series={key: series.copied() for key, series in self.series.items()},
            before=dict(self.before),
            counts=replace(self.counts, unusable=dict(self.counts.unusable)),
            axes={name: replace(axis) for name, axis in self.axes.items()},
        )


def notes_of(log: Log) -> list[str]:
    """What there is to say of a log beside its curves, the weightiest first."""
    counts = log.counts
    notes = []
    if log.restarted and log.started is None:
        name, came_from, x = log.restarts[-1]
        times = "" if log.restarted == 1 else f", {log.restarted} times in all"
        notes.append(f"{name} went back from {came_from:g} to {x:g}: restarted{times}")
    for count, what in (
        (counts.no_json, "no JSON"),
        (counts.no_object, "no JSON object"),
        (counts.too_long, "longer than 1 MB and refused"),
        (counts.left_out, "left out, as the steps go back too often"),
    ):
        if count:
            notes.append(f"{_lines(count)} {'was' if count == 1 else 'were'} {what}")
    for kind, count in counts.unusable.items():
        word = "record" if kind is Unusable.RECORD else "line"
        what = f"1 {word} was" if count == 1 else f"{count:,} {word}s were"
        notes.append(f"{what} {kind.value}")
    if counts.names_left_out:
        notes.append(f"only the first {MOST_SERIES} different numbers are shown")
    for name in dict.fromkeys(axis.name for axis in log.axes.values() if axis.counts_on):
        notes.append(f"{name} begins anew in each epoch: counted on")
    return notes


def _lines(count: int) -> str:
    return "1 line" if count == 1 else f"{count:,} lines"
