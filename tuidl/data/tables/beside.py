"""Columns of a table that are no inputs but say something of each example: its group."""

from dataclasses import replace
from typing import Any

import numpy as np

from tuidl.core.errors import DataError
from tuidl.data.tables.raw import RawColumn
from tuidl.data.tables.reading import MISSING

Array = np.ndarray[Any, np.dtype[Any]]


def of_rows(column: RawColumn, rows: Array) -> RawColumn:
    """The column at those rows."""
    return replace(column, numbers=column.numbers[rows], codes=column.codes[rows])


def keys_of(path: str, column: RawColumn, lines: Array, key: str) -> Array:
    """(rows,) a number for each group: rows have the same where the column has the same value.

    ``lines`` (rows,): of the file, and ``key``, which needs the column, for errors. Raises
    DataError where a row has no value.
    """
    known = np.array([text.casefold() not in MISSING for text in column.texts] + [True])
    if not known[column.codes].all():
        line = lines[(~known[column.codes]).argmax()]
        problem = f"no value, which {key} needs"
        raise DataError(f"{path}: line {line}, column {column.name!r}: {problem}")
    is_text = column.codes >= 0
    numbers, keys = np.unique(np.where(is_text, 0.0, column.numbers), return_inverse=True)
    groups: Array = np.where(is_text, len(numbers) + column.codes, keys)
    return groups
