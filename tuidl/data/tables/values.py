"""Values of programs (numbers, texts, true, dates) as columns of plain numbers and texts."""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.data.tables.header import Header, passed_over
from tuidl.data.tables.raw import RawColumn, RawTable, plain_number

DELIMITER = ","
"""What is taken for the delimiter of a text beside tables that have none."""


def column_of(name: str, values: Sequence[object], *, is_exact: bool = False) -> RawColumn:
    """One value for each row; None is a gap, as an empty field is. A text that is a plain number
    is one, unless texts stay as they are written (``is_exact``)."""
    if set(map(type, values)) <= {int, float}:
        try:
            numbers = np.array(values, np.float64)
        except OverflowError:
            numbers = np.full(len(values), np.nan)
        if np.isfinite(numbers).all():
            return RawColumn(name, numbers, (), np.full(len(values), -1, np.int32))
    texts = list(map(text_of_value, values))
    found = column_of_texts(name, dict.fromkeys(texts), texts, is_exact=is_exact)
    return _with_numbers(found, values) if is_exact else found


def _with_numbers(column: RawColumn, values: Sequence[object]) -> RawColumn:
    """The column with those values as numbers that are such, and no texts."""
    texts = [str(value) if type(value) in (int, float) else "" for value in values]
    known = [plain_number(text) for text in texts]
    found = np.array([np.nan if number is None else number for number in known], np.float64)
    codes = np.where(np.isnan(found), column.codes, -1).astype(np.int32)
    return RawColumn(column.name, found, column.texts, codes)


def column_of_texts(
    name: str,
    different: Sequence[str] | dict[str, Any],
    texts: list[str],
    *,
    is_exact: bool = False,
) -> RawColumn:
    """``different``: the texts, each once. ``is_exact``: none of them is taken for a number."""
    known: dict[str, tuple[float, int]] = {}
    places: dict[str, int] = {}
    for text in different:
        stripped = text.strip()
        number = None if is_exact else plain_number(stripped)
        if number is None:
            known[text] = np.nan, places.setdefault(stripped, len(places))
        else:
            known[text] = number, -1
    numbers = np.fromiter((known[text][0] for text in texts), np.float64, len(texts))
    codes = np.fromiter((known[text][1] for text in texts), np.int32, len(texts))
    return RawColumn(name, numbers, tuple(places), codes)


def text_of_value(value: object) -> str:
    """As it would stand in a field."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time() and value.tzinfo is None
        return value.date().isoformat() if midnight else value.isoformat(" ")
    return str(value)


def table_of(
    path: Path,
    columns: Sequence[RawColumn],
    header: Header,
    lines: Array,
    notes: Sequence[str],
    unread: Mapping[int, str] = MappingProxyType({}),
) -> RawTable:
    """With a note for each column that is passed over, ``unread`` ones (by their places, and why)
    among them. Raises DataError without rows."""
    if not len(lines):
        raise DataError(f"{path}: no rows")
    over = {**passed_over(header, columns), **unread}
    more = [f"column {place + 1} ({why}) passed over" for place, why in over.items()]
    all_notes = (*notes, *more)
    return RawTable(tuple(columns), lines, DELIMITER, header.is_there, all_notes, frozenset(over))
