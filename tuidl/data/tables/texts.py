"""Fields that are no plain numbers: each different one is looked at once, and has a code.

A field is known by its bytes, taken as words of eight: a field of one word is its own hash, longer
ones are added up with a factor for each word. Fields with equal hashes are compared word by word.
"""

from collections.abc import Callable

import numpy as np

from tuidl.core.lazy import Array
from tuidl.data.tables.digits import Words

Entry = tuple[float, int]
"""What a field means: a number and -1, or NaN and the code of a text."""

_WORD = 8
_MOST_WORDS = 8
_FACTORS = np.array([1, *(pow(0x9E3779B97F4A7C15, n, 1 << 64) | 1 for n in range(1, _MOST_WORDS))],
                    np.uint64)  # fmt: skip


class KnownFields:
    """The fields of one column that were seen, sorted by their hashes."""

    def __init__(self, entry_of: Callable[[bytes], Entry]) -> None:
        """``entry_of``: looks at a field that is new."""
        self._entry_of = entry_of
        self._hashes = np.zeros(0, np.uint64)
        self._places = np.zeros(0, np.int64)  # in what follows, in the order of the hashes
        self._words = np.zeros((0, 1), np.uint64)
        self._numbers: list[float] = []
        self._codes: list[int] = []
        self._long: dict[bytes, Entry] = {}
        self._cached: tuple[Array, Array] | None = None

    def look_up(self, text: Array, words: Words, starts: Array, ends: Array) -> tuple[Array, Array]:
        """Numbers (n,) and codes (n,) of some fields in a block of ``text``."""
        lengths = ends - starts
        short = lengths <= _WORD * _MOST_WORDS
        if short.all():
            return self._short(text, words, starts, ends)
        numbers, codes = np.empty(len(starts)), np.empty(len(starts), np.int32)
        numbers[short], codes[short] = self._short(text, words, starts[short], ends[short])
        for place in np.flatnonzero(~short):
            numbers[place], codes[place] = self._one(text[starts[place] : ends[place]].tobytes())
        return numbers, codes

    def _one(self, raw: bytes) -> Entry:
        if raw not in self._long:
            self._long[raw] = self._entry_of(raw)
        return self._long[raw]

    def _short(self, text: Array, words: Words, starts: Array, ends: Array) -> tuple[Array, Array]:
        parts = _words_of(words, starts, ends)
        hashes = parts[0].copy()
        for part, factor in zip(parts[1:], _FACTORS[1:], strict=False):
            hashes += part * factor
        places = self._find(hashes)
        missing = np.flatnonzero(places < 0)
        if len(missing):
            _, first = np.unique(hashes[missing], return_index=True)
            new = missing[np.sort(first)]
            self._add(hashes[new], parts[:, new].T, [
                text[start:end].tobytes() for start, end in zip(starts[new], ends[new], strict=True)
            ])  # fmt: skip
            places[missing] = self._find(hashes[missing])
        known_numbers, known_codes = self._entries()
        numbers, codes = known_numbers[places], known_codes[places]
        if len(parts) > 1 or self._words.shape[1] > 1:
            for place in np.flatnonzero(self._differs(places, parts)):
                raw = text[starts[place] : ends[place]].tobytes()
                numbers[place], codes[place] = self._one(raw)
        return numbers, codes

    def _find(self, hashes: Array) -> Array:
        if not len(self._hashes):
            return np.full(len(hashes), -1)
        at = np.minimum(np.searchsorted(self._hashes, hashes), len(self._hashes) - 1)
        return np.where(self._hashes[at] == hashes, self._places[at], -1)

    def _differs(self, places: Array, parts: Array) -> Array:
        """Where a field is another one with the same hash."""
        wide = max(len(parts), self._words.shape[1])
        differs = np.zeros(len(places), bool)
        for word in range(wide):
            known = self._words[places, word] if word < self._words.shape[1] else 0
            differs |= known != (parts[word] if word < len(parts) else 0)
        return differs

    def _add(self, hashes: Array, parts: Array, fields: list[bytes]) -> None:
        count = len(self._numbers)
        for number, code in map(self._entry_of, fields):
            self._numbers.append(number)
            self._codes.append(code)
        self._cached = None
        self._store(count, parts)
        order = np.argsort(hashes)
        at = np.searchsorted(self._hashes, hashes[order])
        self._hashes = np.insert(self._hashes, at, hashes[order])
        self._places = np.insert(self._places, at, count + order)

    def _store(self, count: int, parts: Array) -> None:
        """Keep the words of new fields, with room for as many again."""
        rows, columns = self._words.shape
        wide = max(columns, parts.shape[1])
        if count + len(parts) > rows or wide > columns:
            room = np.zeros((max(rows, 2 * (count + len(parts))), wide), np.uint64)
            room[:count, :columns] = self._words[:count]
            self._words = room
        self._words[count : count + len(parts), : parts.shape[1]] = parts

    def _entries(self) -> tuple[Array, Array]:
        if self._cached is None:
            self._cached = np.array(self._numbers), np.array(self._codes, np.int32)
        return self._cached


def _words_of(words: Words, starts: Array, ends: Array) -> Array:
    """(words, n) uint64: the bytes of each field, the last ones first, zeros where it is over."""
    lengths = ends - starts
    count = max(1, -(-int(lengths.max(initial=0)) // _WORD))
    parts = np.zeros((count, len(starts)), np.uint64)
    for word in range(count):
        left = np.minimum(np.maximum(lengths - _WORD * word, 0), _WORD)
        end = np.where(left > 0, ends - _WORD * word, ends) if word else ends
        parts[word] = words.fields(end, left)
    return parts
