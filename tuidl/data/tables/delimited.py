"""A delimited text file as a RawTable: by blocks, and by records where a block is odd."""

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.core.spilling import empty, room_for
from tuidl.data.tables.blocks import tokenised
from tuidl.data.tables.columns import BYTES_A_FIELD, BYTES_A_ROW, Columns
from tuidl.data.tables.compiled import scanner
from tuidl.data.tables.content import ADVICE, Text, count_of
from tuidl.data.tables.dialect import dialect_of, fields_of, sampled
from tuidl.data.tables.foreign import LONGEST, require_table
from tuidl.data.tables.header import Header, guess_of, header_of, passed_over
from tuidl.data.tables.large_content import one_colon, read_large
from tuidl.data.tables.raw import RawColumn, RawTable
from tuidl.data.tables.rows import Records, Rows
from tuidl.data.tables.skipping import Skipped, blanked, kept_for_others, note_of

BLOCK = 1 << 19
"""Bytes that are looked at together: what is made of them stays in the processor's cache."""

HELD = 24 << 20
"""Bytes: smaller blocks of memory that are freed are not given back to the system each time, which
took a third of the time. Nothing is written to it, so it is never there."""

MOST_IN_BLOCK = 1 << 24
ROWS_AT_ONCE = 8192
_SLOW = set(" .+-0123456789eE")
"""Delimiters for which fields are told apart one at a time."""


@dataclass(frozen=True)
class Stated:
    """How the file is written, as far as that is known. ``is_sure``: else the delimiter and the
    encoding are those of another such file. ``fewest``: columns that there must be. ``skip``:
    lines on which no row stands. ``exact``: columns that have texts alone, as they are written."""

    delimiter: str | None = None
    header: bool | None = None
    encoding: str | None = None
    is_sure: bool = True
    fewest: int = 2
    skip: Skipped = ()
    exact: tuple[str, ...] = ()


def read_delimited(path: Path, size: int, stated: Stated) -> RawTable:
    """The table in a file of ``size`` bytes. Raises DataError, or BackendError for memory."""
    np.empty(HELD, np.uint8)  # freed at once: from now on glibc holds such blocks
    content = read_large(path, size, stated.encoding, stated.is_sure)
    require_table(path, content.data[:LONGEST])
    data, skipped = blanked(f"{path}", content.data, stated.skip, is_stated=stated.is_sure)
    data = data if stated.is_sure and stated.delimiter else one_colon(data)
    dialect = dialect_of(path, data, stated.delimiter, stated.header, stated.is_sure, stated.fewest)
    records = Records(path, data, dialect.start, dialect.line, dialect.delimiter)
    header, before = _header(records, stated)
    skipped = kept_for_others(skipped, records.line if header.is_there else 0)
    if not header.is_there:
        records = Records(path, data, dialect.start, dialect.line, dialect.delimiter)
    most = count_of(data, b"\n", records.position, len(data)) + 1
    rows = Rows(path, header, dialect.delimiter)
    rows.empty += before if header.is_there else []
    needed = (BYTES_A_FIELD * len(header.names) + BYTES_A_ROW) * most
    with room_for(needed, MOST_IN_BLOCK, f"{path}", ADVICE):
        raw, lines = _Reader(records, rows, most, stated.exact).read()
    if not len(lines):
        raise DataError(f"{path}: a header but no rows")
    over = passed_over(header, raw)
    guess = guess_of(header, raw, int(lines[0]) - 1) if stated.header is None else []
    notes = (
        *content.notes, *([note_of(skipped)] if skipped else []), *dialect.notes, *rows.notes(),
        *guess,
        *(f"column {place + 1} ({why}) passed over" for place, why in over.items()),
    )  # fmt: skip
    return RawTable(raw, lines, dialect.delimiter, header.is_there, notes, frozenset(over), skipped)


