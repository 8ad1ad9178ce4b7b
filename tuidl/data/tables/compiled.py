"""Large delimited files: rows are read by machine code, ``tuidl/kernels/scanning.py``.

It stops before a row that is not written plainly; ``delimited.py`` reads on from there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tuidl.core.lazy import Array
from tuidl.core.limits import check_memory
from tuidl.data.tables.texts import Entry

WORTH_LOADING = 32 << 20
"""Bytes of a file from which on it takes less time to load machine code and to read by it."""
WORTH_COMPILING = 128 << 20
"""The same, where the machine code has to be made first, which takes two seconds."""

ROWS_AT_ONCE = 1 << 14
FIELDS_AT_ONCE = 1 << 17
"""At most: what is made of them stays in the processor's cache."""
_TEXTS, _POOL = 1 << 12, 1 << 20
_MORE = 4
"""How many times as many texts, or bytes of them, there is room for once there was too little."""


@dataclass(frozen=True)
class Scanned:
    """Rows that were read: ``end``, the byte behind them; ``numbers``, ``codes`` (columns, rows)
    as those of a RawColumn, to be copied; ``lines`` (rows,) line feeds up to the end of each;
    ``line_count``: those before ``end``. ``is_odd``: the next row is for others to read."""

    end: int
    numbers: Array
    codes: Array
    lines: Array
    line_count: int
    is_odd: bool


def scanner(
    size: int, entry_of: Sequence[Callable[[bytes], Entry]], where: str
) -> "Scanner | None":
    """One for a file of ``size`` bytes; None where other ways to read it take less time.
    ``entry_of``: looks at a text that is new, for each column; ``where``: what errors call the
    file."""
    if size < WORTH_LOADING or len(entry_of) < 2:
        return None
    from tuidl.kernels.scanning import scan_is_kept

    return Scanner(entry_of, where) if size >= WORTH_COMPILING or scan_is_kept() else None


class Scanner:
    """Reads rows, and keeps the different texts of every column."""

    def __init__(
        self, entry_of: Sequence[Callable[[bytes], Entry]], where: str = "the table"
    ) -> None:
        """``entry_of``: looks at a text that is new, for each column; ``where``: as ``scanner``."""
        self._where = where
        from tuidl.kernels import decimals, scanning

        self._names, self._scan = scanning, scanning.compiled_scan()
        self._tens, self._fives = decimals.TENS, decimals.powers_of_five()
        self._entry_of, self._width = entry_of, len(entry_of)
        most = min(ROWS_AT_ONCE, FIELDS_AT_ONCE // self._width + 1)
        self._numbers = np.empty(self._width * most)
        self._bits = self._numbers.view(np.uint64)
        self._codes = np.empty(self._width * most, np.int32)
        self._lines = np.empty(most, np.int64)
        self._hashes = np.empty(_TEXTS, np.uint64)
        self._entries = np.empty((_TEXTS, 3), np.int64)
        self._meant = np.empty(_TEXTS + 1), np.empty(_TEXTS + 1, np.int32)
        self._slots = np.full(2 * _TEXTS, -1)
        self._pool = np.empty(_POOL, np.uint8)
        self._counts = np.zeros(6, np.int64)
        self._known = 0

    def scan(self, text: Array, at: int, end: int, delimiter: str) -> Scanned:
        """Rows between two bytes of ``text``, all of them or as many as there is room for."""
        names, counts, most = self._names, self._counts, len(self._lines)
        counts[names.ROWS] = counts[names.LINE] = counts[names.FULL] = 0
        stop = self._scan(
            text, at, end, ord(delimiter), self._width, most, self._tens, self._fives,
            self._numbers, self._bits, self._codes, self._lines,
            self._slots, self._hashes, self._entries, self._pool, counts,
        )  # fmt: skip
        rows = int(counts[names.ROWS])
        if counts[names.FULL] and rows < most:
            self._grow()
        self._look_at_new()
        numbers = self._numbers.reshape(self._width, most)[:, :rows]
        codes = self._codes.reshape(self._width, most)[:, :rows]
        self._say_texts(numbers, codes)
        is_odd = stop < end and not counts[names.FULL]
        return Scanned(stop, numbers, codes, self._lines[:rows], int(counts[names.LINE]), is_odd)

    def _say_texts(self, numbers: Array, codes: Array) -> None:
        """Put what texts mean in the place of their entries. ``codes``: -1 finds the last one."""
        of_number, of_code = self._meant
        of_code[-1] = -1
        for number, code in zip(numbers, codes, strict=True):
            if not len(code) or code.max() < 0:
                continue
            meant = of_code[code]
            others = np.flatnonzero(meant < 0)
            others = others[code[others] >= 0]
            number[others], code[:] = of_number[code[others]], meant

    def _look_at_new(self) -> None:
        names, count = self._names, int(self._counts[self._names.ENTRIES])
        numbers, codes = self._meant
        for entry in range(self._known, count):
            start, length = self._entries[entry, names.START], self._entries[entry, names.LENGTH]
            raw = self._pool[start : start + length].tobytes()
            numbers[entry], codes[entry] = self._entry_of[self._entries[entry, names.COLUMN]](raw)
        self._known = count

    def _grow(self) -> None:
        """Make room for more texts; those that are there keep their places. Raises BackendError
        where memory is too small for them."""
        parts = (self._hashes, self._entries, *self._meant, self._pool, self._slots)
        count = int(self._counts[self._names.ENTRIES])
        what = f"{self._where}, of more than {count:,} different texts,"
        advice = "leave ids and free texts out of the file"
        check_memory(_MORE * sum(part.nbytes for part in parts), what, advice)
        self._hashes = _longer(self._hashes)
        self._entries = _longer(self._entries)
        self._meant = _longer(self._meant[0]), _longer(self._meant[1])
        self._pool = _longer(self._pool)
        self._slots = np.full(_MORE * len(self._slots), -1)
        self._counts[self._names.REBUILD] = 1


def _longer(values: Array) -> Array:
    more = np.empty((_MORE * len(values), *values.shape[1:]), values.dtype)
    more[: len(values)] = values
    return more
