"""A file with a table as a RawTable, remembered until the file changes."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path

import numpy as np

from tuidl.core.errors import DataError
from tuidl.core.limits import check_memory
from tuidl.data.paths import Stamp
from tuidl.data.tables.delimited import MOST_COLUMNS, records, sniffed
from tuidl.data.tables.raw import ColumnBuilder, RawTable

MISSING = {"", "na", "nan", "null", "?"}
"""Texts that stand for no value, in upper or lower case: no names of columns, in a guess."""

BYTES_WHILE_READING = 14
"""Memory taken for each byte of the file, at most: "1," becomes a number and a code, twice while
the blocks are joined."""

ROWS_AT_ONCE = 8192

Record = tuple[int, list[str]]


@lru_cache(maxsize=2)
def read_raw(
    stamp: Stamp, delimiter: str | None = None, header: bool | None = None, fewest: int = 2
) -> RawTable:
    """The table in a file. ``fewest``: columns that it must have.

    Raises DataError where the file is at fault, BackendError where memory is too small.
    """
    path = Path(stamp[0])
    check_memory(BYTES_WHILE_READING * stamp[2], f"{path}", "use a smaller file")
    delimiter = delimiter or sniffed(path)
    rows = records(path, delimiter)
    first = next(rows, (0, []))
    texts = [text.strip() for text in first[1]]
    if not texts:
        raise DataError(f"{path}: empty")
    if not fewest <= len(texts) <= MOST_COLUMNS:
        problem = f"{len(texts)} columns, expected {fewest} to {MOST_COLUMNS:,}"
        raise DataError(f"{path}: {problem}")
    has_header = not any(map(is_value, texts)) if header is None else header
    numbers = [str(i) for i in range(1, len(texts) + 1)]
    names = [text or number for text, number in zip(texts, numbers, strict=True)]
    columns = [ColumnBuilder(name) for name in (names if has_header else numbers)]
    lines = _filled(path, columns, rows if has_header else chain([first], rows))
    if not len(lines):
        raise DataError(f"{path}: a header but no rows")
    return RawTable(tuple(c.column() for c in columns), lines, delimiter, has_header)


def is_value(text: str) -> bool:
    """Whether it is a number, or stands for a missing value."""
    try:
        float(text)
    except ValueError:
        return text.casefold() in MISSING
    return True


def _filled(path: Path, columns: list[ColumnBuilder], rows: Iterator[Record]) -> np.ndarray:
    """Give the rows to the columns; returns their lines."""
    width, lines = len(columns), []
    while some := list(islice(rows, ROWS_AT_ONCE)):
        for line, fields in some:
            if len(fields) != width:
                raise DataError(f"{path}: line {line}: {len(fields)} fields, expected {width}")
        lines.append(np.array([line for line, _ in some]))
        texts = zip(*(fields for _, fields in some), strict=True)
        for column, part in zip(columns, texts, strict=True):
            column.add(part)
    return np.concatenate(lines or [np.zeros(0, np.int64)])
