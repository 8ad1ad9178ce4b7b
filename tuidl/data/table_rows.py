"""Rows of a text file as inputs of a network that was trained on another such file."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from tuidl.core.errors import DataError, guess
from tuidl.core.limits import FLOAT_BYTES, check_memory
from tuidl.data.column import number_of
from tuidl.data.encoded_rows import EncodedRows
from tuidl.data.paths import stamp
from tuidl.data.table_layout import InputColumn, TableLayout
from tuidl.data.tables.delimited import lines_of, sniffed
from tuidl.data.tables.raw import RawColumn, RawTable, plain_number, text_of
from tuidl.data.tables.reading import MISSING, read_raw

Array = np.ndarray[Any, np.dtype[Any]]

LARGEST = float(np.finfo(np.float32).max)


def read_rows(path: Path, layout: TableLayout) -> EncodedRows:
    """Inputs (rows, width), float32, as training had them before scaling.

    Columns are found by their names; those that were not learned from are passed over. A row with a
    value that cannot be taken is marked. Raises DataError where the file is at fault, or no row can
    be taken.
    """
    now = stamp(str(path))
    raw = read_raw(now, _delimiter(path, layout), True if layout.has_header else None, fewest=1)
    width = sum(column.width for column in layout.columns)
    check_memory(2 * FLOAT_BYTES * len(raw.lines) * width, f"{path}", "use a smaller file")
    x = np.zeros((len(raw.lines), width), np.float32)
    start, problems = 0, dict[int, str]()
    for column, place in zip(layout.columns, _places(path, raw, layout), strict=True):
        part = x[:, start : start + column.width]
        for rows, problem in _encode(column, raw.columns[place], part):
            for row in np.flatnonzero(rows).tolist():
                where = f"{path}: line {raw.lines[row]}, column {column.name!r}"
                problems.setdefault(row, f"{where}: {problem}")
        start += column.width
    return EncodedRows(x, raw, problems)


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


Problems = Iterator[tuple[Array, str]]
"""Rows (a mask) that cannot be taken, and why."""


def _encode(column: InputColumn, raw: RawColumn, x: Array) -> Problems:
    """Write one column's inputs into ``x`` (rows, width)."""
    is_text = raw.codes >= 0
    given = [_given(column, text) for text in raw.texts]
    for code, value in enumerate(given):
        if isinstance(value, DataError):
            rows = raw.codes == code
            yield rows, str(value)
            given[code] = 0
    if column.categories:
        yield from _encode_categories(column, raw, given, x)
        return
    values = np.where(is_text, np.array([*given, 0.0], np.float64)[raw.codes], raw.numbers)
    too_large = np.abs(values) > LARGEST
    for row in np.flatnonzero(too_large).tolist():
        rows = np.zeros(len(values), bool)
        rows[row] = True
        yield rows, _no_number(text_of(values[row]))
    x[:, 0] = np.where(too_large, 0.0, values)


def _encode_categories(column: InputColumn, raw: RawColumn, given: list[Any], x: Array) -> Problems:
    """``given``: the category's place for each text."""
    places = np.array([*given, 0], np.intp)[raw.codes]
    is_number = raw.codes < 0
    for number in np.unique(raw.numbers[is_number]):
        rows = is_number & (raw.numbers == number)
        try:
            places[rows] = _category(column, _named(column, number))
        except DataError as error:
            yield rows, str(error)
    x[np.arange(len(x)), places] = 1


def _named(column: InputColumn, number: float) -> str:
    """The category that is written as a number: 1.50 is 1.5."""
    text = text_of(number)
    if text in column.categories:
        return text
    return next((c for c in column.categories if plain_number(c) == number), text)


def _given(column: InputColumn, text: str) -> float | int | DataError:
    """A category's place, or a number; that of the filling where the value is missing."""
    try:
        value: str | float = text
        if text.casefold() in MISSING and text not in column.categories:
            if column.filling is None:
                raise DataError("no value")
            value = column.filling
        if isinstance(value, float):
            return value
        return _category(column, value) if column.categories else _number(value)
    except DataError as error:
        return error


def _number(text: str) -> float:
    number = number_of(text)
    if number is None or abs(number) > LARGEST:
        raise DataError(_no_number(text))
    return number


def _no_number(text: str) -> str:
    return f"{text[:60]!r}, expected a number that float32 can hold"


def _category(column: InputColumn, text: str) -> int:
    if text not in column.categories:
        raise DataError(
            f"{text[:60]!r} was not there in training{guess(text, column.categories)} "
            f"(known: {', '.join(column.categories[:50])})"
        )
    return column.categories.index(text)
