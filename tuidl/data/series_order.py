"""The rows of time series in their order: newest first or last, and gaps in what is predicted."""

from typing import Literal

import numpy as np

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.data.table import Table
from tuidl.data.tables.kinds import read_column
from tuidl.data.tables.settings import AS_FOUND

Gaps = Literal["refuse", "previous", "linear"]


def in_order(series: Array, *, is_reversed: bool) -> Array:
    """(rows,) the rows series after series, each from the oldest on. ``series`` (rows,): a number
    for each row's series; ``is_reversed``: the newest row of each comes first."""
    if not is_reversed:
        return np.argsort(series, kind="stable")
    last = len(series) - 1
    order: Array = last - np.argsort(series[::-1], kind="stable")
    return order


def filled(values: Array, series: Array, order: Array, gaps: Gaps, where: str) -> Array:
    """``values`` (rows,) without gaps: the value before, or a straight line between neighbours; a
    gap at the end has the value before it either way.

    ``where``: the file, for errors. Raises DataError for a gap before the first value of a series.
    """
    known = values.copy()
    for one in np.unique(series):
        rows = order[series[order] == one]
        there = np.flatnonzero(~np.isnan(values[rows]))
        if not len(there) or there[0] > 0:
            problem = "the first value of a series is missing, and nothing stands before it"
            raise DataError(f"{where}: {problem}")
        places = np.arange(len(rows))
        if gaps == "linear":
            known[rows] = np.interp(places, there, values[rows][there])
        else:
            known[rows] = values[rows][there[np.searchsorted(there, places, "right") - 1]]
    return known


def newest_first(table: Table, series: Array) -> str:
    """The column of dates that fall from row to row in every series, "" where there is none."""
    order = in_order(series, is_reversed=False)
    same = series[order][1:] == series[order][:-1]
    for place, raw in enumerate(table.raw.columns):
        if place in table.chosen.targets:
            continue
        reading = read_column(raw, AS_FOUND)
        if reading.kind != "date" or reading.values is None:
            continue
        dates = reading.values.values[table.rows][order]
        steps = (dates[1:] - dates[:-1])[same]
        steps = steps[~np.isnan(steps)]
        if len(steps) and (steps <= 0).all() and (steps < 0).any():
            return raw.name
    return ""
