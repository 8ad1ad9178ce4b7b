"""Numbers whose way of writing matters: texts that look like one, versions and codes such as 1.10
beside 1.1, which are the same number.

Files are read without regard to that. Where a column is read as text, or is a category in which a
number is written in two ways, the file is read once more with the texts of that column.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

import numpy as np

from tuidl.core.lazy import Array
from tuidl.data.tables.gaps import is_gap
from tuidl.data.tables.raw import RawColumn, RawTable, plain_number

LARGEST_GUESSED = 32 << 20
"""Bytes of a file that is read once more for a guess alone."""
FEW = 1000
"""Different numbers that may be versions or codes."""
PARTS = 1000
"""Of a whole, at most, in versions and codes: three decimals."""
NEARLY_ALL = 0.9
"""The share of numbers from which on a column is none of categories."""


class Read(Protocol):
    """Reads the file; ``exact``: names of columns that have texts alone."""

    def __call__(self, *, exact: tuple[str, ...] = ()) -> RawTable: ...


def as_written(
    raw: RawTable, texts: Iterable[int], codes: Iterable[int], read: Read, *, always: bool = False
) -> RawTable:
    """The table with the columns at the places ``texts`` as they are written, and those at
    ``codes``, ids and categories, where one of their numbers is written in two ways, or
    ``always``."""
    wanted = {i for i in texts if (raw.columns[i].codes < 0).any()}
    coded = {i for i in codes if has_fractions(raw.columns[i])} - wanted
    if not wanted | coded:
        return raw
    found = read(exact=tuple(raw.columns[i].name for i in sorted(wanted | coded))).columns
    columns = list(raw.columns)
    for place in wanted:
        columns[place] = found[place]
    for place in coded:
        if always or twins_in(found[place].texts):
            columns[place] = apart(found[place])
    return replace(raw, columns=tuple(columns))


def guesses_of(raw: RawTable, places: Iterable[int], read: Read) -> dict[int, str]:
    """What columns of numbers may be besides, by how these are written."""
    few = [i for i in places if may_be_codes(raw.columns[i])]
    if not few:
        return {}
    found = read(exact=tuple(raw.columns[i].name for i in few)).columns
    guesses = {i: guess_of(found[i].texts) for i in few}
    return {i: guess for i, guess in guesses.items() if guess}


def apart(exact: RawColumn) -> RawColumn:
    """A column of texts alone, with its whole numbers as such: 1 and 1.0 are the same code."""
    known = [plain_number(text) for text in exact.texts]
    are_whole = [number is not None and number.is_integer() for number in known]
    numbers = [number if whole else np.nan for number, whole in zip(known, are_whole, strict=True)]
    kept = np.cumsum(np.logical_not(are_whole)) - 1
    codes = np.where(are_whole, -1, kept).astype(np.int32)
    texts = tuple(t for t, whole in zip(exact.texts, are_whole, strict=True) if not whole)
    return RawColumn(
        exact.name, np.array(numbers, np.float64)[exact.codes], texts, codes[exact.codes]
    )


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
