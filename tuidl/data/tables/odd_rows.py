"""Rows that are none: units below the names, a total at the end."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tuidl.core.errors import PresetError
from tuidl.core.lazy import Array
from tuidl.data.tables.gaps import is_gap
from tuidl.data.tables.header import normal_name
from tuidl.data.tables.raw import RawColumn, RawTable, text_of
from tuidl.data.tables.skipping import KEY, LONGEST, Skipped, note_of

_TOTALS = (
    "total,totals,grand total,sum,sums,subtotal,overall,average,averages,avg,mean,summe,gesamt,"
    "insgesamt,mittelwert,durchschnitt,somme,moyenne,totale,totaal,suma,promedio"
)
TOTALS = frozenset(_TOTALS.split(","))
MOST_LINES = 5
"""Lines that a note names."""


def without_rows(raw: RawTable, skip: Skipped, *, is_stated: bool) -> RawTable:
    """The rows of a file without text that stand on other lines, as ``skipping`` has them of
    text. Raises PresetError where a line ``is_stated`` and has no row."""
    kept, found = np.ones(len(raw.lines), bool), list[tuple[int, str | None]]()
    for line, text in skip:
        place = int(np.searchsorted(raw.lines, line))
        is_there = place < len(raw.lines) and raw.lines[place] == line
        if is_stated and not is_there:
            raise PresetError(KEY, f"no row begins on line {line}")
        if is_there and text in (None, said := _said(raw, place)):
            kept[place], found = False, [*found, (line, said)]
    if not found:
        return raw
    rows = np.flatnonzero(kept)
    columns = tuple(_of_rows(column, rows) for column in raw.columns)
    notes = (*raw.notes, note_of(tuple(found)))
    return replace(raw, columns=columns, lines=raw.lines[rows], notes=notes, skipped=tuple(found))


def without_names(raw: RawTable) -> RawTable:
    """Without the rows that say the names of all columns once more, as in files that were put
    together of several."""
    if not raw.has_header or len(raw.columns) < 2:
        return raw
    are_names = _are_names(raw.columns)
    if are_names is None or not (lines := raw.lines[are_names].tolist()):
        return raw
    rows = np.flatnonzero(~are_names)
    columns = tuple(_of_rows(column, rows) for column in raw.columns)
    some = ", ".join(map(str, lines[:MOST_LINES])) + (", ..." if len(lines) > MOST_LINES else "")
    what = f"line {some} repeats" if len(lines) == 1 else f"lines {some} repeat"
    notes = (*raw.notes, f"{what} the names of the columns: passed over")
    return replace(raw, columns=columns, lines=raw.lines[rows], notes=notes)


def _are_names(columns: Sequence[RawColumn]) -> Array | None:
    """Which rows have nothing but the names of their columns; None where none has."""
    found: Array | None = None
    for column in columns:
        places = [i for i, text in enumerate(column.texts) if normal_name(text) == column.name]
        if not places:
            return None
        here = np.isin(column.codes, places)
        found = here if found is None else found & here
        if not found.any():
            return None
    return found


def _said(raw: RawTable, row: int) -> str:
    fields = (
        column.texts[code] if (code := column.codes[row]) >= 0 else text_of(column.numbers[row])
        for column in raw.columns
    )
    return "\t".join(fields)[:LONGEST]


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
            return _total(raw, f"which says {text!r}")
    if _fields_in(raw, -1) == 1 < 3 <= min(len(raw.columns), _fields_in(raw, -2)):
        return _total(raw, "which has one field only")
    return ""


def _total(raw: RawTable, what: str) -> str:
    line = int(raw.lines[-1])
    return (
        f"a guess: line {line}, {what}, is taken as a row like any other; if it sums up the "
        f"others: data.skip_lines = [{line}]"
    )


def is_total(raw: RawTable, row: int) -> bool:
    """Whether a row says of itself that it sums up others."""
    texts = (column.texts[column.codes[row]] for column in raw.columns if column.codes[row] >= 0)
    return any(text.casefold().strip(" :*") in TOTALS for text in texts)


def _fields_in(raw: RawTable, row: int) -> int:
    """Fields of a row that have a value."""
    codes = [(column, int(column.codes[row])) for column in raw.columns]
    return sum(code < 0 or not is_gap(column.texts[code], (), False) for column, code in codes)
