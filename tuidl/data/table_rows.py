"""Rows of a text file as inputs of a network that was trained on another such file."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from tuidl.core.errors import DataError, guess
from tuidl.core.limits import FLOAT_BYTES, check_memory
from tuidl.data.column import MISSING, number_of
from tuidl.data.csv_file import MOST_COLUMNS, Block, blocks, lines_of, records, sniffed
from tuidl.data.csv_table import is_value
from tuidl.data.files import file_status
from tuidl.data.table_layout import InputColumn, TableLayout

Array = np.ndarray[Any, np.dtype[Any]]

BYTES_WHILE_READING = 12
"""Memory taken for each byte of the file, at most: "1," becomes a float64 and its text."""

LARGEST = float(np.finfo(np.float32).max)


def read_rows(path: Path, layout: TableLayout) -> Array:
    """Inputs (rows, width), float32, as training had them before scaling.

    Columns are found by their names; those that were not learned from are passed over. Raises
    DataError.
    """
    size = file_status(path).st_size
    check_memory(BYTES_WHILE_READING * size, f"{path}", "use a smaller file")
    delimiter = _delimiter(path, layout)
    rows = records(path, delimiter)
    first = [text.strip() for text in next(rows, (0, []))[1]]
    if not 1 <= len(first) <= MOST_COLUMNS:
        raise DataError(f"{path}: {len(first)} columns, expected 1 to {MOST_COLUMNS:,}")
    places = _places(path, first, layout)
    if not layout.has_header and any(map(is_value, first)):
        rows = records(path, delimiter)
    lines = blocks(path, rows, width=len(first))
    parts = [_encoded(path, block, layout, places) for block in _within_memory(path, lines, layout)]
    if not parts:
        raise DataError(f"{path}: no rows to predict")
    return np.concatenate(parts)


def _delimiter(path: Path, layout: TableLayout) -> str:
    """That of training, or another one where the first line has none of that."""
    if layout.delimiter not in next(lines_of(path), ""):
        with suppress(DataError):
            return sniffed(path)
    return layout.delimiter


def _within_memory(path: Path, rows: Iterator[Block], layout: TableLayout) -> Iterator[Block]:
    """The blocks, as long as the inputs that they become can be held."""
    width, count = sum(column.width for column in layout.columns), 0
    for block in rows:
        count += len(block.lines)
        check_memory(2 * FLOAT_BYTES * count * width, f"{path}", "use a smaller file")
        yield block


def _places(path: Path, first: list[str], layout: TableLayout) -> list[int]:
    """Where each of the layout's columns stands. Raises DataError where one is missing."""
    wanted = [column.name for column in layout.columns]
    if not layout.has_header and len(first) == len(wanted):
        return list(range(len(wanted)))
    names = first if layout.has_header else [str(i) for i in range(1, len(first) + 1)]
    for name in wanted:
        if name not in names:
            raise DataError(
                f"{path}: no column {name!r}, which the network was trained on"
                f"{guess(name, names)} (columns here: {', '.join(names[:50])}; "
                f"expected: {', '.join(wanted[:50])})"
            )
        if names.count(name) > 1:
            raise DataError(f"{path}: line 1: two columns are named {name!r}")
    return [names.index(name) for name in wanted]


def _encoded(path: Path, block: Block, layout: TableLayout, places: list[int]) -> Array:
    """Inputs (rows, width) of some rows."""
    x = np.zeros((len(block.lines), sum(c.width for c in layout.columns)), np.float32)
    start = 0
    for column, place in zip(layout.columns, places, strict=True):
        for row, (line, text) in enumerate(zip(block.lines, block.columns[place], strict=True)):
            where = f"{path}: line {line}, column {column.name!r}"
            value = _value(column, text.strip(), where)
            if isinstance(value, str):
                x[row, start + _category(column, value, where)] = 1
            else:
                x[row, start] = value
        start += column.width
    return x


def _value(column: InputColumn, text: str, where: str) -> str | float:
    """A category's text, or a number; the filling where the value is missing."""
    if text.casefold() in MISSING and text not in column.categories:
        if column.filling is None:
            raise DataError(f"{where}: no value")
        return column.filling
    if column.categories:
        return text
    number = number_of(text)
    if number is None or abs(number) > LARGEST:
        raise DataError(f"{where}: {text[:60]!r}, expected a number that float32 can hold")
    return number


def _category(column: InputColumn, text: str, where: str) -> int:
    if text not in column.categories:
        raise DataError(
            f"{where}: {text[:60]!r} was not there in training{guess(text, column.categories)} "
            f"(known: {', '.join(column.categories[:50])})"
        )
    return column.categories.index(text)
