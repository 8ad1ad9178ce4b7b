"""Rows that are none: units below the names, a total at the end."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tuidl.core.errors import PresetError
from tuidl.core.lazy import Array
from tuidl.data.tables.raw import RawColumn, RawTable

_TOTALS = (
    "total,totals,grand total,sum,sums,subtotal,overall,average,averages,avg,mean,summe,gesamt,"
    "insgesamt,mittelwert,durchschnitt,somme,moyenne,totale,totaal,suma,promedio"
)
TOTALS = frozenset(_TOTALS.split(","))


def without_lines(raw: RawTable, lines: Sequence[int], key: str = "data.skip_lines") -> RawTable:
    """The rows that stand on other lines. Raises PresetError where a line has no row."""
    if not lines:
        return raw
    places = np.searchsorted(raw.lines, lines)
    for line, place in zip(lines, places, strict=True):
        if place >= len(raw.lines) or raw.lines[place] != line:
            raise PresetError(key, f"no row begins on line {line}")
    kept = np.ones(len(raw.lines), bool)
    kept[places] = False
    rows = np.flatnonzero(kept)
    columns = tuple(_of_rows(column, rows) for column in raw.columns)
    note = f"{len(kept) - len(rows):,} of {len(kept):,} rows passed over ({key})"
    return replace(raw, columns=columns, lines=raw.lines[rows], notes=(*raw.notes, note))


def _of_rows(column: RawColumn, rows: Array) -> RawColumn:
    whole = RawColumn(column.name, column.numbers[rows], column.texts, column.codes[rows])
    return whole.part(0, len(rows))


def total_note(raw: RawTable) -> str:
    """What to say of a last row that seems to sum up the others; "" where there is none."""
    if len(raw.lines) < 3:
        return ""
    for column in raw.columns:
        code = int(column.codes[-1])
        if code < 0:
            continue
        text = column.texts[code]
        if text.casefold().strip(" :*") in TOTALS and int((column.codes == code).sum()) == 1:
            line = int(raw.lines[-1])
            return (
                f"a guess: line {line}, which says {text!r}, is taken as a row like any other; if "
                f"it sums up the others: data.skip_lines = [{line}]"
            )
    return ""
