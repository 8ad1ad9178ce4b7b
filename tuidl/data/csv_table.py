"""A delimited text file as a table of features and one target, ready to become examples."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from tuidl.core.errors import DataError, PresetError, suggestion
from tuidl.data.column import Column
from tuidl.data.paths import Stamp
from tuidl.data.tables.beside import of_rows
from tuidl.data.tables.raw import RawColumn, RawTable
from tuidl.data.tables.reading import read_raw

Array = np.ndarray[Any, np.dtype[Any]]
Missing = Literal["refuse", "mean", "most_frequent", "drop_rows"]
Task = Literal["classification", "regression"]
ColumnName = str | int

MOST_CATEGORIES = 100
MOST_CLASSES = 1000
MOST_GUESSED_CLASSES = 20
"""Different whole numbers in a target that are still taken for classes."""


@dataclass(frozen=True)
class Options:
    """How the file is to be read. ``beside``: columns that are no inputs, each with the key that
    names it."""

    target: ColumnName
    delimiter: str | None
    header: bool | None
    ignore: tuple[ColumnName, ...]
    task: Task | None
    missing: Missing
    beside: tuple[tuple[ColumnName, str], ...] = ()


@dataclass(frozen=True)
class Feature:
    """An input column: numbers (rows,), NaN where missing, or codes (rows,) of ``categories``,
    -1 where missing."""

    name: str
    values: Array
    categories: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """Inputs that it becomes: one for each category."""
        return len(self.categories) or 1


@dataclass(frozen=True)
class Table:
    """``target``: (rows,) numbers, or the places of ``classes``. ``delimiter`` and ``has_header``:
    how the file turned out to be written. ``rows``: which of the file's rows these are; ``lines``
    (rows,): of the file, for errors. ``beside``: the columns that were asked for beside the
    inputs."""

    features: tuple[Feature, ...]
    target: Array
    classes: tuple[str, ...]
    delimiter: str
    has_header: bool
    rows: Array
    beside: tuple[RawColumn, ...] = ()
    lines: Array | None = None


@lru_cache(maxsize=2)
def read_table(stamp: Stamp, options: Options) -> Table:
    """The table in a file, remembered until the file changes.

    Raises DataError where the file is at fault, PresetError where the options are.
    """
    path = Path(stamp[0])
    raw = raw_table(stamp, options)
    columns = _columns(path, raw, options)
    return _finished(path, columns, options, raw)


def raw_table(stamp: Stamp, options: Options) -> RawTable:
    """The file as it is, with all of its columns. Raises DataError."""
    return read_raw(stamp, options.delimiter, _header(options))


@dataclass(frozen=True)
class _Columns:
    """``used``: the columns that are read, by their place; ``target``: the target's place;
    ``beside``: places of those that are no inputs."""

    used: dict[int, Column]
    target: int
    beside: tuple[int, ...] = ()


def _header(options: Options) -> bool | None:
    """Whether there is one: surely if a column is named by a text."""
    named = any(isinstance(name, str) for name in (options.target, *options.ignore))
    named = named or any(isinstance(name, str) for name, _ in options.beside)
    return True if options.header is None and named else options.header


def _columns(path: Path, raw: RawTable, options: Options) -> _Columns:
    """The columns that are used. Raises DataError or PresetError."""
    names = [column.name for column in raw.columns]
    if twice := [name for i, name in enumerate(names) if name in names[:i]]:
        raise DataError(f"{path}: line 1: two columns are named {twice[0]!r}")
    target = _place(options.target, names, raw.has_header, "data.target")
    ignored = {_place(name, names, raw.has_header, "data.ignore") for name in options.ignore}
    if target in ignored:
        raise PresetError("data.ignore", f"{names[target]!r} is the target")
    beside = tuple(_place(name, names, raw.has_header, key) for name, key in options.beside)
    for (_, key), place in zip(options.beside, beside, strict=True):
        if place == target:
            raise PresetError(key, f"{names[target]!r} is the target")
    used = {
        i: Column(column, raw.lines, MOST_CLASSES if i == target else MOST_CATEGORIES)
        for i, column in enumerate(raw.columns)
        if i not in ignored and i not in beside
    }
    if len(used) < 2:
        raise PresetError("data.ignore", "leaves no column to learn from")
    return _Columns(used, target, beside)


def _place(name: ColumnName, names: list[str], has_header: bool, key: str) -> int:
    """The place of a column, counted from 0. Raises PresetError where there is none."""
    if isinstance(name, int):
        if name > len(names):
            raise PresetError(key, f"no column {name}: there are {len(names)}, counted from 1")
        return name - 1
    if not has_header:
        raise PresetError(key, f"no column {name!r}: the file has no header; give a number from 1")
    if name not in names:
        raise PresetError(key, f"no column {name!r}{suggestion(name, names[:50])}")
    return names.index(name)


def _finished(path: Path, columns: _Columns, options: Options, raw: RawTable) -> Table:
    used = list(columns.used.values())
    _check_missing(path, used, columns.used[columns.target], options.missing)
    target, classes = _target(path, columns.used[columns.target], options.task)
    features = [
        _feature(path, column) for place, column in columns.used.items() if place != columns.target
    ]
    rows = np.arange(len(target))
    if options.missing == "drop_rows":
        kept = ~np.isnan(target)
        for feature in features:
            kept &= ~missing_in(feature)
        if not kept.any():
            raise DataError(f"{path}: every row lacks a value: dropping them leaves none")
        target, rows = target[kept], rows[kept]
        features = [Feature(f.name, f.values[kept], f.categories) for f in features]
    numbers = target.astype(np.float32)
    beside = tuple(of_rows(raw.columns[place], rows) for place in columns.beside)
    written = raw.delimiter, raw.has_header
    return Table(tuple(features), numbers, classes, *written, rows, beside, raw.lines[rows])


def missing_in(feature: Feature) -> Array:
    """(rows,) where the feature has no value."""
    known: Array = feature.values < 0 if feature.categories else np.isnan(feature.values)
    return known


def _check_missing(path: Path, used: list[Column], target: Column, missing: Missing) -> None:
    """Raises DataError where values are missing that nothing is to be put in the place of."""
    lacking = [column for column in used if column.missing]
    if missing == "refuse" and lacking:
        first = min(lacking, key=lambda column: column.first_missing)
        count = sum(column.missing for column in lacking)
        raise DataError(
            f"{path}: line {first.first_missing}, column {first.name!r}: no value ({count} missing "
            f"in {len(lacking)} columns); say data.missing = 'mean', 'most_frequent' or 'drop_rows'"
        )
    if missing in ("mean", "most_frequent") and target.missing:
        raise DataError(
            f"{path}: line {target.first_missing}: no target {target.name!r} ({target.missing} "
            "missing), and targets are not made up; say data.missing = 'drop_rows'"
        )


def _feature(path: Path, column: Column) -> Feature:
    if column.is_number:
        numbers = column.numbers()
        if np.isnan(numbers).all():
            raise DataError(f"{path}: column {column.name!r} has no values; ignore it")
        with np.errstate(over="ignore"):
            values = numbers.astype(np.float32)
        if np.isinf(values).any():
            raise DataError(f"{path}: column {column.name!r} has numbers too large for float32")
        return Feature(column.name, values)
    categories, codes = column.categories(path)
    return Feature(column.name, codes, categories)


def _target(path: Path, column: Column, task: Task | None) -> tuple[Array, tuple[str, ...]]:
    """Numbers, or places and names of classes; NaN where missing. Raises DataError."""
    if not column.is_number:
        if task == "regression":
            line, text = column.stray or (0, "")
            problem = f"{text[:60]!r} is no number, as data.task = 'regression' needs"
            raise DataError(f"{path}: line {line}, column {column.name!r}: {problem}")
        names, codes = column.categories(path)
        return _classes(path, column, np.where(codes < 0, np.nan, codes), names)
    numbers = column.numbers()
    different = np.unique(numbers[~np.isnan(numbers)])
    are_whole = bool((different == np.round(different)).all())
    if task is None:
        task = "classification" if are_whole and len(different) <= MOST_GUESSED_CLASSES else None
    if task != "classification":
        return numbers, ()
    if not are_whole or len(different) > MOST_CLASSES:
        problem = f"no classes: expected texts or at most {MOST_CLASSES} different whole numbers"
        raise DataError(f"{path}: column {column.name!r}: {problem}")
    places = np.searchsorted(different, numbers).astype(np.float64)
    names = tuple(str(int(number)) for number in different)
    return _classes(path, column, np.where(np.isnan(numbers), np.nan, places), names)


def _classes(
    path: Path, column: Column, places: Array, names: tuple[str, ...]
) -> tuple[Array, tuple[str, ...]]:
    if strange := [name for name in names if not name.isprintable()]:
        raise DataError(
            f"{path}: column {column.name!r}: {strange[0][:60]!r} is no name of a class"
        )
    if len(names) < 2:
        raise DataError(f"{path}: column {column.name!r}: one class only, nothing to tell apart")
    return places, names
