"""A run's event log: JSON lines of bounded length, which a kill at any moment leaves readable."""

import os
from contextlib import suppress
from pathlib import Path

from tuidl.core.errors import SaveError
from tuidl.core.own_files import FileError, open_to_append, open_to_update, reason_of
from tuidl.protocol import events
from tuidl.protocol.events import Edited, EpochEnded, Event, Progress
from tuidl.storage.folder import LARGEST_LOG

BYTES_OF_A_STRIDE = 4 << 20
"""Every so many bytes, the log begins to leave out every other one of what comes often."""
BLOCK = 1 << 16
TRANSIENT = (
    events.Notice,
    events.ProbeAnswer,
    events.Compiling,
    events.Saved,
    events.Paused,
    events.Resumed,
)
"""Events that are of no use later."""


class EventLog:
    """Appends to a file. All epochs and progress are written as long as the log is short; then
    every second, every fourth and so on, the last epoch always: 25 MB hold a million epochs."""

    def __init__(self, path: Path) -> None:
        """Open the log at its end, without a line that was torn. Raises SaveError."""
        self._path = path
        self._left_out: EpochEnded | None = None
        self._progress = 0
        try:
            self._size = _mend(path)
            self._file = open_to_append(path, create=True)
        except FileError as error:
            raise SaveError(f"cannot write {error}") from None
        except OSError as error:
            raise SaveError(f"cannot write {path}: {reason_of(error)}") from None

    def write(self, event: Event) -> None:
        """Append an event, if it belongs there; an edit is on the disk then. Raises SaveError."""
        if isinstance(event, TRANSIENT) or (isinstance(event, Edited) and event.again):
            return
        if isinstance(event, EpochEnded | Progress) and not self._is_wanted(event):
            self._left_out = event if isinstance(event, EpochEnded) else self._left_out
            return
        if self._left_out is not None and not isinstance(event, Progress):
            last, self._left_out = self._left_out, None
            if not isinstance(event, EpochEnded):
                self._append(last)
        self._append(event)
        if isinstance(event, Edited):
            self._flush()

    def _is_wanted(self, event: EpochEnded | Progress) -> bool:
        stride = 1 << self._size // BYTES_OF_A_STRIDE
        if isinstance(event, EpochEnded):
            return event.epoch % stride == 0
        self._progress += 1
        return self._progress % stride == 0

    def _append(self, event: Event) -> None:
        line = events.to_json(events.bounded(event)).encode() + b"\n"
        try:
            written = os.write(self._file.fileno(), line)
            if written < len(line):
                written += os.write(self._file.fileno(), line[written:])
            if written < len(line):
                raise OSError(f"only {written} of {len(line)} bytes could be written")
        except (OSError, ValueError) as error:
            with suppress(OSError, ValueError):  # nothing may stand behind half a line
                os.ftruncate(self._file.fileno(), self._size)
            raise SaveError(f"cannot write {self._path}: {reason_of(error)}") from None
        self._size += len(line)

    def _flush(self) -> None:
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            raise SaveError(f"cannot write {self._path}: {reason_of(error)}") from None

    def close(self) -> None:
        """Write what was held back, and have it on the disk. Raises SaveError."""
        with self._file:
            if self._left_out is not None:
                last, self._left_out = self._left_out, None
                self._append(last)
            self._flush()


def _mend(path: Path) -> int:
    """Take off a last line that was not written to its end; the length of what stays. Raises
    FileError for a file that is too large to be a log, which would be looked through for ever."""
    with open_to_update(path, create=True) as file:
        end = start = file.seek(0, os.SEEK_END)
        if end > LARGEST_LOG:
            raise FileError(path, f"{end:,} bytes; expected at most {LARGEST_LOG:,}")
        while start > 0:
            start = max(start - BLOCK, 0)
            file.seek(start)
            newline = file.read(min(BLOCK, end - start)).rfind(b"\n")
            if newline >= 0:
                start += newline + 1
                break
        if start < end:
            file.truncate(start)
    return start
