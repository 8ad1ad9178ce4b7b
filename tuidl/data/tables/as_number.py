"""Columns of numbers."""

import numpy as np

from tuidl.data.table_layout import InputColumn, NumberFormat
from tuidl.data.tables import number_format
from tuidl.data.tables.encoding import values_of
from tuidl.data.tables.fields import Fields, Reading, row_of
from tuidl.data.tables.oddities import with_odd

NEARLY_ALL, HALF = 0.9, 0.5
MANY_NUMBERS = 20
"""Different numbers that make a column one of numbers, even where half of it is something else."""


def number_or_none(fields: Fields) -> Reading | None:
    """A column of numbers, if most of it is numbers."""
    numbers = number_format.collected(fields.texts, fields.plain)
    unit = number_format.unit_of(numbers, fields.settings)
    multiplied = number_format.has_magnitudes(numbers, fields.settings)
    rows = len(fields.plain) + sum(
        count
        for part, count in zip(numbers.parts, numbers.rows, strict=True)
        if (part.unit in ("", unit) or multiplied) and not part.is_code
    )
    if not rows:
        return None
    share, different = rows / fields.count, len(np.unique(fields.plain)) + sum(numbers.different)
    if share >= NEARLY_ALL or (share >= HALF and different > MANY_NUMBERS):
        return number(fields)
    return None


def number(fields: Fields) -> Reading:
    raw, settings = fields.raw, fields.settings
    found = number_format.format_of(number_format.collected(fields.texts, fields.plain), settings)
    form = found.form or NumberFormat()
    column = InputColumn(raw.name, number=form, gaps=fields.gaps())
    if found.form is None:
        row = row_of(raw, min(t for t in fields.texts if "," in t or "." in t))
        comma = "," in raw.texts[raw.codes[row]]
        remedy = ('decimal = "."', 'decimal = ","') if comma else ('decimal = ","', 'decimal = "."')
        return Reading("number", column, problem=found.problem, remedy=remedy, row=row)
    values = values_of(raw, column)
    reading = Reading("number", column, values, found.guess)
    return with_odd(reading, fields, "number") if values.odd.any() else reading
