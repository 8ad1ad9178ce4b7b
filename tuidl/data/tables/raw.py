"""A table as its file has it: plain numbers, and everything else as texts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

PLAIN = re.compile(
    r"[+-]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII
)
"""A plain number: no leading zeros as in 01234, no spaces or underscores inside."""


@dataclass(frozen=True)
class RawColumn:
    """A column as the file has it.

    ``numbers`` (rows,) float64: fields that are plain numbers (optional sign, digits, decimal
    point, exponent; finite), NaN elsewhere. ``codes`` (rows,) int32: the place in ``texts`` of
    every other field (stripped; the empty text too), -1 where it is a plain number.
    """

    name: str
    numbers: Array
    texts: tuple[str, ...]
    codes: Array


@dataclass(frozen=True)
class RawTable:
    """``lines`` (rows,) int64: the line (or record) of each row in the file, for errors.

    A column without a name is named by its number, counted from 1; names may occur twice.
    ``notes``: what was passed over while reading, in words.
    """

    columns: tuple[RawColumn, ...]
    lines: Array
    delimiter: str
    has_header: bool
    notes: tuple[str, ...] = ()


def plain_number(text: str) -> float | None:
    """The number that ``text`` (stripped) plainly is, else None."""
    if not PLAIN.fullmatch(text):
        return None
    number = float(text)
    return number if abs(number) != float("inf") else None


def text_of(number: float) -> str:
    """A plain number as a text, the shortest that reads back: "3", "0.5", "1e+30"."""
    if number == int(number) and abs(number) < 2**53:
        return str(int(number))
    return repr(float(number))


class ColumnBuilder:
    """Takes in blocks of texts and makes a RawColumn of them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._numbers: list[Array] = []
        self._codes: list[Array] = []
        self._places: dict[str, int] = {}

    def add(self, texts: Sequence[str]) -> None:
        """The next rows' texts."""
        numbers = _all_plain(texts)
        if numbers is None:
            self._add_one_by_one(texts)
            return
        self._numbers.append(numbers)
        self._codes.append(np.full(len(texts), -1, np.int32))

    def column(self) -> RawColumn:
        numbers = np.concatenate(self._numbers or [np.zeros(0)])
        codes = np.concatenate(self._codes or [np.zeros(0, np.int32)])
        self._numbers, self._codes = [], []
        return RawColumn(self.name, numbers, tuple(self._places), codes)

    def _add_one_by_one(self, texts: Sequence[str]) -> None:
        stripped = [text.strip() for text in texts]
        known: dict[str, tuple[float, int]] = {}
        for text in dict.fromkeys(stripped):
            number = plain_number(text)
            if number is None:
                known[text] = np.nan, self._places.setdefault(text, len(self._places))
            else:
                known[text] = number, -1
        pairs = [known[text] for text in stripped]
        self._numbers.append(np.fromiter((number for number, _ in pairs), np.float64, len(pairs)))
        self._codes.append(np.fromiter((code for _, code in pairs), np.int32, len(pairs)))


_NOT_PLAIN = re.compile(r"_|(?m:^)\s*[+-]?0[0-9]")


def _all_plain(texts: Sequence[str]) -> Array | None:
    """All texts as numbers, fast; None where one of them needs a closer look."""
    try:
        numbers = np.fromiter(map(float, texts), np.float64, len(texts))
    except ValueError:
        return None
    together = "\n".join(texts)
    plain = together.isascii() and not _NOT_PLAIN.search(together)
    return numbers if plain and np.isfinite(numbers).all() else None
