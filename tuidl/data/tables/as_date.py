"""Columns of dates."""

from dataclasses import replace

import numpy as np

from tuidl.core.lazy import Array
from tuidl.data.table_layout import DateFormat, InputColumn
from tuidl.data.tables import date_format
from tuidl.data.tables.date_text import all_days, days_of_numbers, zone_of
from tuidl.data.tables.encoding import values_of
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
    if found.rows >= NEARLY_ALL * fields.count:
        return date(fields, found)
    return _mixed(fields, found) if found.order else None


def _mixed(fields: Fields, most: date_format.Found) -> Reading | None:
    """A column of dates in several orders, which is refused, as 1/2/2020 is not known then."""
    orders = date_format.mixed_orders(fields.texts)
    several = " ".join(orders)
    days = all_days(tuple(fields.texts), several) if orders else np.zeros(0)
    are = dict(zip(fields.texts, ~np.isnan(days), strict=True)) if orders else {}
    if sum(fields.texts[text] for text, is_date in are.items() if is_date) < (
        NEARLY_ALL * fields.count
    ):
        return None
    is_first = ~np.isnan(all_days(tuple(fields.texts), most.order))
    one = next(text for text, fits in zip(fields.texts, is_first, strict=True) if fits)
    other = next(t for t, fits in zip(are, is_first, strict=True) if not fits and are[t])
    problem = f"{one!r} and {other!r} are dates in different orders"
    remedy = (f'format = "{several}"', 'kind = "ignore"')
    column = InputColumn(fields.raw.name, date=DateFormat(most.order), gaps=fields.gaps())
    return Reading("date", column, problem=problem, remedy=remedy, row=row_of(fields.raw, other))


def date(fields: Fields, found: date_format.Found | None = None) -> Reading:
    raw, settings = fields.raw, fields.settings
    if settings.format is not None:
        key = f"data.columns.{raw.name}.format"
        found = date_format.Found(date_format.checked_order(settings.format, key))
    elif found is None:
        found = date_format.order_of(fields.texts) if fields.texts else _of_numbers(fields.plain)
    utc, said = _zones(fields, found.order)
    form = DateFormat(found.order or "ymd", utc=utc)
    column = InputColumn(raw.name, date=form, gaps=fields.gaps())
    if found.problem or not found.order:
        problem = found.problem or "no dates that are known; say format = '%d.%m.%Y' or the like"
        remedy = ('format = "dmy"', 'format = "mdy"') if found.problem else ('format = "..."',)
        first = next(iter(fields.texts), None)
        row = None if first is None else row_of(raw, first)
        return Reading("date", column, problem=problem, remedy=remedy, row=row)
    guess = "; ".join(filter(None, [found.guess, said]))
    return _counted(raw, column, replace(found, guess=guess), fields)


def _zones(fields: Fields, order: str) -> tuple[bool, str]:
    """Whether times are converted to UTC, and what to say of it: they are where a zone is another
    one, unless the settings say otherwise."""
    wanted = fields.settings.zones
    if "%" in order or not order:
        return wanted != "as_written", ""
    zones = {text: zone_of(text, order) for text in fields.texts}
    others = [text for text, zone in zones.items() if zone]
    if not others or wanted == "as_written":
        return False, ""
    lacking = [text for text, zone in zones.items() if zone is None]
    if wanted == "utc":
        return True, ""
    said = f"times with zones as {min(others)!r} are converted to UTC"
    if lacking:
        said += f", and those without one as {min(lacking)!r} are taken as UTC"
    return True, f'{said}; else zones = "as_written"'


def _counted(
    raw: RawColumn, column: InputColumn, found: date_format.Found, fields: Fields
) -> Reading:
    """With what the dates are counted from."""
    values = values_of(raw, column)
    days = values.values[~np.isnan(values.values)]
    if len(days):
        has_time = bool((days != np.floor(days)).any())
        assert column.date is not None
        date = DateFormat(found.order, float(np.floor(days.min())), has_time, column.date.utc)
        column = InputColumn(raw.name, date=date, gaps=column.gaps)
    reading = Reading("date", column, values, found.guess)
    return with_odd(reading, fields, "date") if values.odd.any() else reading


def _of_numbers(plain: Array) -> date_format.Found:
    """2019 or 20190501; seconds since 1970 must be said."""
    order = "y" if ((plain >= 1000) & (plain < 3000)).all() else "ymd"
    are_dates = not np.isnan(days_of_numbers(plain, order)).any()
    return date_format.Found(order if are_dates else "")
