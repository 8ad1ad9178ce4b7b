"""Columns of a table that are no inputs but say something of each example: group and weight."""

from dataclasses import replace

import numpy as np

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.data.tables.kinds import read_column
from tuidl.data.tables.raw import RawColumn
from tuidl.data.tables.reading import MISSING
from tuidl.data.tables.settings import ColumnSettings


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


def weights_of(path: str, column: RawColumn, lines: Array, key: str) -> Array:
    """(rows,) float64: numbers of at least 0, one of them larger.

    ``lines`` and ``key`` as in ``keys_of``. Raises DataError where a row has no such number.
    """
    reading = read_column(column, ColumnSettings(said="number"))
    where = f"{path}: column {column.name!r}"
    if reading.values is None or reading.problem:
        raise DataError(f"{where}: {reading.problem}; {key} needs numbers")
    weights = reading.values.values
    wrong = ~(weights >= 0)
    if wrong.any():
        place = int(wrong.argmax())
        found = "no value" if np.isnan(weights[place]) else f"{weights[place]:g}"
        where = f"{path}: line {lines[place]}, column {column.name!r}"
        raise DataError(f"{where}: {found}; {key} needs numbers of at least 0")
    if not weights.any():
        raise DataError(f"{where}: all weights are 0; {key} needs one above it")
    return weights
