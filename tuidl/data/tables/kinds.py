"""What each column of a file is: a number, a category, a date, or a text.

The rule, for a column of which nothing is said: gaps do not count. Where nine fields of ten are
dates in one order, it is a date; where they are times of day, durations, fractions, coordinates or
feet and inches, it is a number in that style. Where nine of ten are numbers, or half of them and
there are more than MANY_NUMBERS different ones, it is a number, and the others are refused. Where
nine of ten are numbers with something around them (12*, <0.1, 3.1±0.8), it is a number, too.
Everything else is a category, as long as its texts repeat.
"""

from dataclasses import replace

from tuidl.data.table_layout import InputColumn
from tuidl.data.tables.as_category import category
from tuidl.data.tables.as_date import date, date_or_none
from tuidl.data.tables.as_id import as_id
from tuidl.data.tables.as_number import (
    dressed_or_none,
    number,
    number_or_none,
    stated_style,
    styled_or_none,
)
from tuidl.data.tables.fields import Reading, fields_of
from tuidl.data.tables.raw import RawColumn
from tuidl.data.tables.settings import ColumnSettings


def read_column(raw: RawColumn, settings: ColumnSettings, most: int | None = None) -> Reading:
    """What the column is. ``most``: categories that may be, without any being put together."""
    return replace(_read(raw, settings, most), is_said=bool(settings.implied))


def _read(raw: RawColumn, settings: ColumnSettings, most: int | None) -> Reading:
    fields = fields_of(raw, settings)
    if settings.implied == "text" or settings.said in ("picture", "ignore"):
        kind = settings.said if settings.said in ("picture", "ignore") else "text"
        return Reading(kind, InputColumn(raw.name, gaps=fields.gaps()))
    if not fields.count:
        problem = "no values"
        return Reading(
            "ignore", InputColumn(raw.name), problem=problem, remedy=('kind = "ignore"',)
        )
    strict = fields.without(of_numbers=True)
    match settings.implied:
        case "id":
            return as_id(fields)
        case "category":
            return category(fields, most)
        case "number":
            return number(strict)
        case "date":
            return date(strict)
        case "time" | "duration":
            return stated_style(strict)
    if not fields.texts:
        return number(strict)
    found = date_or_none(strict) or styled_or_none(strict) or number_or_none(strict)
    return found or dressed_or_none(strict) or category(fields, most)
