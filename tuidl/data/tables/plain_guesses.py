"""What plain numbers of a column may be besides numbers: dates, moments, codes, ids."""

import re

import numpy as np

from tuidl.core.lazy import Array
from tuidl.data.tables.date_text import days_of_numbers
from tuidl.data.tables.oddities import FIRST, LAST
from tuidl.data.tables.typed import shown_date

FEW_NUMBERS = 10
"""Different whole numbers that may be codes."""
ROWS_OF_A_CODE = 5
"""Rows that codes have, on average."""
LOOKED_AT = 10_000
FEWEST_IDS = 20
_LONG = 1e8
_EXACT = 2.0**53
_CALLED_DATE = re.compile(
    r"(?i:date|datum|fecha|(?:^|[^a-z])(?:data|day|tag|jour|time|dt|when)$)|[a-z](?:_at|At|_on)$"
)
"""Names of columns that say when: ``date``, ``birthdate``, ``created_at``, ``Lieferdatum``."""
_SERIAL, _CALLED_SERIAL = (36_526, 51_501), (FIRST, LAST)
"""Days as spreadsheets count them: of the years 2000 to 2040; of columns that are called so, those
of 1941 to 2100."""
_DAYS = {"ymd": (19000101, 21001231), "ym": (190001, 210012)}
_MOMENTS = {"unix": (946_684_800, 2_208_988_800), "unix_ms": (946_684_800_000, 2_208_988_800_000)}
"""Of the years 2000 to 2040."""
_CALLED = {"unix": "seconds since 1970", "unix_ms": "milliseconds since 1970"}


_IDS = re.compile(
    r"(?i:(?:^|[^a-z])ids?)$|[a-z]I[dD]s?$|(?i:^(?:zip|postal|post) ?_?(?:code)?$|^plz$)"
)
"""Names of columns that number things: ``id``, ``user_id``, ``userId``, ``zip``."""


def guess_of(values: Array, name: str = "") -> str:
    """Of a column without a unit: what else its numbers may be, "" where that is plain."""
    missing = np.isnan(values)
    known = values[~missing][:LOOKED_AT]
    different = np.unique(known)
    if len(different) == 1 and missing.any():
        return "one value and gaps; if a gap says no: missing = 0"
    if _CALLED_DATE.search(name.strip()) and (serial := _serial(known, _CALLED_SERIAL)):
        return serial
    if len(different) < 3 or (different != np.round(different)).any():
        return ""
    if len(different) <= min(FEW_NUMBERS, len(known) // ROWS_OF_A_CODE):
        few = f"{len(different)} different whole numbers"
        return f'{few}, taken as numbers; if they are codes, kind = "category"'
    said = _date(different) or _moment(different) or _id(known, different) or _called_id(name)
    is_round = bool((different % 10 == 0).all())
    return said or ("" if is_round or len(different) <= FEW_NUMBERS else _serial(known, _SERIAL))


def _serial(known: Array, within: tuple[int, int]) -> str:
    """That numbers may be dates of a spreadsheet that were copied without their format."""
    if not len(known) or known.min() < within[0] or known.max() > within[1]:
        return ""
    date = shown_date(float(days_of_numbers(known[:1], "excel")[0]))
    taken = f"{known[0]:.15g} is taken as a number; if it is {date}, as spreadsheets count days"
    return f'{taken}: format = "excel"'


def _called_id(name: str) -> str:
    if not _IDS.search(name.strip()):
        return ""
    said = "called an id or a code, taken as numbers"
    return f'{said}; if it is one: kind = "category", or kind = "ignore"'


def _date(different: Array) -> str:
    for order, (first, last) in _DAYS.items():
        is_within = different[0] >= first and different[-1] <= last
        if is_within and not np.isnan(days_of_numbers(different, order)).any():
            return f'{different[0]:.0f} is taken as a number; if it is a date: format = "{order}"'
    return ""


def _moment(different: Array) -> str:
    for order, (first, last) in _MOMENTS.items():
        if different[0] >= first and different[-1] <= last:
            taken = f"{different[0]:.0f} is taken as a number; if it is {_CALLED[order]}"
            return f'{taken}: format = "{order}"'
    return ""


def _id(known: Array, different: Array) -> str:
    if abs(different[-1]) >= _EXACT:
        return 'longer numbers than can be told apart; if they are ids: kind = "ignore"'
    if len(known) < FEWEST_IDS or len(different) < len(known) or different[0] < _LONG:
        return ""
    return 'different in every row, taken as numbers; if they are ids: kind = "ignore"'
