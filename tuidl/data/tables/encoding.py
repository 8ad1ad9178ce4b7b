"""Columns of a file as inputs, for training and prediction alike.

A field becomes a value (a number, the place of a category, days since 1970; NaN where it is
missing), a missing value the column's filling, and a value the column's inputs.
"""

from dataclasses import dataclass

import numpy as np
from msgspec.structs import replace

from tuidl.core.lazy import Array
from tuidl.data.table_layout import InputColumn
from tuidl.data.tables.date_text import all_days, days_of_numbers
from tuidl.data.tables.gaps import is_gap
from tuidl.data.tables.number_text import numbers_of
from tuidl.data.tables.raw import RawColumn, plain_number, text_of
from tuidl.data.tables.spellings import folded

NOWHERE = -1.0
"""The value of a category that has no input: all of them are 0."""
DAYS_A_YEAR = 365.2425
HOURS = 24
"""Of a day."""


@dataclass(frozen=True)
class Values:
    """``values`` (rows,) float64, NaN where there is none. ``odd`` (rows,): where the field is
    neither a gap nor anything that the column knows."""

    values: Array
    odd: Array


def values_of(raw: RawColumn, column: InputColumn) -> Values:
    """The fields as values."""
    if column.has_categories:
        of_texts, of_numbers = _places(raw.texts, column), _number_places(raw, column)
    elif column.date is not None:
        of_texts = all_days(raw.texts, column.date.order, utc=column.date.utc)
        of_numbers = days_of_numbers(raw.numbers, column.date.order)
    else:
        of_texts, of_numbers = numbers_of(raw.texts, column.number), _numbers(raw, column)
    is_gap_number = gap_numbers(raw.numbers, column.gaps)
    of_numbers = np.where(is_gap_number, np.nan, of_numbers) if column.gaps else of_numbers
    gaps = _gaps(raw.texts, column)
    odd_texts = np.isnan(of_texts) & ~gaps
    of_texts[gaps] = np.nan
    is_plain = raw.codes < 0
    odd_numbers = is_plain & np.isnan(of_numbers) & ~is_gap_number
    if not len(raw.texts):
        return _known(of_numbers, odd_numbers, column)
    values = np.where(is_plain, of_numbers, of_texts[raw.codes])
    return _known(values, np.where(is_plain, odd_numbers, odd_texts[raw.codes]), column)


def gap_numbers(numbers: Array, gaps: tuple[str, ...]) -> Array:
    """Which plain numbers stand for no value, as -999 where a column's gaps name it."""
    named = [number for gap in gaps if (number := plain_number(gap)) is not None]
    return np.isin(numbers, named) if named else np.zeros(len(numbers), bool)


def _known(values: Array, odd: Array, column: InputColumn) -> Values:
    """With what is made of categories that were not there in training."""
    if column.has_categories and column.unseen != "refuse":
        place = len(column.categories) if column.other else NOWHERE
        values = np.where(odd, place if column.unseen == "other" else NOWHERE, values)
    return Values(values, odd)


def _gaps(texts: tuple[str, ...], column: InputColumn) -> Array:
    """Which texts stand for no value."""
    known, of_numbers = {*column.categories, *column.rare}, not column.has_categories
    are_gaps = (text not in known and is_gap(text, column.gaps, of_numbers) for text in texts)
    return np.fromiter(are_gaps, bool, len(texts))


def _numbers(raw: RawColumn, column: InputColumn) -> Array:
    """Plain numbers, NaN where one may mean another: 1.234 where points part thousands, 5 where
    all have a unit but 0."""
    form, numbers = column.number, raw.numbers
    if form.style:
        return numbers if form.style == "fraction" else np.where(numbers == 0, numbers, np.nan)
    if form.decimal == "," and "." in form.groups:
        large = np.round(numbers * 1000)
        is_group = np.isclose(numbers * 1000, large, rtol=1e-12, atol=0) & form.grouped
        is_group &= (np.abs(numbers) >= 1) & (np.abs(numbers) < 1000)
        others = np.where(is_group, large, np.nan)
        numbers = np.where(numbers == np.round(numbers), numbers, others)
    if form.unit and not form.bare:
        numbers = np.where(numbers == 0, numbers, np.nan)
    return numbers


