"""Windows of a new table for a network that was trained on windows of another one."""

from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.data.series_order import filled, in_order
from tuidl.data.table_layout import TableLayout
from tuidl.data.table_rows import read_rows
from tuidl.data.tables.beside import keys_of
from tuidl.data.tables.encoding import values_of
from tuidl.data.tables.header import normal_name
from tuidl.data.tables.raw import RawTable, text_of
from tuidl.data.windows import Windows


@dataclass(frozen=True)
class SeriesRows:
    """``x`` (n, window, width) float64: inputs before scaling. ``names``: what each window comes
    before. ``y`` (n, horizon): what followed, where that was asked for. ``problems``: why a window
    cannot be taken, by its place from 0 on."""

    x: Array
    names: tuple[str, ...]
    y: Array | None = None
    problems: dict[int, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Rows:
    """``x`` (rows, width), the target's own past as the last column; ``real`` (rows,): where the
    target was there; ``series`` and ``order``: as ``series_order`` has them."""

    x: Array
    real: Array
    series: Array
    order: Array
    table: RawTable
    problems: dict[int, str]


def next_windows(path: Path, layout: TableLayout) -> SeriesRows:
    """The last rows of each series, which the network predicts the next values from.

    Raises DataError where the file is at fault, or no series is long enough.
    """
    rows = _read(path, layout)
    x, names, problems = list[Array](), list[str](), dict[int, str]()
    for one in np.unique(rows.series):
        own = rows.order[rows.series[rows.order] == one]
        name = _name(rows, layout, own)
        if len(own) < layout.window:
            problems[len(x)] = (
                f"{path}: {name}: {len(own)} rows, and the network sees {layout.window}"
            )
        last = np.resize(own, layout.window) if len(own) < layout.window else own[-layout.window :]
        for row in last.tolist():
            if row in rows.problems:
                problems.setdefault(len(x), rows.problems[row])
        x.append(rows.x[last])
        names.append(name)
    if len(problems) == len(x):
        raise DataError(problems[0])
    return SeriesRows(np.stack(x), tuple(names), None, problems, rows.table.notes)


def all_windows(path: Path, layout: TableLayout, horizon: int) -> SeriesRows:
    """Every window that has ``horizon`` values behind it, all of them real. Raises DataError."""
    rows = _read(path, layout)
    windows = Windows.of(rows.series, layout.window + horizon, rows.order)
    windows = windows.where_real(rows.real, layout.window, horizon)
    every = np.arange(len(windows.starts))
    seen = windows.rows(every, 0, layout.window)
    ahead = windows.rows(every, layout.window, horizon)
    problems = {
        place: rows.problems[row]
        for place, own in enumerate(np.concatenate([seen, ahead], axis=1).tolist())
        for row in own
        if row in rows.problems
    }
    names = tuple(f"line {line}" for line in rows.table.lines[ahead[:, 0]].tolist())
    return SeriesRows(rows.x[seen], names, rows.x[ahead, -1], problems, rows.table.notes)


def _read(path: Path, layout: TableLayout) -> _Rows:
    """Raises DataError."""
    *others, target = layout.columns
    fillable = layout.gaps != "refuse"
    stand_in = msgspec.structs.replace(target, filling=0.0 if fillable else None)
    read = read_rows(path, msgspec.structs.replace(layout, columns=(*others, stand_in)))
    names = [column.name for column in read.table.columns]
    series = np.zeros(len(read.x), np.int64)
    if layout.series:
        if layout.series not in names:
            raise DataError(f"{path}: no column {layout.series!r}, which says whose rows are whose")
        column = read.table.columns[names.index(layout.series)]
        series = keys_of(str(path), column, read.table.lines, "data.series")
    order = in_order(series, is_reversed=layout.reverse)
    real = np.ones(len(read.x), bool)
    if fillable:
        of = read.table.columns[_place(names, target.name)]
        known = values_of(of, target)
        real = ~(np.isnan(known.values) & ~known.odd)
        values = np.where(real, read.x[:, -1], np.nan)
        read.x[:, -1] = filled(values, series, order, layout.gaps, str(path))
    return _Rows(read.x, real, series, order, read.table, dict(read.problems))


def _place(names: list[str], name: str) -> int:
    """Where the target stands; without a header it is the last column that was learned from."""
    wanted = normal_name(name)
    return names.index(wanted) if wanted in names else len(names) - 1


def _name(rows: _Rows, layout: TableLayout, own: Array) -> str:
    after = f"after line {rows.table.lines[own[-1]]}"
    if not layout.series:
        return after
    names = [column.name for column in rows.table.columns]
    column = rows.table.columns[names.index(layout.series)]
    code, number = column.codes[own[-1]], column.numbers[own[-1]]
    return f"{column.texts[code] if code >= 0 else text_of(number)}, {after}"
