"""All columns of a table, put together of blocks of fields."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tuidl.data.tables.blocks import Block
from tuidl.data.tables.digits import numbers_of
from tuidl.data.tables.raw import RawColumn, plain_number
from tuidl.data.tables.texts import Entry, KnownFields

Array = np.ndarray[Any, np.dtype[Any]]

_PLUS, _MINUS, _POINT, _ZERO, _NINE = b"+-.09"

FIELDS_AT_ONCE = 1 << 15
"""Fields whose digits are looked at together: what is made of them stays close to the processor."""


class Columns:
    """Takes in blocks of fields, or texts, and makes RawColumns of them."""

    def __init__(self, names: Sequence[str], most: int) -> None:
        """``most``: rows that there may be."""
        self.names, self.count = names, 0
        self._numbers = np.empty((len(names), most))
        self._codes = np.empty((len(names), most), np.int32)
        self._texts = [Texts() for _ in names]

    def add(self, rows: Sequence[Sequence[str]]) -> None:
        """The next rows, each of as many texts as there are columns."""
        part = slice(self.count, self.count + len(rows))
        for place, fields in enumerate(zip(*rows, strict=True)):
            texts = self._texts[place]
            known = {text: texts.entry(text.strip()) for text in dict.fromkeys(fields)}
            self._numbers[place, part] = [known[text][0] for text in fields]
            self._codes[place, part] = [known[text][1] for text in fields]
        self.count += len(rows)

    def add_block(self, block: Block) -> None:
        """The next rows."""
        shape = len(block.lines), len(self.names)
        part = slice(self.count, self.count + shape[0])
        numbers, unknown = _numbers(block)
        self._numbers[:, part] = numbers.reshape(shape).T
        self._codes[:, part] = -1
        unknown = unknown.reshape(shape)
        starts, ends = block.starts.reshape(shape), block.ends.reshape(shape)
        for place in np.flatnonzero(unknown.any(axis=0)):
            rows = np.flatnonzero(unknown[:, place])
            if len(rows) == shape[0]:
                fields = starts[:, place], ends[:, place]
            else:
                fields = starts[rows, place], ends[rows, place]
            found = self._texts[place].known.look_up(block.text, block.words, *fields)
            rows += self.count
            self._numbers[place, rows], self._codes[place, rows] = found
        self.count += shape[0]

    def finished(self) -> tuple[RawColumn, ...]:
        """All rows."""
        self._numbers.setflags(write=False)
        self._codes.setflags(write=False)
        return tuple(
            RawColumn(name, numbers[: self.count], tuple(texts.places), codes[: self.count])
            for name, numbers, codes, texts in zip(
                self.names, self._numbers, self._codes, self._texts, strict=True
            )
        )


class Texts:
    """The fields of one column that are no plain numbers."""

    def __init__(self) -> None:
        self.places: dict[str, int] = {}
        self.known = KnownFields(self._entry_of_field)

    def entry(self, text: str) -> Entry:
        """``text``: without spaces around it."""
        number = plain_number(text)
        if number is not None:
            return number, -1
        return np.nan, self.places.setdefault(text, len(self.places))

    def _entry_of_field(self, raw: bytes) -> Entry:
        """``raw``: without the quotes around it; those within are doubled."""
        return self.entry(raw.decode().replace('""', '"').strip())


def _numbers(block: Block) -> tuple[Array, Array]:
    """The block's fields as numbers, NaN where one needs a closer look, and which do."""
    count = len(block.starts)
    numbers, unknown = np.empty(count), np.empty(count, bool)
    for start in range(0, count, FIELDS_AT_ONCE):
        part = slice(start, start + FIELDS_AT_ONCE)
        found = _some_numbers(block, block.starts[part], block.ends[part])
        numbers[part], unknown[part] = found
    return numbers, unknown


def _some_numbers(block: Block, starts: Array, ends: Array) -> tuple[Array, Array]:
    text = block.text
    first = text[starts]
    negative = first == _MINUS
    signed = negative | (first == _PLUS)
    if signed.any():
        starts = starts + signed
        first = text[starts]
    likely = ((first - np.uint8(_ZERO)) <= _NINE - _ZERO) | (first == _POINT)
    numbers, unknown = numbers_of(block.words, starts, ends, likely)
    zeros = np.flatnonzero(first == _ZERO)
    if len(zeros):
        second = text[starts[zeros] + 1] - np.uint8(_ZERO)
        unknown[zeros[second <= _NINE - _ZERO]] = True
    np.negative(numbers, where=negative, out=numbers)
    numbers[unknown] = np.nan
    return numbers, unknown
