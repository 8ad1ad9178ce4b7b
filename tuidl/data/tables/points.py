"""Points that may part thousands: 1.234 in a file whose other numbers have decimal commas."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tuidl.data.tables.fields import Reading
from tuidl.data.tables.raw import RawColumn, text_of


def in_doubt(columns: Sequence[tuple[RawColumn, Reading]]) -> Reading | None:
    """The first column of numbers with three digits behind each point, whose kind is not said,
    where another column has decimal commas; with its problem."""
    forms = [r.column.number for _, r in columns if r.kind == "number" and not r.problem]
    if not any(form.decimal == "," for form in forms):
        return None
    for raw, reading in columns:
        if reading.kind == "number" and not reading.is_said and not reading.problem:
            row = _row_with_group(raw)
            if row is not None and reading.column.number.decimal == ".":
                return _doubtful(reading, float(raw.numbers[row]), row)
    return None


def _row_with_group(raw: RawColumn) -> int | None:
    """The first row with a point before three digits, if all points may part thousands."""
    known = np.where(raw.codes < 0, raw.numbers, 0.0)
    rows = np.flatnonzero(known != np.round(known))
    if not len(rows):
        return None
    thousands = known[rows] * 1000
    whole = np.round(thousands)
    are_groups = np.isclose(thousands, whole, rtol=1e-12, atol=0) & (np.abs(known[rows]) >= 1)
    have_three = whole % 10 != 0
    if not are_groups.all() or np.abs(known).max() >= 1000 or 2 * have_three.sum() < len(rows):
        return None
    return int(rows[have_three.argmax()])


def _doubtful(reading: Reading, number: float, row: int) -> Reading:
    large = text_of(round(number * 1000))
    problem = (
        f"'{number}' may be {number} or {large} (thousands separators), as other columns have "
        "decimal commas; write it without separators if it is the latter"
    )
    return replace(reading, problem=problem, remedy=('decimal = "."',), row=row)
