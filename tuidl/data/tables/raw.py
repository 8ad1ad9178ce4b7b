"""A table as its file has it: plain numbers, and everything else as texts."""

import re
from dataclasses import dataclass, replace

import numpy as np

from tuidl.core.lazy import Array

NO_NUMBERS, NO_TEXTS = np.array(np.nan), np.array(-1, np.int32)
"""What stands in every row of a column of texts alone, or of numbers alone."""

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

    def part(self, start: int, end: int) -> "RawColumn":
        """Some of its rows, and the texts of these alone."""
        codes = self.codes[start:end]
        if not self.texts:
            return RawColumn(self.name, self.numbers[start:end], (), codes)
        used, places = np.unique(codes, return_inverse=True)
        are_texts = used >= 0
        texts = tuple(self.texts[code] for code in used[are_texts].tolist())
        numbered = np.where(are_texts, np.cumsum(are_texts) - 1, -1).astype(np.int32)
        return RawColumn(self.name, self.numbers[start:end], texts, numbered[places])


@dataclass(frozen=True)
class RawTable:
    """``lines`` (rows,) int64: the line (or record) of each row in the file, for errors.

    A column without a name is named by its number, counted from 1; names may occur twice.
    ``notes``: what was passed over while reading, in words. ``passed_over``: places (from 0) of
    ``columns`` that are no data, as one that counts the rows: not to be used unless asked for.
    ``skipped``: lines that were said to be no rows, and what they say where that is to be the same
    in other files.
    """

    columns: tuple[RawColumn, ...]
    lines: Array
    delimiter: str
    has_header: bool
    notes: tuple[str, ...] = ()
    passed_over: frozenset[int] = frozenset()
    skipped: tuple[tuple[int, str | None], ...] = ()

    def part(self, start: int, end: int) -> "RawTable":
        """Some of its rows; itself where these are all."""
        if start == 0 and end >= len(self.lines):
            return self
        columns = tuple(column.part(start, end) for column in self.columns)
        return replace(self, columns=columns, lines=self.lines[start:end])


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


def texts_of(column: RawColumn) -> list[str]:
    """The column's fields as they can be read."""
    pairs = zip(column.codes.tolist(), column.numbers.tolist(), strict=True)
    return [column.texts[code] if code >= 0 else text_of(number) for code, number in pairs]
