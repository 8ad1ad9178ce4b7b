"""Numbers whose way of writing matters: texts that look like one, versions and codes such as 1.10
beside 1.1, which are the same number.

Files are read without regard to that. Where a column is read as text, or is a category in which a
number is written in two ways, the file is read once more with the texts of that column.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import NamedTuple, Protocol

import numpy as np

from tuidl.core.lazy import Array
from tuidl.data.tables.gaps import is_gap
from tuidl.data.tables.raw import RawColumn, RawTable, plain_number

LARGEST_GUESSED = 8 << 20
"""Bytes of a file that is read once more for a guess alone."""
FEW = 1000
"""Different numbers that may be versions or codes."""
PARTS = 1000
"""Of a whole, at most, in versions and codes: three decimals."""
THOUSAND = 1000
_COMMA = re.compile(r"[^\w,]*[\d.]*\d,\d+[^,]{0,8}")
_POINTED = re.compile(r"[-+]?[0-9]*\.[0-9]*")
_GROUPS = re.compile(r"[-+]?[1-9][0-9]{0,2}\.[0-9]{3}")
NEARLY_ALL = 0.9
"""The share of numbers from which on a column is none of categories."""


class Read(Protocol):
    """Reads the file; ``exact``: names of columns that have texts alone."""

    def __call__(self, *, exact: tuple[str, ...] = ()) -> RawTable: ...


class Written(NamedTuple):
    """``table``: with some columns as they are written. ``guesses``: what columns of numbers may be
    besides, by how these are written."""

    table: RawTable
    guesses: dict[int, str]


def as_written(
    raw: RawTable,
    read: Read,
    *,
    texts: Iterable[int] = (),
    codes: Iterable[int] = (),
    commas: Iterable[int] = (),
    guessed: Iterable[int] = (),
    always: bool = False,
) -> Written:
    """The table with the columns at the places ``texts`` as they are written, and those at
    ``codes``, ids and categories, where one of their numbers is written in two ways, or
    ``always``. ``commas``: those with decimal commas, whose points are kept: 1.000 is 1000.
    ``guessed``: those of which it is to be said what they may be besides. The file is read once
    more at most, for all of them together."""
    whole = {i for i in texts if (raw.columns[i].codes < 0).any()}
    pointed = {i for i in commas if may_have_points(raw.columns[i])} - whole
    coded = {i for i in codes if has_fractions(raw.columns[i])} - whole - pointed
    few = {i for i in guessed if may_be_codes(raw.columns[i])}
    if not whole | pointed | coded | few:
        return Written(raw, {})
    exact = _exact(raw, whole | pointed | coded | few, read)
    changed = {i: exact[i] for i in whole}
    changed |= {i: apart(exact[i]) for i in coded if always or twins_in(exact[i].texts)}
    changed |= {i: apart(exact[i], without_point) for i in pointed if _parts(exact[i], always)}
    columns = tuple(changed.get(i, column) for i, column in enumerate(raw.columns))
    guesses = {i: guess for i in few if (guess := guess_of(exact[i].texts))}
    return Written(replace(raw, columns=columns), guesses)


def _exact(raw: RawTable, places: set[int], read: Read) -> dict[int, RawColumn]:
    """The columns at these places with texts alone, read once more."""
    names = tuple(raw.columns[i].name for i in sorted(places))
    found = read(exact=names).columns
    return {i: found[i] for i in places}


def _parts(exact: RawColumn, always: bool) -> bool:
    """Whether points in a column with decimal commas part thousands; ``always``: may do so."""
    pointed = [text for text in exact.texts if _POINTED.fullmatch(text)]
    return bool(pointed) and (always or any(map(_GROUPS.fullmatch, pointed)))


def is_whole(text: str) -> bool:
    """Whether it is a whole number, as 1 and 1.0 are, which are the same code."""
    number = plain_number(text)
    return number is not None and number.is_integer()


def without_point(text: str) -> bool:
    """Whether it is a number without a point, which would part thousands or decimals."""
    return "." not in text and plain_number(text) is not None


def has_commas(raw: RawColumn) -> bool:
    """Whether a decimal comma stands in one of its fields."""
    return any(map(_COMMA.fullmatch, raw.texts))


def point_guess(raw: RawColumn) -> str:
    """What to say of points that are taken to part thousands, where no number has decimals
    behind them, which would tell."""
    groups = [text for text in raw.texts if _GROUPS.fullmatch(text)]
    if not groups or any("." in text and "," in text for text in raw.texts):
        return ""
    read = groups[0].replace(".", "")
    said = f"{groups[0]!r} is read as {read}: other values have decimal commas"
    return f"{said}; else say decimal = '.'"


def may_have_points(raw: RawColumn) -> bool:
    """Whether a plain number of it may have been written with a point."""
    plain = raw.numbers[raw.codes < 0]
    return bool(((np.abs(plain) < THOUSAND) | (plain != np.round(plain))).any())


def apart(exact: RawColumn, is_number: Callable[[str], bool] = is_whole) -> RawColumn:
    """A column whose texts are as they are written, with those as numbers that are such."""
    are_numbers = [is_number(text) for text in exact.texts]
    numbers = [
        float(text) if is_one else np.nan
        for text, is_one in zip(exact.texts, are_numbers, strict=True)
    ]
    kept = np.cumsum(np.logical_not(are_numbers)) - 1
    codes = np.array([*np.where(are_numbers, -1, kept), -1], np.int32)[exact.codes]
    found = np.array([*numbers, np.nan], np.float64)[exact.codes]
    found = np.where(exact.codes < 0, exact.numbers, found)
    texts = tuple(t for t, is_one in zip(exact.texts, are_numbers, strict=True) if not is_one)
    return RawColumn(exact.name, found, texts, codes)


def has_fractions(raw: RawColumn) -> bool:
    """Whether some of its plain numbers are not whole."""
    plain = raw.numbers[raw.codes < 0]
    return bool((plain != np.round(plain)).any())


def may_be_codes(raw: RawColumn) -> bool:
    """Whether all is numbers, few different ones with few decimals, some of them not whole."""
    if not has_fractions(raw) or not all(is_gap(t, (), of_numbers=True) for t in raw.texts):
        return False
    different = np.unique(raw.numbers[raw.codes < 0])
    return len(different) <= FEW and bool(_is_short(different).all())


def is_mixed(raw: RawColumn) -> bool:
    """Whether texts and numbers stand in it, so that all may be categories."""
    are_texts = [not is_gap(text, (), of_numbers=True) for text in raw.texts]
    if not any(are_texts):
        return False
    count = int(np.array([*are_texts, False])[raw.codes].sum())
    plain = int((raw.codes < 0).sum())
    return 0 < plain < NEARLY_ALL * (plain + count)


def twins_in(texts: Iterable[str]) -> tuple[str, str] | None:
    """The first two that are the same number, which is not whole."""
    seen: dict[float, str] = {}
    for text in texts:
        number = plain_number(text)
        if number is None or number.is_integer():
            continue
        if seen.setdefault(number, text) != text:
            return seen[number], text
    return None


def guess_of(texts: Iterable[str]) -> str:
    """What numbers written in these ways may be instead, "" where that is plain."""
    known = [text for text in texts if plain_number(text) is not None]
    if both := twins_in(known):
        said = f"{both[0]!r} and {both[1]!r} are the same number"
        return f'{said}; if they are versions or codes: kind = "category"'
    decimals = {text: len(text.partition(".")[2]) for text in known}
    longest = max(decimals.values(), default=0)
    for text, count in decimals.items():
        if count == longest > min(decimals.values()) > 0 and text.endswith("0"):
            said = f"{text!r} is read as {plain_number(text)}"
            return f'{said}; if it is a version or code: kind = "category"'
    return ""


def _is_short(numbers: Array) -> Array:
    parts = numbers * PARTS
    near: Array = np.isclose(parts, np.round(parts), rtol=1e-12, atol=1e-9)
    return near
