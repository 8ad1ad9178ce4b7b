"""What a run's event log says, read in bounded memory however long it or one of its lines is."""

import os
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import msgspec

from tuidl.core.errors import RunError
from tuidl.core.own_files import FileError, open_to_read, reason_of
from tuidl.logs.lines import Lines
from tuidl.protocol import events
from tuidl.protocol.edits import START, Timeline, place_of
from tuidl.protocol.events import Edited, EpochEnded, Event, Place, Progress, RunStarted
from tuidl.storage.folder import LARGEST_LOG

CHUNK = 1 << 20
MOST_EDITS = 200_000
"""Live edits of a run, whose memory is bounded so."""
STARTED = b'"run_started"'
MOST_RESUMPTIONS = 100_000
MARKS = (STARTED, b'"edited"', b'"run_ended"', b'"run_failed"')
"""Of lines that matter to edits, while none waits for what comes."""
TAIL, LONGEST_TAIL = 1 << 16, 1 << 24


def stream_events(path: Path) -> Iterator[Event]:
    """What the log says happened: lines that a later resumption made void are left out, and so are
    those that are no events (torn, or of another version). Raises RunError."""
    count, voids = _resumptions(path)
    numbers: set[int] = set()
    for number, line in _numbered(path):
        event = event_of(line)
        if event is None or number > count:
            continue
        while voids and voids[0][0] <= number:
            voids.popleft()
        if voids and is_after(event, voids[0][1]):
            continue
        if isinstance(event, Edited) and event.number is not None:
            if event.number in numbers or len(numbers) >= MOST_EDITS:
                continue
            numbers.add(event.number)
        yield event


def read_events(path: Path) -> list[Event]:
    """All of ``stream_events`` at once. Raises RunError."""
    return list(stream_events(path))


def read_timeline(path: Path) -> Timeline:
    """The run's live edits. Raises RunError."""
    timeline, count = Timeline(), 0
    for _, line in _numbered(path):
        matters = timeline.waits or any(mark in line for mark in MARKS)
        event = event_of(line) if matters else None
        if event is None:
            continue
        timeline.handle(event)
        count += isinstance(event, Edited)
        if count > MOST_EDITS:
            raise RunError(f"{path}: more than {MOST_EDITS:,} live edits")
    return timeline


def from_tail(path: Path) -> EpochEnded | None:
    """The last epoch that the log speaks of, if it is near its end; None otherwise."""
    try:
        with open_to_read(path) as file:
            end = file.seek(0, os.SEEK_END)
            length = TAIL
            while length <= LONGEST_TAIL:
                file.seek(max(end - length, 0))
                found = _last_epoch(file.read(min(length, end)))
                if found is not None or length >= end:
                    return found
                length *= 16
    except (FileError, OSError):
        return None
    return None


def is_after(event: Event, place: Place) -> bool:
    """Whether what an event says no longer counts once the run goes on from ``place``.

    Edits with a number always count. Of those without, which were written each time that they were
    made, those at the place itself count as later: made twice they change nothing.
    """
    match event:
        case events.RunEnded() | events.RunFailed():
            return True
        case events.FoldEnded():
            return event.fold >= (place.fold or 1)
        case EpochEnded():
            return (event.fold or 1, event.epoch) >= place_of(place)[:2]
        case Progress():
            return place_of(event) > place_of(place)
        case Edited():
            return event.number is None and place_of(event) >= place_of(place)
    return False


def _resumptions(path: Path) -> tuple[int, deque[tuple[int, Place]]]:
    """How many lines there are, and the places from which the run went on, each with the number of
    its line; without those that a later one makes superfluous, so the places rise."""
    found: deque[tuple[int, Place]] = deque()
    number = 0
    for number, line in _numbered(path):
        event = event_of(line) if STARTED in line else None
        if isinstance(event, RunStarted):
            place = event.resumed or START
            while found and place_of(found[-1][1]) >= place_of(place):
                found.pop()
            found.append((number, place))
            if len(found) > MOST_RESUMPTIONS:
                raise RunError(f"{path}: more than {MOST_RESUMPTIONS:,} resumptions")
    return number, found


def _numbered(path: Path) -> Iterator[tuple[int, bytes]]:
    """Lines of bounded length, counted from 1. Raises RunError."""
    lines = Lines(events.LONGEST_LINE)
    number = 0
    try:
        with open_to_read(path, LARGEST_LOG) as file:
            while data := file.read(CHUNK):
                for line in lines.feed(data):
                    number += 1
                    yield number, line
        if lines.rest:
            yield number + 1, lines.take_rest()
    except FileError as error:
        raise RunError(str(error)) from None
    except OSError as error:
        raise RunError(f"{path}: {reason_of(error)}") from None


def event_of(line: bytes) -> Event | None:
    """The event that a line is; None where it is none."""
    try:
        return events.from_json(line)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return None


def _last_epoch(data: bytes) -> EpochEnded | None:
    for line in reversed(data.splitlines()):
        if b'"epoch_ended"' in line and isinstance(event := event_of(line), EpochEnded):
            return event
    return None
