"""A sheet of a workbook as a RawTable, read by Calamine (the extra "tables")."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tuidl.core.errors import DataError, PresetError, suggestion
from tuidl.core.limits import check_memory
from tuidl.data.tables.columns import Columns
from tuidl.data.tables.content import ADVICE
from tuidl.data.tables.extra import needed
from tuidl.data.tables.header import header_of
from tuidl.data.tables.raw import RawTable, text_of
from tuidl.data.tables.rectangle import largest_rectangle
from tuidl.data.tables.rows import Rows
from tuidl.data.tables.skipping import KEY, LONGEST, Skipped, kept_for_others, note_of
from tuidl.data.tables.values import DELIMITER, table_of, text_of_value

BYTES_WHILE_READING = 40
"""Memory taken for each byte of the file, at most: sheets are compressed."""

SAMPLED_ROWS = 50
BYTES_A_CELL = 100
"""Memory of a cell, empty ones too: a sheet is read as a rectangle."""


def read_excel(
    path: Path,
    size: int,
    sheet: str | int | None,
    header: bool | None,
    fewest: int,
    is_sure: bool = True,
    skip: Skipped = (),
    exact: tuple[str, ...] = (),
) -> RawTable:
    """``sheet``: its name or number, counted from 1; the first with content unless given, or where
    it is not there and not ``is_sure``. ``skip``: as ``skipping`` has it; ``exact``: columns of
    texts alone.

    Raises DataError, naming row and column, PresetError for ``skip``, or BackendError for memory.
    """
    calamine = needed("python_calamine", path)
    check_memory(BYTES_WHILE_READING * size, f"{path}", ADVICE)
    check_memory(BYTES_A_CELL * largest_rectangle(path), f"{path}", ADVICE)
    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
        there = is_sure or sheet in (*book.sheet_names, *range(1, len(book.sheet_names) + 1))
        name, cells, notes = _cells(path, book, sheet if there else None)
    except (calamine.CalamineError, OSError, ValueError) as error:
        problem = " ".join(str(error).split())[:200]
        raise DataError(f"{path}: no workbook that can be read: {problem}") from None
    rows = [[_text(value).strip() for value in row] for row in cells]
    rows, skipped = _without(rows, skip, is_stated=is_sure)
    filled = [number for number, row in enumerate(rows) if any(row)]
    if not filled:
        raise DataError(f"{path}: sheet {name!r}: empty")
    first = filled[0]
    sample = [rows[number] for number in filled[1 : SAMPLED_ROWS + 1]]
    head = header_of(path, rows[first], sample, first + 1, header, fewest)
    fitting = Rows(path, head, DELIMITER)
    kept = [
        (number + 1, fitted)
        for number in range(first + head.is_there, len(rows))
        if (fitted := fitting.fitted(number + 1, rows[number])) is not None
    ]
    columns = Columns(head.titles, len(kept), f"{path}", exact)
    columns.add([fields for _, fields in kept])
    lines = np.array([number for number, _ in kept], np.int64)
    notes = [*notes, *([note_of(skipped)] if skipped else []), *fitting.notes()]
    table = table_of(path, columns.finished(), head, lines, notes)
    return replace(table, skipped=kept_for_others(skipped, first + 1 if head.is_there else 0))


def _without(
    rows: list[list[str]], skip: Skipped, *, is_stated: bool
) -> tuple[list[list[str]], Skipped]:
    """The rows, empty where they are none, and what those were."""
    found: list[tuple[int, str | None]] = []
    for number, text in skip:
        said = "\t".join(rows[number - 1])[:LONGEST] if number <= len(rows) else ""
        if is_stated and not said.strip():
            raise PresetError(KEY, f"no row begins on line {number}")
        if said.strip() and text in (None, said):
            found.append((number, said))
    empty = {number for number, _ in found}
    kept = [[] if number in empty else row for number, row in enumerate(rows, 1)]
    return kept, tuple(found)


def _cells(
    path: Path, book: Any, sheet: str | int | None
) -> tuple[str, Sequence[Sequence[object]], list[str]]:
    """The sheet's name, its rows from the first on, and which of several it is."""
    names = list(book.sheet_names)
    if isinstance(sheet, str) and sheet not in names:
        raise DataError(f"{path}: no sheet {sheet!r}{suggestion(sheet, names[:50])}")
    if isinstance(sheet, int) and sheet > len(names):
        raise DataError(f"{path}: no sheet {sheet}: there are {len(names)}, counted from 1")
    if sheet is not None:
        names = [sheet if isinstance(sheet, str) else names[sheet - 1]]
    found: Sequence[Sequence[object]] = []
    for name in names:
        sheet_of_name = book.get_sheet_by_name(name)
        found = sheet_of_name.to_python(skip_empty_area=False)
        merged = _fill_merged(found, sheet_of_name.merged_cell_ranges or ())
        if any(cell not in ("", None) for row in found for cell in row):
            others = len(book.sheet_names) - 1
            guessed = sheet is None and others
            more = f"sheet {name!r} is read, the first of {others + 1} with content; data.sheet"
            notes = [f"{more} names another"] if guessed else []
            return name, found, [*notes, merged] if merged else notes
    return names[0] if names else "", found, []


def _fill_merged(rows: Sequence[Any], ranges: Sequence[Any]) -> str:
    """Write the value of cells that are merged downwards into each of them; what to say of it."""
    filled = 0
    for (first, column), (last, _) in ranges:
        for row in rows[first + 1 : last + 1]:
            if column < len(row) and column < len(rows[first]):
                row[column], filled = rows[first][column], filled + 1
    return f"merged cells: their value counts in {filled:,} cells below, too" if filled else ""


def _text(value: object) -> str:
    """A cell as a field; numbers as they read back."""
    return text_of(value) if isinstance(value, float) else text_of_value(value)
