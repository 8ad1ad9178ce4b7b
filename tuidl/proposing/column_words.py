"""What is in a column, in a few words."""

from typing import TYPE_CHECKING

from tuidl.core.printable import printable

if TYPE_CHECKING:
    from tuidl.data.tables.fields import Reading

MOST_NAMED = 6
DIGITS = 6
"""Significant digits of a range."""


def words_of(reading: "Reading") -> str:
    """The range of numbers and dates, the first of the categories, the problem of others."""
    import numpy as np

    if reading.values is None:
        return reading.problem
    values = reading.values.values
    known = values[~np.isnan(values)]
    if not len(known):
        return "no values"
    if reading.kind == "category":
        return _categories(reading.column.categories)
    first, last = float(known.min()), float(known.max())
    if reading.kind == "date":
        return f"{_date(first)} to {_date(last)}"
    unit = f" {reading.column.number.unit}" if reading.column.number.unit else ""
    return f"{_number(first)} to {_number(last)}{unit}"


def _categories(names: tuple[str, ...]) -> str:
    shown = ", ".join(map(printable, names[:MOST_NAMED]))
    return f"{len(names)}: {shown}{' …' if len(names) > MOST_NAMED else ''}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) and abs(value) < 1e15 else f"{value:.{DIGITS}g}"


def _date(days: float) -> str:
    import numpy as np

    return str(np.datetime64("1970-01-01") + np.timedelta64(int(days // 1), "D"))
