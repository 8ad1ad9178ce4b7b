"""A run's event log: JSON lines of bounded length, which a kill at any moment leaves readable."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from tuidl import events
from tuidl.errors import SaveError
from tuidl.events import EpochEnded, Event, Place, Progress, RunStarted
from tuidl.runs.files import replace_file

BYTES_OF_A_STRIDE = 4 << 20
"""Every so many bytes, the log begins to leave out every other one of what comes often."""
TAIL = 1 << 16
TRANSIENT = (
    events.Notice,
    events.ProbeAnswer,
    events.Compiling,
    events.Saved,
    events.Paused,
    events.Resumed,
)
"""What nobody will want to know later."""


class EventLog:
    """Appends to a file. All epochs and progress are written as long as the log is short; then
    every second, every fourth and so on, the last epoch always: 25 MB hold a million epochs."""

    def __init__(self, path: Path) -> None:
        """Open the log at its end, without a line that was torn. Raises SaveError."""
        self._path = path
        self._left_out: EpochEnded | None = None
        self._progress = 0
        try:
            _mend(path)
            self._file = path.open("a", encoding="utf-8")
            self._size = path.stat().st_size
        except OSError as error:
            raise SaveError(f"cannot write {path}: {error.strerror or error}") from None

    def write(self, event: Event) -> None:
        """Append an event, if it belongs there. Raises SaveError."""
        if isinstance(event, TRANSIENT):
            return
        if isinstance(event, EpochEnded | Progress) and not self._is_wanted(event):
            self._left_out = event if isinstance(event, EpochEnded) else self._left_out
            return
        if self._left_out is not None and not isinstance(event, Progress):
            last, self._left_out = self._left_out, None
            if not isinstance(event, EpochEnded):
                self._append(last)
        self._append(event)

    def _is_wanted(self, event: EpochEnded | Progress) -> bool:
        stride = 1 << self._size // BYTES_OF_A_STRIDE
        if isinstance(event, EpochEnded):
            return event.epoch % stride == 0
        self._progress += 1
        return self._progress % stride == 0

    def _append(self, event: Event) -> None:
        line = events.to_json(event) + "\n"
        try:
            self._file.write(line)
            self._file.flush()
        except (OSError, ValueError) as error:
            raise SaveError(f"cannot write {self._path}: {error}") from None
        self._size += len(line)

    def close(self) -> None:
        """Write what was held back, and have it on the disk. Raises SaveError."""
        if self._left_out is not None:
            last, self._left_out = self._left_out, None
            self._append(last)
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        except OSError as error:
            raise SaveError(f"cannot write {self._path}: {error.strerror or error}") from None


def read_events(path: Path) -> list[Event]:
    """What the log says happened: lines that a later resumption made void are left out.

    Lines that are no events (torn, or of another version) are passed over.
    """
    told: list[Event] = []
    for event in parsed(path):
        if isinstance(event, RunStarted) and event.resumed is not None:
            told = up_to(told, event.resumed)
        told.append(event)
    return told


def parsed(path: Path) -> Iterator[Event]:
    """Every line that is an event."""
    with path.open("rb") as lines:
        for line in lines:
            try:
                yield events.from_json(line)
            except msgspec.MsgspecError:
                continue


def from_tail(path: Path) -> EpochEnded | None:
    """The last epoch that the log speaks of, if it is near its end; None otherwise."""
    try:
        with path.open("rb") as file:
            file.seek(max(file.seek(0, os.SEEK_END) - TAIL, 0))
            lines = file.read().splitlines()
    except OSError:
        return None
    for line in reversed(lines):
        if b'"epoch_ended"' in line:
            with suppress(msgspec.MsgspecError):
                event = events.from_json(line)
                return event if isinstance(event, EpochEnded) else None
    return None


def up_to(told: Iterable[Event], place: Place) -> list[Event]:
    """What still counts once a run goes on from ``place``."""
    return [event for event in told if not _is_after(event, place)]


def edits_of(told: Iterable[Event]) -> list[events.Edited]:
    return [event for event in told if isinstance(event, events.Edited)]


def _is_after(event: Event, place: Place) -> bool:
    """Whether an event is of later than ``place``, from which the run then went on.

    Edits made at the place itself are already in the checkpoint only where they came before it;
    made twice they change nothing, so they count as later.
    """
    if isinstance(event, events.RunEnded | events.RunFailed):
        return True
    if isinstance(event, events.FoldEnded):
        return event.fold >= (place.fold or 1)
    if not isinstance(event, EpochEnded | Progress | events.Edited):
        return False
    if event.fold != place.fold:
        return (event.fold or 1) > (place.fold or 1)
    if isinstance(event, EpochEnded):
        return event.epoch >= place.epoch
    here = (event.epoch, event.step)
    there = (place.epoch, place.step)
    return here >= there if isinstance(event, events.Edited) else here > there


def _mend(path: Path) -> None:
    """Take off a last line that was not written to its end."""
    if not path.exists():
        replace_file(path, b"")
        return
    with path.open("rb+") as file:
        end = file.seek(0, os.SEEK_END)
        start = end
        while start > 0:
            start = max(start - 65536, 0)
            file.seek(start)
            newline = file.read(min(65536, end - start)).rfind(b"\n")
            if newline >= 0:
                start += newline + 1
                break
        if start < end:
            file.truncate(start)
