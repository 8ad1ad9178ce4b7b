"""Tables that took long to read, kept between commands.

What is kept is known by the file's path and by how it was to be read, and is used only while the
file's time and size are the same. A file that changed within the last seconds is not kept: it could
change again within the same tick of the clock.
"""

import time
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import msgspec
import numpy as np

from tuidl.core.errors import BackendError
from tuidl.core.kept import Kept
from tuidl.core.lazy import Array
from tuidl.core.limits import check_memory
from tuidl.data.paths import Stamp
from tuidl.data.tables.raw import NO_NUMBERS, NO_TEXTS, RawColumn, RawTable

Settings = tuple[str | int | bool | None, ...]

KIND = "tables"
FORMAT = 3
"""Raised when a table is made differently from the same file."""
SECONDS_WORTH_KEEPING = 0.5
"""Reading that takes less is done again."""
SECONDS_AT_REST = 2
BYTES_A_BYTE = 6
"""Memory of the texts that are kept, for each byte of them: short ones are objects of 50 to 60."""


class Head(msgspec.Struct, frozen=True, array_like=True):
    """All of a RawTable but its arrays. ``columns``: name, texts, whether there are numbers."""

    form: int
    stamp: Stamp
    settings: Settings
    rows: int
    columns: list[tuple[str, tuple[str, ...], bool]]
    delimiter: str
    has_header: bool
    notes: tuple[str, ...]
    passed_over: list[int]
    skipped: tuple[tuple[int, str | None], ...]


def kept_table(stamp: Stamp, settings: Settings) -> RawTable | None:
    """The table of a file that has not changed; None where there is none, or no memory for its
    texts, so that the file is read another way."""
    found = Kept(KIND).read(_name(stamp, settings))
    if found is None:
        return None
    try:
        check_memory(BYTES_A_BYTE * len(found[0]), stamp[0], "")
        head = msgspec.json.decode(found[0], type=Head)
        if (head.form, head.stamp, head.settings) != (FORMAT, stamp, settings):
            return None
        return _table(head, found[1])
    except (BackendError, msgspec.MsgspecError, ValueError):
        return None


def keep_table(stamp: Stamp, settings: Settings, table: RawTable, seconds: float) -> None:
    """Keep it if it took so long to read that this is worth it."""
    at_rest = time.time_ns() - stamp[1] > SECONDS_AT_REST * 10**9
    if seconds < SECONDS_WORTH_KEEPING or not at_rest:
        return
    head = Head(
        FORMAT, stamp, settings, len(table.lines),
        [(c.name, c.texts, bool((c.codes < 0).any())) for c in table.columns],
        table.delimiter, table.has_header, table.notes, sorted(table.passed_over),
        table.skipped,
    )  # fmt: skip
    try:
        Kept(KIND).write(_name(stamp, settings), msgspec.json.encode(head), list(_arrays(table)))
    except UnicodeEncodeError:  # a path that is no text: the file is read again each time
        return


def _arrays(table: RawTable) -> Iterator[memoryview]:
    """Those that hold something: no codes without texts, no numbers among texts alone."""
    yield memoryview(np.ascontiguousarray(table.lines, np.int64)).cast("B")
    for column in table.columns:
        if (column.codes < 0).any():
            yield memoryview(np.ascontiguousarray(column.numbers)).cast("B")
        if column.texts:
            yield memoryview(np.ascontiguousarray(column.codes)).cast("B")


def _table(head: Head, body: memoryview) -> RawTable:
    """Raises ValueError where the arrays are not all there."""
    place = 0

    def taken(kind: type[Any]) -> Array:
        nonlocal place
        array = np.frombuffer(body, kind, head.rows, place)
        place += array.nbytes
        return array

    lines = taken(np.int64)
    columns = [
        RawColumn(
            name,
            taken(np.float64) if has_numbers else np.broadcast_to(NO_NUMBERS, head.rows),
            texts,
            taken(np.int32) if texts else np.broadcast_to(NO_TEXTS, head.rows),
        )
        for name, texts, has_numbers in head.columns
    ]
    if place != len(body):
        raise ValueError("another table")
    over = frozenset(head.passed_over)
    return RawTable(
        tuple(columns),
        lines,
        head.delimiter,
        head.has_header,
        head.notes,
        over,
        head.skipped,
    )


def _name(stamp: Stamp, settings: Settings) -> str:
    what = "\0".join(map(repr, (stamp[0], *settings)))
    return sha256(what.encode("utf-8", "surrogateescape")).hexdigest()[:32]
