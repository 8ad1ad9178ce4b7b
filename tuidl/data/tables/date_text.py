"""Dates as people write them, as days since 1970: 2019-05-01, 1.5.2019, 5/1/19 4:30 PM, 1 May 2019.

Times count as written unless zones are to be converted to UTC. Two digits of a year are 1969 to
2068, as in POSIX.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta

import numpy as np

from tuidl.core.lazy import Array

PERIODS = ("quarter", "half", "week")
"""Orders of quarters, half years and weeks (of ISO 8601) of a year: their first day."""
ORDERS = ("ymd", "dmy", "mdy", "ym", "my", "named", *PERIODS, "y", "unix", "unix_ms", "excel")
"""Orders of year, month and day that a column can be written in, or several with spaces between,
which are tried in turn; ``named``: with the month's name.
``y``, ``unix``, ``unix_ms`` and ``excel`` are plain numbers, which are dates only where that is
said."""

LONGEST = 60
SECONDS, MILLISECONDS = 86_400.0, 86_400_000.0
EXCEL_EPOCH = 25_569.0
"""1 January 1970 as spreadsheets count days. They count a 29 February 1900, which there was not."""
_AFTER_IT = 61.0
_EPOCH = date(1970, 1, 1).toordinal()

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january januar janvier enero gennaio januari janeiro ene gen janv",
         "feb february februar février febrero febbraio februari fevereiro fév févr",
         "mar march märz mars marzo maart março mär mrz mrt",
         "apr april avril abril aprile avr abr",
         "may mai mayo maggio mei maio mag",
         "jun june juni juin junio giugno junho giu",
         "jul july juli juillet julio luglio julho juil lug",
         "aug august août agosto augustus aoû ago",
         "sep sept september septembre septiembre settembre setembro set",
         "oct october oktober octobre octubre ottobre outubro okt ott out",
         "nov november novembre noviembre novembro",
         "dec december dezember décembre diciembre dicembre dezembro déc dez dic"), start=1,
    )
    for name in names.split()
}  # fmt: skip
"""In English, German, French, Spanish, Italian, Dutch and Portuguese."""

_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
_TIME = (
    r"(?:(?:T|,?\s+|\s+at\s+)(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?P<part>[.,]\d{1,9})?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?\s*(?P<zone>Z|UTC|GMT|[-+]\d\d(?::?\d\d)?)?)?"
)
_YEAR = r"(?P<year>\d{4}|\d\d)"
_NAME = r"(?P<name>[^\W\d_]{3,10})\.?"


def _periods(word: str, name: str, numbers: str) -> list[str]:
    """2018-Q3, Q3 2018 and 3Q18."""
    number = rf"(?P<{name}>{numbers})"
    return [
        rf"(?P<year>\d{{4}})[-/.\s]*{word}\s*{number}",
        rf"{word}\s*{number}[-/.,'\s]*{_YEAR}",
        rf"{number}(?:st|nd|rd|th|\.)?\s*{word}[-/.,'\s]*{_YEAR}",
    ]


_DATES = {
    "ymd": [r"(?P<year>\d{4})(?P<mark>[-/.]?)(?P<month>\d\d?)(?P=mark)(?P<day>\d\d?)"],
    "dmy": [rf"(?P<day>\d\d?)(?P<mark>[-/. ])(?P<month>\d\d?)(?P=mark){_YEAR}"],
    "mdy": [rf"(?P<month>\d\d?)(?P<mark>[-/. ])(?P<day>\d\d?)(?P=mark){_YEAR}"],
    "ym": [r"(?P<year>\d{4})[-/.](?P<month>\d\d?)", r"(?P<year>\d{4})-?M?(?P<month>\d\d)"],
    "my": [r"(?P<month>\d\d?)[-/.](?P<year>\d{4})"],
    "named": [
        rf"(?P<day>\d\d?)(?:st|nd|rd|th|er|\.)?[-\s/]*(?:of\s+|de\s+)?{_NAME}[-,\s/]*(?:de\s+)?{_YEAR}",
        rf"{_NAME}[-\s/]*(?P<day>\d\d?)(?:st|nd|rd|th)?,?[-\s/]+{_YEAR}",
        rf"{_NAME}[-,\s/]*(?P<year>\d{{4}})",
        rf"(?P<year>\d{{4}})[-\s/]*{_NAME}(?:[-\s/]*(?P<day>\d\d?))?",
    ],
    "quarter": _periods(r"(?:Q|T|qtr\.?|quarter|quartal|trimestre)", "quarter", "[1-4]"),
    "half": _periods(r"(?:H|S|half|semester|semestre)", "semester", "[12]"),
    "week": [
        r"(?P<year>\d{4})[-\s]?(?:K?W)(?P<week>\d\d)(?:-?(?P<weekday>[1-7]))?",
        r"(?:K?W|wk|week)\.?\s*(?P<week>\d\d?)[-/,.\s]+(?P<year>\d{4})",
    ],
}
_PATTERNS = {
    order: [re.compile(_WEEKDAY + way + _TIME, re.IGNORECASE) for way in ways]
    for order, ways in _DATES.items()
}

_ISO = re.compile(
    r"(?!0000)\d{4}-\d\d-\d\d(?:[T ](?:[01]\d|2[0-3]):\d\d(?::\d\d(?:\.\d{1,6})?)?)?", re.ASCII
)


def days_of(text: str, order: str, *, utc: bool = False) -> float | None:
    """Days since 1970 of a text (stripped) that is a date in this order, else None. ``utc``: a
    time with a zone is converted, one without is taken as it is."""
    if len(text) > LONGEST:
        return None
    if "%" in order:
        return _by_pattern(text, order, utc=utc)
    if " " in order:
        orders = order.split()
        if "." in text and "dmy" in orders:  # points part day, month, year
            orders = [one for one in orders if one != "mdy"]
        several = (days_of(text, one, utc=utc) for one in orders)
        return next((days for days in several if days is not None), None)
    for pattern in _PATTERNS.get(order, ()):
        found = pattern.fullmatch(text)
        if found and (days := _days(found.groupdict())) is not None:
            return days - (_offset(found["zone"]) or 0.0) / SECONDS if utc else days
    return None


def zone_of(text: str, order: str) -> float | None:
    """By how many seconds the zone of a date in this order is before UTC, None where it has none
    or is no date."""
    if len(text) > LONGEST or "%" in order:
        return None
    for pattern in (way for one in order.split() for way in _PATTERNS.get(one, ())):
        if found := pattern.fullmatch(text):
            return _offset(found["zone"])
    return None


def _offset(zone: str | None) -> float | None:
    if not zone:
        return None
    digits = zone[1:].replace(":", "")
    if not digits.isdecimal():
        return 0.0
    seconds = 3600.0 * int(digits[:2]) + 60.0 * int(digits[2:] or 0)
    return -seconds if zone[0] == "-" else seconds


def days_of_numbers(numbers: Array, order: str) -> Array:
    """Days since 1970 of plain numbers (rows,) that are years, seconds or milliseconds since 1970,
    days as spreadsheets count them, or dates such as 20190501; NaN where they are none."""
    if " " in order:
        several = [days_of_numbers(numbers, one) for one in order.split()]
        first = np.argmax(~np.isnan(several), axis=0)
        of_several: Array = np.array(several)[first, np.arange(len(numbers))]
        return of_several
    if order == "excel":
        is_early = numbers < _AFTER_IT
        serial: Array = numbers + is_early - EXCEL_EPOCH
        is_day = (numbers >= 1) & (serial < _days_at_most()) & ~(is_early & (numbers >= 60))
        return np.where(is_day, serial, np.nan)
    if order in ("unix", "unix_ms"):
        days: Array = numbers / (SECONDS if order == "unix" else MILLISECONDS)
        return np.where(np.abs(days) < _days_at_most(), days, np.nan)
    days = np.full(len(numbers), np.nan)
    whole = np.flatnonzero((numbers == np.round(numbers)) & (numbers > 0) & (numbers < 1e8))
    for value in np.unique(numbers[whole]):
        text = f"{value:.0f}"
        found = _calendar(value, 1, 1) if order == "y" else days_of(text, order)
        days[whole[numbers[whole] == value]] = np.nan if found is None else found
    return days


def all_days(texts: Sequence[str], order: str, *, utc: bool = False) -> Array:
    """``days_of`` of each text (texts,), NaN where it is no date."""
    if order == "ymd" and texts and all(map(_ISO.fullmatch, texts)):
        with suppress(ValueError):
            micros = np.array(texts, "datetime64[us]").astype(np.int64)
            days: Array = micros / (SECONDS * 1e6)
            return days
    found = (days_of(text, order, utc=utc) for text in texts)
    return np.array([np.nan if days is None else days for days in found], np.float64)


def _days_at_most() -> float:
    return float(date.max.toordinal() - _EPOCH)


def _by_pattern(text: str, pattern: str, *, utc: bool) -> float | None:
    try:
        found = datetime.strptime(text, pattern)
    except (ValueError, re.error):
        return None
    offset = found.utcoffset() if utc else None
    found = found.replace(tzinfo=None) - (offset or timedelta())
    seconds = found.hour * 3600 + found.minute * 60 + found.second + found.microsecond / 1e6
    return found.toordinal() - _EPOCH + seconds / SECONDS


def _days(parts: dict[str, str | None]) -> float | None:
    month = _month(parts)
    year_text = parts["year"] or ""
    year = int(year_text)
    if len(year_text) == 2:
        year += 1900 if year >= 69 else 2000
    if week := parts.get("week"):
        days = _week(year, int(week), int(parts.get("weekday") or 1))
    else:
        days = None if month is None else _calendar(year, month, int(parts.get("day") or 1))
    seconds = _seconds(parts)
    return None if days is None or seconds is None else days + seconds / SECONDS


def _month(parts: dict[str, str | None]) -> int | None:
    """The month, the first one of a quarter or a half year; None where there is no such."""
    if (name := parts.get("name")) is not None:
        return _MONTHS.get(name.casefold())
    if quarter := parts.get("quarter"):
        return 3 * int(quarter) - 2
    if semester := parts.get("semester"):
        return 6 * int(semester) - 5
    return int(parts.get("month") or 0)


def _week(year: int, week: int, weekday: int) -> float | None:
    try:
        return float(date.fromisocalendar(year, week, weekday).toordinal() - _EPOCH)
    except ValueError:
        return None


def _calendar(year: float, month: int, day: int) -> float | None:
    try:
        return float(date(int(year), month, day).toordinal() - _EPOCH)
    except (ValueError, OverflowError):
        return None


def _seconds(parts: dict[str, str | None]) -> float | None:
    """Since midnight; None where there is no such time."""
    if parts["hour"] is None:
        return 0.0
    hour, minute, second = (int(parts[key] or 0) for key in ("hour", "minute", "second"))
    if half := parts["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    if hour > 23 or minute > 59 or second > 60:
        return None
    part = (parts["part"] or ".0").replace(",", ".")
    return hour * 3600 + minute * 60 + second + float(part)
