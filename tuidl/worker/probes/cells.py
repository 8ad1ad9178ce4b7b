"""Examples of a table as their file has them: for each column a text, in its unit."""

import numpy as np

from tuidl.core.lazy import Array
from tuidl.data.table_layout import InputColumn
from tuidl.data.tables.encoding import DAYS_A_YEAR, HOURS
from tuidl.data.tables.typed import shown_date
from tuidl.inference.preprocessing import Preparation
from tuidl.worker.probes.ask_common import in_units, short

MOST_COLUMNS = 24
"""The first of them: of more a line shows none."""
GAP = "-"
MINUTES_A_DAY = 1440
SINCE = 7
"""The input of a date that says years since the first one."""


def columns_shown(prepared: Preparation, shape: tuple[int, ...]) -> tuple[InputColumn, ...]:
    """The columns of a table whose rows the network of inputs of this ``shape`` reads; none where
    it reads something else, or texts and pictures among them."""
    table = prepared.table
    if table is None or table.window or prepared.shape != shape or len(shape) != 1:
        return ()
    if any(one.text is not None or one.picture is not None for one in table.columns):
        return ()
    return table.columns[:MOST_COLUMNS]


def cells_of(
    prepared: Preparation, columns: tuple[InputColumn, ...], x: Array
) -> list[tuple[str, ...]]:
    """Of inputs (n, width) what each row has in each column."""
    values, start, found = in_units(prepared, x), 0, list[list[str]]()
    for column in columns:
        found.append(_texts(column, values[:, start : start + column.width]))
        start += column.width
    return list(zip(*found, strict=True))


def _texts(column: InputColumn, own: Array) -> list[str]:
    gaps = own[:, -1] > 0.5 if column.indicator else np.zeros(len(own), bool)
    if column.kind in ("category", "id"):
        choices = column.names
        if column.kind == "id":
            chosen = own[:, 0].astype(int)
        else:
            chosen = own[:, : len(choices)].argmax(axis=1)
            gaps = gaps | (own[:, : len(choices)].max(axis=1) < 0.5)
        texts = [choices[number] for number in chosen]
    elif column.date is not None:
        days = column.date.first + own[:, SINCE] * DAYS_A_YEAR
        whole = np.round(days * MINUTES_A_DAY) / MINUTES_A_DAY
        texts = [shown_date(day) for day in (whole if column.date.has_time else np.round(days))]
    elif column.is_time:
        hours = np.arctan2(own[:, 0], own[:, 1]) * (HOURS / 2 / np.pi) % HOURS
        minutes = np.round(hours * 60).astype(int) % MINUTES_A_DAY
        texts = [f"{one // 60:02d}:{one % 60:02d}" for one in minutes]
    else:
        texts = [f"{short(value):,.10g} {column.number.unit}".strip() for value in own[:, 0]]
    return [GAP if gap else text for text, gap in zip(texts, gaps, strict=True)]
