"""One column of a table of texts: numbers, or categories, whichever it turns out to be."""

from typing import Any

import numpy as np

from tuidl.core.errors import DataError

Array = np.ndarray[Any, np.dtype[Any]]

MISSING = {"", "na", "nan", "null", "?"}
"""Texts that stand for no value, in upper or lower case."""


class Column:
    """Takes in blocks of texts; numbers as long as all are, categories as long as they are few.

    ``most``: different texts that may be categories.
    """

    def __init__(self, name: str, most: int) -> None:
        self.name, self.most = name, most
        self.missing = 0
        self.first_missing = 0  # the line
        self.stray: tuple[int, str] | None = None  # line and text of the first that is no number
        self._numbers: list[Array] | None = []
        self._codes: list[Array] | None = []
        self._categories: dict[str, int] = {}

    def add(self, texts: tuple[str, ...], lines: tuple[int, ...]) -> None:
        """The next rows' texts and the lines they stand in."""
        numbers = _plain_numbers(texts)
        if numbers is None:
            texts = tuple(text.strip() for text in texts)
            gaps = [i for i, text in enumerate(texts) if text.casefold() in MISSING]
            if gaps and not self.missing:
                self.first_missing = lines[gaps[0]]
            self.missing += len(gaps)
            numbers = self._numbers_among(texts, set(gaps), lines)
        else:
            gaps = []
        if self._numbers is not None:
            self._numbers = None if numbers is None else [*self._numbers, numbers]
        self._add_codes(texts, gaps)

    @property
    def is_number(self) -> bool:
        return self._numbers is not None

    def numbers(self) -> Array:
        """float64, NaN where a value is missing."""
        return np.concatenate(self._numbers or [np.zeros(0)])

    def categories(self, path: object) -> tuple[tuple[str, ...], Array]:
        """Sorted texts, and for each row its place among them, -1 where it is missing.

        Raises DataError where there are more than ``most``.
        """
        if self._codes is None:
            line, text = self.stray or (0, "")
            hint = "; write decimals with a point" if _has_decimal_comma(text) else ""
            raise DataError(
                f"{path}: line {line}, column {self.name!r}: {text[:60]!r} is no number, and more "
                f"than {self.most} different texts are no categories; if it is an id or free text, "
                f"leave it out: ignore = [{self.name!r}]{hint}"
            )
        names = sorted(self._categories)
        places = np.empty(len(names) + 1, np.int32)
        places[-1] = -1
        for place, name in enumerate(names):
            places[self._categories[name]] = place
        return tuple(names), places[np.concatenate(self._codes)]

    def _numbers_among(
        self, texts: tuple[str, ...], gaps: set[int], lines: tuple[int, ...]
    ) -> Array | None:
        if self._numbers is None:
            return None
        numbers = np.full(len(texts), np.nan)
        for i, text in enumerate(texts):
            if i in gaps:
                continue
            number = number_of(text)
            if number is None:
                self.stray = lines[i], text
                return None
            numbers[i] = number
        return numbers

    def _add_codes(self, texts: tuple[str, ...], gaps: list[int]) -> None:
        if self._codes is None:
            return
        known, missing = self._categories, {texts[i] for i in gaps}
        for text in set(texts) - known.keys() - missing:
            known[text] = len(known)
            if len(known) > self.most:
                self._codes, self._categories = None, {}
                return
        of = known | dict.fromkeys(missing, -1)
        codes = np.fromiter(map(of.__getitem__, texts), np.int32, len(texts))
        self._codes.append(codes)


def _plain_numbers(texts: tuple[str, ...]) -> Array | None:
    """All texts as numbers, fast; None where one of them needs a closer look."""
    try:
        numbers = np.fromiter(map(float, texts), np.float64, len(texts))
    except ValueError:
        return None
    return numbers if np.isfinite(numbers).all() and "_" not in "".join(texts) else None


def number_of(text: str) -> float | None:
    """The finite number that ``text`` is. Python's 1_000 is none."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if np.isfinite(number) and "_" not in text else None


def _has_decimal_comma(text: str) -> bool:
    before, comma, after = text.lstrip("+-").partition(",")
    return bool(comma) and before.isdigit() and after.isdigit()
