"""All columns of a table, put together of blocks of fields."""

from collections.abc import Callable, Collection, Sequence

import numpy as np

from tuidl.core.lazy import Array
from tuidl.core.limits import check_memory
from tuidl.core.spilling import empty
from tuidl.data.tables.blocks import Block
from tuidl.data.tables.digits import numbers_of
from tuidl.data.tables.raw import NO_NUMBERS, NO_TEXTS, RawColumn, plain_number
from tuidl.data.tables.texts import Entry, KnownFields

_PLUS, _MINUS, _POINT, _ZERO, _NINE = b"+-.09"

BYTES_A_FIELD, BYTES_A_ROW = 12, 8
"""Memory: a number and a code; a line."""
MANY = 1 << 16
"""Different texts of a column after which the memory is looked at, and after as many again."""
BYTES_A_TEXT = 400
"""Memory of each different text, with what finds it."""

FIELDS_AT_ONCE = 1 << 15
"""Fields whose digits are looked at together: what is made of them stays close to the processor."""


class Columns:
    """Takes in blocks of fields, or texts, and makes RawColumns of them."""

    def __init__(
        self, names: Sequence[str], most: int, path: str, exact: Collection[str] = ()
    ) -> None:
        """``most``: rows that there may be; ``path``: of the file, for errors; ``exact``: columns
        that have no numbers, but texts as they are written."""
        self.names, self.count = names, 0
        self._parts = [Part(most) for _ in names]
        self._texts = [Texts(f"{path}: column {name!r}", is_exact=name in exact) for name in names]
        self._exact = [place for place, name in enumerate(names) if name in exact]

    @property
    def entries_of(self) -> list[Callable[[bytes], Entry]]:
        """What looks at a field of each column that is new."""
        return [texts.entry_of_field for texts in self._texts]

    def add(self, rows: Sequence[Sequence[str]]) -> None:
        """The next rows, each of as many texts as there are columns."""
        columns = zip(*rows, strict=True) if rows else [()] * len(self.names)
        for part, texts, fields in zip(self._parts, self._texts, columns, strict=True):
            known = {text: texts.entry(text.strip()) for text in dict.fromkeys(fields)}
            numbers = np.array([known[text][0] for text in fields], np.float64)
            codes = np.array([known[text][1] for text in fields], np.int32)
            part.put(self.count, numbers, codes)
        self.count += len(rows)

    def add_arrays(self, numbers: Array, codes: Array) -> None:
        """The next rows: (columns, rows) as those of a RawColumn."""
        for part, number, code in zip(self._parts, numbers, codes, strict=True):
            part.put(self.count, number, code)
        self.count += codes.shape[1]

    def add_block(self, block: Block) -> None:
        """The next rows."""
        shape = len(block.lines), len(self.names)
        found = _numbers(block)
        numbers, unknown = found[0].reshape(shape), found[1].reshape(shape)
        unknown[:, self._exact] = True
        starts, ends = block.starts.reshape(shape), block.ends.reshape(shape)
        has_texts = np.any(unknown, axis=0).tolist()
        for place, part in enumerate(self._parts):
            number = numbers[:, place]
            if not has_texts[place]:
                part.put(self.count, number, None)
                continue
            rows = np.flatnonzero(unknown[:, place])
            fields = starts[rows, place], ends[rows, place]
            meant = self._texts[place].known.look_up(block.text, block.words, *fields)
            code = np.full(shape[0], -1, np.int32)
            number[rows], code[rows] = meant
            part.put(self.count, number, code)
        self.count += shape[0]

    def finished(self) -> tuple[RawColumn, ...]:
        """All rows."""
        return tuple(
            RawColumn(name, numbers, tuple(texts.places), codes)
            for name, texts, (numbers, codes) in zip(
                self.names,
                self._texts,
                (part.finished(self.count) for part in self._parts),
                strict=True,
            )
        )


class Part:
    """The rows of one column. There is no memory for numbers before the first one, and none for
    codes before the first text."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._numbers: Array | None = None
        self._codes: Array | None = None

    def put(self, start: int, numbers: Array, codes: Array | None) -> None:
        """Rows from ``start`` on; ``codes``: None where all of them are numbers."""
        end = start + len(numbers)
        are_texts = None if codes is None else codes >= 0
        if are_texts is not None and not are_texts.any():
            are_texts = None
        if are_texts is None or not are_texts.all():
            if self._numbers is None:
                self._numbers = empty((self._most,), np.float64)
                self._numbers[:start] = np.nan
            self._numbers[start:end] = numbers
        elif self._numbers is not None:
            self._numbers[start:end] = np.nan
        if are_texts is not None and self._codes is None:
            self._codes = empty((self._most,), np.int32)
            self._codes[:start] = -1
        if self._codes is not None:
            self._codes[start:end] = -1 if are_texts is None else codes

    def finished(self, count: int) -> tuple[Array, Array]:
        """Numbers and codes of so many rows, not to be written to."""
        numbers = NO_NUMBERS if self._numbers is None else self._numbers[:count]
        codes = NO_TEXTS if self._codes is None else self._codes[:count]
        numbers, codes = np.broadcast_to(numbers, count), np.broadcast_to(codes, count)
        numbers.setflags(write=False)
        codes.setflags(write=False)
        return numbers, codes


class Texts:
    """The fields of one column that are no plain numbers."""

    def __init__(self, name: str, *, is_exact: bool = False) -> None:
        """``name``: of file and column, for errors; ``is_exact``: numbers are texts as well."""
        self.name, self.is_exact = name, is_exact
        self.places: dict[str, int] = {}
        self.known = KnownFields(self.entry_of_field)

    def entry(self, text: str) -> Entry:
        """``text``: without spaces around it."""
        number = None if self.is_exact else plain_number(text)
        if number is not None:
            return number, -1
        place = self.places.setdefault(text, len(self.places))
        if place and place % MANY == 0:
            what = f"{self.name}, of more than {place:,} different texts,"
            check_memory(BYTES_A_TEXT * place, what, "leave the column out of the file")
        return np.nan, place

    def entry_of_field(self, raw: bytes) -> Entry:
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
