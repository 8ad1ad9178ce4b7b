"""Arrays and data frames that are handed over in Python, as files that a preset's data can name.

A data frame is anything with ``columns`` and a column for each of their names, as in pandas and
Polars; a mapping from names to columns is one, too. It becomes a CSV file, so that its columns are
read by the rules of tables; arrays become an .npz file. Numbers keep every bit.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tuidl.core.errors import DataError, suggestion
from tuidl.core.lazy import Array
from tuidl.storage.contents import GIVEN_ARRAYS, GIVEN_TABLE

Columns = dict[str, Sequence[Any]]

TARGET, WEIGHT = "target", "weight"
NOTHING = ("NAType", "NaTType", "NoneType")
"""Types of what stands for no value, besides NaN."""


def is_frame(x: Any) -> bool:
    return isinstance(x, Mapping) or (hasattr(x, "columns") and not isinstance(x, np.ndarray))


def write_given(x: Any, y: Any, folder: Path, weight: Any = None) -> dict[str, Any]:
    """Write them into ``folder``; returns what a preset's ``data`` says of them.

    ``y``: an array or a column, or the name of a column of ``x``; so is ``weight``, of the
    examples. Raises DataError.
    """
    if is_frame(x) or _is_text(y):
        columns = columns_of(x)
        target = _added(columns, y, "y", TARGET)
        given = {"source": "csv", "path": str(folder / GIVEN_TABLE), "target": target}
        if weight is not None:
            given["weight"] = _added(columns, weight, "sample_weight", WEIGHT)
        write_table(columns, folder / GIVEN_TABLE)
        return given
    if y is None or isinstance(y, str):
        raise DataError("y: expected an array of targets; a column's name goes with a data frame")
    inputs, targets = _numbers(x, "x"), _numbers(y, "y")
    if len(inputs) != len(targets):
        raise DataError(f"x has {len(inputs)} examples, but y has {len(targets)}")
    given, arrays = (
        {"source": "npz", "path": str(folder / GIVEN_ARRAYS)},
        {"x": inputs, "y": targets},
    )
    if weight is not None:
        given["weight"] = WEIGHT
        arrays[WEIGHT] = _numbers(weight, "sample_weight")
    np.savez(folder / GIVEN_ARRAYS, allow_pickle=False, **arrays)
    return given


def columns_of(x: Any, names: Sequence[str] = ()) -> Columns:
    """The columns of a data frame by their names, or of an array (examples, columns), which are
    called by ``names`` or their numbers. Raises DataError."""
    if is_frame(x):
        keys = list(x) if isinstance(x, Mapping) else list(x.columns)
        columns: Columns = {str(key): _values(x[key]) for key in keys}
        if len(columns) < len(keys):
            raise DataError("x: two columns have the same name")
        return columns
    values = np.asarray(x)
    if values.ndim != 2:
        problem = f"x: expected (examples, columns) beside names as targets, got {values.shape}"
        raise DataError(f"{problem}; number the classes from 0")
    if names and len(names) != values.shape[1]:
        raise DataError(f"x: {values.shape[1]} columns, expected {len(names)}: {', '.join(names)}")
    called = names or [str(i) for i in range(1, values.shape[1] + 1)]
    return {name: values[:, i].tolist() for i, name in enumerate(called)}


def write_table(columns: Columns, path: Path) -> None:
    """Write columns as CSV. Raises DataError."""
    counts = {name: len(values) for name, values in columns.items()}
    if len(set(counts.values())) != 1:
        said = ", ".join(f"{name!r} has {count}" for name, count in [*counts.items()][:5])
        raise DataError(f"x: expected columns of one length, at least one; {said or 'got none'}")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*(map(_cell, values) for values in columns.values()), strict=True))


def _added(columns: Columns, values: Any, what: str, name: str) -> str:
    """The name of a column that is named, or that is added. ``what``: it is, in errors; ``name``:
    that it gets where it has none. Raises DataError."""
    if isinstance(values, str):
        if values not in columns:
            near = suggestion(values, tuple(columns)[:50])
            raise DataError(f"{what}: x has no column {values!r}{near}")
        return values
    if values is None:
        raise DataError(f"{what}: which column of x is the target?")
    name = str(getattr(values, "name", None) or name)
    while name in columns:
        name += "_"
    columns[name] = _values(values)
    return name


def _values(column: Any) -> Sequence[Any]:
    """A list of one value for each example. Raises DataError for another shape."""
    values = np.asarray(column)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1:
        raise DataError(f"a column of shape {values.shape}, expected one value for each example")
    if values.dtype.kind == "M":
        return [str(value) for value in values]
    listed: list[Any] = values.tolist()
    return listed


def _is_text(y: Any) -> bool:
    return y is not None and not isinstance(y, str) and np.asarray(y).dtype.kind in "OUS"


def _numbers(values: Any, name: str) -> Array:
    """Raises DataError for what is no array of real numbers."""
    array = np.asarray(values)
    if array.dtype.kind not in "biuf" or not array.ndim or not array.size:
        what = f"{array.dtype} of shape {array.shape}"
        raise DataError(f"{name}: expected numbers (examples, ...), got {what}")
    return array


def _cell(value: Any) -> Any:
    if type(value).__name__ in NOTHING or (isinstance(value, float) and value != value):
        return ""
    text = value.decode() if isinstance(value, bytes) else value
    return text.replace("\0", "") if isinstance(text, str) else text


def class_texts(y: Any) -> Iterator[str]:
    """What classes are called in a file: 3 and 3.0 are "3"."""
    for value in np.asarray(y).reshape(-1).tolist():
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        yield str(int(value)) if is_number and value == int(value) else str(_cell(value))
