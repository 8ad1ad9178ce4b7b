"""What stands in for the gaps of a table's columns, learned from the rows that are trained on."""

from pathlib import Path

import numpy as np

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.data.table import Table
from tuidl.data.table_layout import InputColumn
from tuidl.data.tables.encoding import fill_inputs
from tuidl.data.tables.filling import filled_with


def filled_columns(path: str | Path, table: Table, train: Array | None) -> list[InputColumn]:
    """The inputs' columns, those with gaps with what stands in. Raises DataError where the rows
    ``train`` have no value to learn that from."""
    columns = []
    for feature in table.features:
        column = feature.column
        if np.isnan(feature.values).any():
            column = filled_with(column, feature.values[train], feature.rule)
            if column.filling is None:
                problem = f"column {column.name!r} has no value in the training part"
                raise DataError(f"{path}: {problem}")
        columns.append(column)
    return columns


def filled(x: Array, table: Table, columns: list[InputColumn]) -> Array:
    """``x`` (rows, width), or a copy without gaps where there are some."""
    original = x
    for column, (feature, places) in zip(columns, table.places, strict=True):
        gaps = np.isnan(feature.values)
        if gaps.any():
            x = x.copy() if x is original else x
            fill_inputs(gaps, column, x[:, places])
    return x