def _place_of(column: InputColumn) -> dict[str, float]:
    """The place of each category that was there in training, rare ones together behind them."""
    places = {name: float(place) for place, name in enumerate(column.categories)}
    places |= dict.fromkeys(column.rare, float(len(column.categories)))
    return {_called(name, column): place for name, place in places.items()}


def _called(text: str, column: InputColumn) -> str:
    """What a text is looked up by."""
    return folded(text, column.merges) if column.merges else text


def _places(texts: tuple[str, ...], column: InputColumn) -> Array:
    places = _place_of(column)
    return np.array([places.get(_called(text, column), np.nan) for text in texts], np.float64)


def _number_places(raw: RawColumn, column: InputColumn) -> Array:
    """Places of the categories that are written as numbers: 1.50 is 1.5."""
    places = _place_of(column)
    for name, place in tuple(places.items()):
        if (number := plain_number(name)) is not None:
            places.setdefault(text_of(number), place)
    different, where = np.unique(raw.numbers, return_inverse=True)
    of = [
        np.nan if np.isnan(n) else places.get(_called(text_of(n), column), np.nan)
        for n in different
    ]
    found: Array = np.array(of, np.float64)[where]
    return found


def filling_of(column: InputColumn) -> float | None:
    """What stands in for a missing value, as a value; NOWHERE for zeros in all inputs."""
    filling = column.filling
    if filling == "":
        return _of_none(column)
    if filling == column.other and column.other:
        return float(len(column.categories))
    if isinstance(filling, str):
        return float(column.categories.index(filling))
    return filling


def _of_none(column: InputColumn) -> float:
    """What zeros stand for: of an id, that it is not known."""
    if column.numbered:
        return float(len(column.categories))
    return NOWHERE if column.has_categories else 0.0


def write_inputs(values: Array, column: InputColumn, x: Array) -> None:
    """Write the values (rows,) into the column's inputs ``x`` (rows, column.width), NaN in all of
    them, but not in the indicator, where there is none."""
    gaps = np.isnan(values)
    inputs = x[:, : len(column.parts)]
    if column.date is not None:
        _write_date(values, column.date.first, inputs)
    elif column.is_time:
        turns = values * (2 * np.pi / HOURS)
        inputs[:, 0], inputs[:, 1] = np.sin(turns), np.cos(turns)
    elif column.kind == "category":
        inputs[:] = values[:, None] == np.arange(inputs.shape[1])
        inputs[gaps] = np.nan
    else:
        inputs[:, 0] = values
    if column.indicator:
        x[:, -1] = gaps


def fill_inputs(gaps: Array, column: InputColumn, x: Array) -> None:
    """Put the column's filling, if it has one, into its inputs at the rows ``gaps``."""
    filling = filling_of(column)
    if filling is None or not gaps.any():
        return
    parts = len(column.parts)
    if column.date is not None and column.filling == "":
        x[gaps, :parts] = 0
        return
    row = np.empty((1, parts), np.float64)
    write_inputs(np.array([filling]), replace(column, indicator=False), row)
    x[gaps, :parts] = row


def _write_date(days: Array, first: float, x: Array) -> None:
    """Years since the first year, month, weekday and day of the year as sine and cosine, years
    since the first date, and the hour where ``x`` has inputs for it."""
    known = np.where(np.isnan(days), 0.0, days)
    date = np.floor(known).astype(np.int64).astype("datetime64[D]")
    year = date.astype("datetime64[Y]").astype(np.int64)
    month = date.astype("datetime64[M]").astype(np.int64) % 12
    day = (date - date.astype("datetime64[Y]")).astype(np.int64)
    weekday = (date.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday; Monday is 0
    first_year = np.floor(first).astype(np.int64).astype("datetime64[D]").astype("datetime64[Y]")
    circles = [month / 12, weekday / 7, day / DAYS_A_YEAR]
    if x.shape[1] > 8:
        circles.append(known - np.floor(known))
    turns = 2 * np.pi * np.stack(circles, axis=1)
    both = np.stack([np.sin(turns), np.cos(turns)], axis=2).reshape(len(days), -1)
    x[:, 0] = year - first_year.astype(np.int64)
    x[:, 1:7] = both[:, :6]
    x[:, 7] = (known - first) / DAYS_A_YEAR
    x[:, 8:] = both[:, 6:]
    x[np.isnan(days)] = np.nan