def _header(records: Records, stated: Stated) -> tuple[Header, list[int]]:
    """What the first record that is not empty says, and the lines of those before it."""
    empty: list[int] = []
    for line, fields in records:
        if any(fields):
            lines = sampled(records.path, records.data, records.position, records.line)
            some = fields_of(lines, records.delimiter)
            header = header_of(
                records.path, fields, some, line, stated.header, stated.fewest,
                _lines_of(lines, records.line, len(some)),
            )  # fmt: skip
            return header, empty
        empty.append(line)
    raise DataError(f"{records.path}: empty")


def _lines_of(lines: list[str], first: int, count: int) -> list[int]:
    """On which lines the records stand, where each has one of its own."""
    filled = [number for number, line in enumerate(lines, first) if line.strip()]
    return filled if len(filled) == count else []


class _Reader:
    """Gives all records to the columns."""

    def __init__(
        self, records: Records, rows: Rows, most: int, exact: tuple[str, ...] = ()
    ) -> None:
        """``most``: rows that there may be; ``exact``: columns of texts alone."""
        self.records, self.rows = records, rows
        self.columns = Columns(rows.header.titles, most, f"{records.path}", exact)
        self.lines, self.count = empty((most,), np.int64), 0
        self.text = np.frombuffer(records.data, np.uint8)
        self.text.setflags(write=False)
        self.is_slow = records.delimiter in _SLOW or not records.delimiter.isascii()
        entries = self.columns.entries_of
        by_hand = self.is_slow or bool(exact)
        self.scanner = None if by_hand else scanner(len(records.data), entries, f"{records.path}")

    def read(self) -> tuple[tuple[RawColumn, ...], Array]:
        """The filled columns, and the line of each row."""
        while self.records.position < len(self.records.data):
            end = _end_of_block(self.records.data, self.records.position)
            if self.is_slow or not (self._scan_block(end) or self._read_block(end)):
                self._read_records(end)
        return self.columns.finished(), self.lines[: self.count]

    def _add_lines(self, lines: Array) -> None:
        self.lines[self.count : self.count + len(lines)] = lines
        self.count += len(lines)

    def _scan_block(self, end: int) -> bool:
        """Whether machine code could read all of the block; the records stand before what is left
        of it."""
        records = self.records
        while self.scanner and records.position < end:
            found = self.scanner.scan(self.text, records.position, end, records.delimiter)
            if len(found.lines):
                self.columns.add_arrays(found.numbers, found.codes)
                self._add_lines(found.lines + (records.line - 1))
            records.position, records.line = found.end, records.line + found.line_count
            if found.is_odd:
                return False
        return self.scanner is not None

    def _read_block(self, end: int) -> bool:
        """Whether the block could be read as a whole."""
        records = self.records
        chunk = records.data[records.position : end]
        block = tokenised(chunk, records.delimiter, len(self.columns.names))
        if block is None:
            return False
        self.columns.add_block(block)
        self._add_lines(block.lines + (records.line - 1))
        self.rows.empty += (block.empty + (records.line - 1)).tolist()
        records.position, records.line = end, records.line + block.line_count
        return True

    def _read_records(self, end: int) -> None:
        taken = self.records.until(end)
        while some := list(islice(taken, ROWS_AT_ONCE)):
            fitted = [(line, self.rows.fitted(line, fields)) for line, fields in some]
            kept = [(line, fields) for line, fields in fitted if fields is not None]
            if kept:
                self._add_lines(np.array([line for line, _ in kept]))
                self.columns.add([fields for _, fields in kept])


def _end_of_block(data: Text, start: int) -> int:
    """The end of a line that, as far as quotes tell, is one of a record."""
    end = data.rfind(b"\n", start, start + BLOCK) + 1 or len(data)
    if len(data) - start <= BLOCK:
        return len(data)
    if data.find(b'"', start, end) < 0:
        return end
    quotes = count_of(data, b'"', start, end)
    while quotes % 2 and end < len(data) and end - start < MOST_IN_BLOCK:
        quote = data.find(b'"', end) + 1 or len(data)
        line_end = data.find(b"\n", quote) + 1 or len(data)
        quotes += count_of(data, b'"', end, line_end)
        end = line_end
    return end
