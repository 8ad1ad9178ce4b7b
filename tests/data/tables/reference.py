"""A plain reader of generated tables, which knows how they are written: csv, datetime, and
scikit-learn for what is learned from the training part."""

import csv
import io
import math
from collections.abc import Callable
from datetime import datetime
from fractions import Fraction
from typing import Any

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from tests.data.tables.generated import NUMBER_GAPS, Generated, Written

Array = np.ndarray[Any, np.dtype[Any]]
Parsed = dict[str, Array]
RULES = {"mean": "mean", "median": "median", "most_frequent": "most_frequent"}
NONE = {text.casefold() for text in NUMBER_GAPS}
NO_CATEGORY = {"", "na", "n/a", "nan", "?", "null", "#n/a"}


def parsed(table: Generated) -> Parsed:
    """Every column (rows,): numbers, days since 1970, or places of categories; NaN for gaps."""
    rows = list(csv.reader(io.StringIO(table.text), delimiter=table.place.delimiter))
    columns = (*table.columns, table.target)
    fields = zip(*rows[1:], strict=True)
    return {
        column.name: np.array([_value(column, text.strip(), table) for text in texts])
        for column, texts in zip(columns, fields, strict=True)
    }


def _value(column: Written, text: str, table: Generated) -> float:
    if text.casefold() in (NO_CATEGORY if column.kind == "category" else NONE):
        return math.nan
    if column.kind == "category":
        if column.name in table.settings and table.settings[column.name].merge_spellings:
            return float([name.lower().replace("è", "e") for name in column.names].index(
                text.lower().replace("è", "e")
            ))  # fmt: skip
        return float(column.names.index(text))
    if column.kind == "date":
        passed = datetime.strptime(text, column.pattern) - datetime(1970, 1, 1)
        return passed.total_seconds() / 86_400
    if column.kind == "time":
        hours, minutes = text.split(":")
        return int(hours) + int(minutes) / 60
    if column.pattern == ":":
        hours, minutes, seconds = map(int, text.split(":"))
        return hours * 3600.0 + minutes * 60 + seconds
    if column.pattern == "m":
        minutes, seconds = map(int, text[:-1].split("m"))
        return minutes * 60.0 + seconds
    if column.pattern == "/":
        return float(sum(map(Fraction, text.split())))
    text = text.replace(column.unit, "") if column.unit else text
    text = text.replace(table.place.groups, "") if table.place.groups else text
    return float(text.replace(table.place.decimal, "."))


def used_rows(table: Generated, values: Parsed) -> Array:
    """Rows with a target, and without gaps where those are dropped."""
    kept = ~np.isnan(values["y"])
    for column in table.columns:
        if (column.missing or table.missing) == "drop_rows":
            kept &= ~np.isnan(values[column.name])
    return np.flatnonzero(kept)


def inputs(table: Generated, values: Parsed, train: Array, rows: Array) -> Array:
    """(rows, width) before scaling; what fills gaps is learned from the rows ``train``."""
    parts = []
    for column in table.columns:
        known = values[column.name][rows]
        filled = _filled(column, known, train, column.missing or table.missing)
        parts.append(_expanded(column, filled, values[column.name]))
        if table.indicator and np.isnan(known).any():
            parts.append(np.isnan(known).astype(float)[:, None])
    return np.concatenate(parts, axis=1)


def scaled(x: Array, train: Array, normalize: str) -> Array:
    if normalize == "none":
        return x
    scaler = StandardScaler() if normalize == "standard" else MinMaxScaler()
    found: Array = scaler.fit(x[train]).transform(x)
    return found


def _filled(column: Written, values: Array, train: Array, rule: str) -> Array:
    """NaN stays where nothing is filled in, or zeros are, which is done later."""
    if rule in ("drop_rows", "zero"):
        return np.nan_to_num(values) if column.kind in ("number", "time") else values
    if column.kind == "category":
        rule = "most_frequent"
    imputer = SimpleImputer(strategy=RULES[rule]).fit(values[train][:, None])
    found: Array = imputer.transform(values[:, None])[:, 0]
    return found


def _expanded(column: Written, values: Array, of_file: Array) -> Array:
    """What a value becomes; zeros where there is none. Dates are counted from the file's first."""
    if column.kind == "number":
        return values[:, None]
    if column.kind == "time":
        turns = values * 2 * np.pi / 24
        return np.stack([np.sin(turns), np.cos(turns)], axis=1)
    if column.kind == "category":
        return (values[:, None] == np.arange(len(column.names))).astype(float)
    days = of_file[~np.isnan(of_file)]
    first, has_time = math.floor(days.min()), bool((days % 1).any())
    width = 10 if has_time else 8
    none: list[float] = [0.0] * width
    rows = [none if math.isnan(day) else _date(day, first, has_time) for day in values.tolist()]
    return np.array(rows)


def _date(days: float, first: int, has_time: bool) -> list[float]:
    day = datetime.fromordinal(math.floor(days) + datetime(1970, 1, 1).toordinal())
    start = datetime.fromordinal(first + datetime(1970, 1, 1).toordinal())
    turns = [
        (day.month - 1) / 12,
        day.weekday() / 7,
        (day.timetuple().tm_yday - 1) / 365.2425,
    ]
    circles: Callable[[float], list[float]] = lambda turn: [  # noqa: E731
        math.sin(2 * math.pi * turn), math.cos(2 * math.pi * turn),
    ]  # fmt: skip
    found = [float(day.year - start.year), *(c for turn in turns for c in circles(turn))]
    found.append((days - first) / 365.2425)
    return found + (circles(days % 1) if has_time else [])
