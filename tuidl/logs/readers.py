"""Which format a log has: lines of JSON, a table (CSV), or TensorBoard's events."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from tuidl.core.errors import RunError
from tuidl.logs.framing import HEAD as RECORD_HEAD
from tuidl.logs.framing import is_head
from tuidl.logs.lines import Lines
from tuidl.logs.record import Entry, NoObjectError, parsed
from tuidl.logs.rows import BYTE_ORDER_MARK, Rows, is_table
from tuidl.logs.tensorboard import EventFile

HEAD = 1 << 16
"""Bytes by which a format is known."""
BEFORE_OBJECTS = b" \t\r\n" + BYTE_ORDER_MARK
EVENT_FILE = "tfevents"
"""Stands in the names of TensorBoard's files."""
EXAMPLE = (
    'expected are lines of JSON such as {"step": 1, "loss": 0.5}, a CSV log with a header such as '
    "epoch,loss, or TensorBoard's event files"
)


class Reader(Protocol):
    """Turns the bytes of one log into entries, as they come. ``refused``: entries that were too
    long."""

    @property
    def refused(self) -> int: ...

    def feed(self, data: bytes) -> Iterator[Entry]:
        """The entries that ``data`` completes. Raises RunError where the log is damaged."""
        ...

    def whole_rest(self) -> Sequence[Entry]:
        """What has no end yet, where it is whole all the same."""
        ...

    def take_rest(self) -> Sequence[Entry]:
        """What has no end and will get none."""
        ...


class JsonLines:
    """Lines of JSON, each an entry as it is."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines

    @property
    def refused(self) -> int:
        return self._lines.refused

    def feed(self, data: bytes) -> Iterator[Entry]:
        yield from self._lines.feed(data)

    def whole_rest(self) -> Sequence[Entry]:
        return [self._lines.take_rest()] if is_object(self._lines.rest) else []

    def take_rest(self) -> Sequence[Entry]:
        return [rest] if (rest := self._lines.take_rest()) else []


class Foreign:
    """Reads a log of another program, whose format its first bytes tell; ``file`` is named in
    errors."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._held = b""
        self._reader: Reader | None = None

    @property
    def refused(self) -> int:
        return 0 if self._reader is None else self._reader.refused

    def feed(self, data: bytes) -> Iterator[Entry]:
        if self._reader is None:
            self._held += data
            self._reader = reader_of(self._file, self._held, is_all=False)
            if self._reader is None:
                return
            data, self._held = self._held, b""
        yield from self._reader.feed(data)

    def whole_rest(self) -> Sequence[Entry]:
        if self._reader is None:
            return self._decided() if is_object(self._held) else []
        return self._reader.whole_rest()

    def take_rest(self) -> Sequence[Entry]:
        if self._reader is None and not self._held:
            return []
        begun = self._decided() if self._reader is None else []
        assert self._reader is not None
        return [*begun, *self._reader.take_rest()]

    def _decided(self) -> Sequence[Entry]:
        """All that there is of a log that is too short to be sure."""
        self._reader = reader_of(self._file, self._held, is_all=True)
        assert self._reader is not None
        held, self._held = self._held, b""
        return [*self._reader.feed(held), *self._reader.whole_rest()]


def reader_of(file: str, head: bytes, is_all: bool) -> Reader | None:
    """What reads a log that begins so; None where more of it is needed, and it is not ``is_all``.

    Raises RunError where it is no text, and no file of events.
    """
    if is_head(head) or (EVENT_FILE in file.rpartition("/")[2] and head):
        return EventFile(file)
    is_all = is_all or len(head) >= HEAD
    if not is_all and len(head) < RECORD_HEAD and b"\n" not in head:
        return None  # it may be the beginning of a file of events
    check_text(file, head)
    whole = [line for line in head.split(b"\n")[: None if is_all else -1] if line.strip()]
    if any(is_object(line) for line in whole):
        return JsonLines(Lines())
    if is_table(whole):
        return Rows()
    return JsonLines(Lines()) if is_all or len(whole) > 1 else None


def check_text(name: str, head: bytes) -> None:
    """Raises RunError where the beginning of a log is no text."""
    try:
        head[: head.rfind(b"\n") + 1].decode()
        is_text = b"\0" not in head
    except UnicodeDecodeError:
        is_text = False
    if not is_text:
        raise RunError(f"{name}: no UTF-8 text; {EXAMPLE}")


def check_head(name: str, head: bytes) -> None:
    """Raises RunError where the beginning of a file holds whole lines, and is of no format."""
    if is_head(head) or EVENT_FILE in name.rpartition("/")[2]:
        return
    check_text(name, head)
    lines = head.split(b"\n")[: None if len(head) < HEAD else -1]
    written = [line for line in lines if line.strip()]
    if written and not any(is_object(line) for line in written) and not is_table(written):
        counted = (
            "its only line" if len(written) == 1 else f"none of its first {len(written)} lines"
        )
        is_none = "is no" if len(written) == 1 else "is a"
        raise RunError(f"{name}: {counted} {is_none} JSON object; {EXAMPLE}")


def is_object(line: bytes) -> bool:
    """Whether a line is an object of JSON."""
    if line.lstrip(BEFORE_OBJECTS)[:1] != b"{":
        return False  # at once: a table's lines are all asked
    try:
        parsed(line)
    except (NoObjectError, ValueError):
        return False
    return True
