"""Rows of a text file as inputs of a network that was trained on another such file."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from tuidl.core.errors import DataError, guess
from tuidl.core.limits import FLOAT_BYTES, check_memory
from tuidl.data.column import number_of
from tuidl.data.paths import stamp
from tuidl.data.table_layout import InputColumn, TableLayout
from tuidl.data.tables.delimited import lines_of, sniffed
from tuidl.data.tables.raw import RawColumn, RawTable, plain_number, text_of
from tuidl.data.tables.reading import MISSING, read_raw

Array = np.ndarray[Any, np.dtype[Any]]

LARGEST = float(np.finfo(np.float32).max)


def read_rows(path: Path, layout: TableLayout) -> Array:
    """Inputs (rows, width), float32, as training had them before scaling.

    Columns are found by their names; those that were not learned from are passed over. Raises
    DataError.
    """
    now = stamp(str(path))
    raw = read_raw(now, _delimiter(path, layout), True if layout.has_header else None, fewest=1)
    width = sum(column.width for column in layout.columns)
    check_memory(2 * FLOAT_BYTES * len(raw.lines) * width, f"{path}", "use a smaller file")
    x = np.zeros((len(raw.lines), width), np.float32)
    start = 0
    for column, place in zip(layout.columns, _places(path, raw, layout), strict=True):
        part = x[:, start : start + column.width]
        _encode(path, column, raw.columns[place], raw.lines, part)
        start += column.width
    return x


def _delimiter(path: Path, layout: TableLayout) -> str:
    """That of training, or another one where the first line has none of that."""
    if layout.delimiter not in next(lines_of(path), ""):
        with suppress(DataError):
            return sniffed(path)
    return layout.delimiter


def _places(path: Path, raw: RawTable, layout: TableLayout) -> list[int]:
    """Where each of the layout's columns stands. Raises DataError where one is missing."""
    wanted = [column.name for column in layout.columns]
    if not layout.has_header and len(raw.columns) == len(wanted):
        return list(range(len(wanted)))
    names = [column.name for column in raw.columns]
    if not layout.has_header:
        names = [str(i) for i in range(1, len(names) + 1)]
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


def _encode(path: Path, column: InputColumn, raw: RawColumn, lines: Array, x: Array) -> None:
    """Write one column's inputs into ``x`` (rows, width). Raises DataError, naming the line."""
    is_number = raw.codes < 0
    used = np.unique(raw.codes[~is_number])
    for code in used[np.argsort([(raw.codes == c).argmax() for c in used])]:
        rows = raw.codes == code
        where = f"{path}: line {lines[rows.argmax()]}, column {column.name!r}"
        _put(column, _value(column, raw.texts[code], where), where, x, rows)
    if not column.categories:
        numbers = raw.numbers[is_number]
        if (large := np.abs(numbers) > LARGEST).any():
            line = lines[is_number][large.argmax()]
            where = f"{path}: line {line}, column {column.name!r}"
            raise _no_number(text_of(numbers[large.argmax()]), where)
        x[is_number, 0] = numbers
        return
    for number in np.unique(raw.numbers[is_number]):
        rows = raw.numbers == number
        where = f"{path}: line {lines[rows.argmax()]}, column {column.name!r}"
        _put(column, _named(column, number), where, x, rows)


def _put(column: InputColumn, value: str | float, where: str, x: Array, rows: Array) -> None:
    if isinstance(value, str):
        x[rows, _category(column, value, where)] = 1
    else:
        x[rows, 0] = value


def _named(column: InputColumn, number: float) -> str:
    """The category that is written as a number: 1.50 is 1.5."""
    text = text_of(number)
    if text in column.categories:
        return text
    return next((c for c in column.categories if plain_number(c) == number), text)


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
        raise _no_number(text, where)
    return number


def _no_number(text: str, where: str) -> DataError:
    return DataError(f"{where}: {text[:60]!r}, expected a number that float32 can hold")


def _category(column: InputColumn, text: str, where: str) -> int:
    if text not in column.categories:
        raise DataError(
            f"{where}: {text[:60]!r} was not there in training{guess(text, column.categories)} "
            f"(known: {', '.join(column.categories[:50])})"
        )
    return column.categories.index(text)
