"""Columns of dates."""

import numpy as np

from tuidl.data.table_layout import DateFormat, InputColumn
from tuidl.data.tables import date_format
from tuidl.data.tables.date_text import days_of_numbers
from tuidl.data.tables.encoding import Array, values_of
from tuidl.data.tables.fields import Fields, Reading, row_of
from tuidl.data.tables.oddities import with_odd
from tuidl.data.tables.raw import RawColumn

NEARLY_ALL = 0.9


def date_or_none(fields: Fields) -> Reading | None:
    """A column of dates, if nearly all of it is."""
    texts = sum(fields.texts.values())
    if not texts or texts < NEARLY_ALL * fields.count:
        return None
    found = date_format.order_of(fields.texts)
    return date(fields, found) if found.rows >= NEARLY_ALL * fields.count else None


def date(fields: Fields, found: date_format.Found | None = None) -> Reading:
    raw, settings = fields.raw, fields.settings
    if settings.format is not None:
        key = f"data.columns.{raw.name}.format"
        found = date_format.Found(date_format.checked_order(settings.format, key))
    elif found is None:
        found = date_format.order_of(fields.texts) if fields.texts else _of_numbers(fields.plain)
    column = InputColumn(raw.name, date=DateFormat(found.order or "ymd"), gaps=fields.gaps())
    if found.problem or not found.order:
        problem = found.problem or "no dates that are known; say format = '%d.%m.%Y' or the like"
        remedy = ('format = "dmy"', 'format = "mdy"') if found.problem else ('format = "..."',)
        first = next(iter(fields.texts), None)
        row = None if first is None else row_of(raw, first)
        return Reading("date", column, problem=problem, remedy=remedy, row=row)
    return _counted(raw, column, found, fields)


def _counted(
    raw: RawColumn, column: InputColumn, found: date_format.Found, fields: Fields
) -> Reading:
    """With what the dates are counted from."""
    values = values_of(raw, column)
    days = values.values[~np.isnan(values.values)]
    if len(days):
        has_time = bool((days != np.floor(days)).any())
        date = DateFormat(found.order, float(np.floor(days.min())), has_time)
        column = InputColumn(raw.name, date=date, gaps=column.gaps)
    reading = Reading("date", column, values, found.guess)
    return with_odd(reading, fields, "date") if values.odd.any() else reading


def _of_numbers(plain: Array) -> date_format.Found:
    """2019 or 20190501; seconds since 1970 must be said."""
    order = "y" if ((plain >= 1000) & (plain < 3000)).all() else "ymd"
    are_dates = not np.isnan(days_of_numbers(plain, order)).any()
    return date_format.Found(order if are_dates else "")
