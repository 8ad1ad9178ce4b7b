"""Lines of JSON as a RawTable: an object in each, its keys are the columns."""

import json
import re
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.core.spilling import empty, room_for
from tuidl.data.tables.columns import BYTES_A_FIELD, BYTES_A_ROW, Part, Texts
from tuidl.data.tables.content import ADVICE, Text, count_of
from tuidl.data.tables.dialect import LONGEST_LINE, counted
from tuidl.data.tables.header import MOST_COLUMNS, Header, normal_name
from tuidl.data.tables.large_content import read_large
from tuidl.data.tables.raw import RawColumn, RawTable
from tuidl.data.tables.values import column_of, table_of

ROWS_AT_ONCE, BYTES_AT_ONCE = 1 << 14, 1 << 26
"""Objects that are in memory at a time, and about the memory that they take."""


_VALUES = (str, int, float, bool, type(None))
_KEYS = re.compile(rb'"[ \t\r]*:')
"""What stands behind every key; within texts, too."""


def read_json_lines(
    path: Path, size: int, encoding: str | None, fewest: int, exact: tuple[str, ...] = ()
) -> RawTable:
    """``exact``: columns of texts alone. Raises DataError, naming line and key, or BackendError for
    memory."""
    content = read_large(path, size, encoding)
    most = count_of(content.data, b"\n", 0, len(content.data)) + 1
    parts = _parts(path, content.data)
    first = next(parts, None)
    if first is None:
        return table_of(path, (), Header((), True), np.zeros(0, np.int64), content.notes)
    width = len({key for row in first[1] for key in row})
    needed = (BYTES_A_FIELD * width + BYTES_A_ROW) * most
    with room_for(needed, BYTES_AT_ONCE, f"{path}", ADVICE):
        objects = _Objects(path, most, exact)
        for lines, rows in chain([first], parts):
            objects.add(lines, rows)
    keys = objects.keys
    if not fewest <= len(keys) <= MOST_COLUMNS:
        raise DataError(f"{path}: {len(keys)} keys, expected {fewest} to {MOST_COLUMNS:,}")
    names = tuple(map(normal_name, keys))
    notes = [*content.notes, *_gaps("that are absent", objects.absent)]
    notes += _gaps("with lists", objects.lists)
    return table_of(path, objects.finished(), Header(names, True), objects.all_lines, notes)


class _Objects:
    """Takes in some objects at a time. ``keys``: all that there were, with how many objects have
    each; ``lists``: those with a list in it, and in how many."""

    def __init__(self, path: Path, most: int, exact: tuple[str, ...] = ()) -> None:
        """``most``: objects that there may be; ``exact``: columns of texts alone."""
        self.path, self.most, self.count, self.exact = path, most, 0, exact
        self.keys: dict[str, int] = {}
        self.lists: dict[str, int] = {}
        self._parts: dict[str, tuple[Part, Texts]] = {}
        self._lines = empty((most,), np.int64)

    @property
    def all_lines(self) -> Array:
        return self._lines[: self.count]

    @property
    def absent(self) -> dict[str, int]:
        """How many objects lack a key, of those that any lacks."""
        return {key: self.count - n for key, n in self.keys.items() if n < self.count}

    def add(self, lines: list[int], rows: list[dict[str, Any]]) -> None:
        """The next ones, with the line of each."""
        for key in chain.from_iterable(rows):
            self.keys[key] = self.keys.get(key, 0) + 1
        for key in self.keys:
            if key not in self._parts:
                self._begin(key)
            values = [row.get(key) for row in rows]
            if lists := sum(isinstance(value, list) for value in values):
                self.lists[key] = self.lists.get(key, 0) + lists
                values = [None if isinstance(value, list) else value for value in values]
            self._put(key, self.count, values)
        self._lines[self.count : self.count + len(rows)] = lines
        self.count += len(rows)

    def finished(self) -> list[RawColumn]:
        """A column for each key, in the order in which they came."""
        columns = []
        for key, (part, texts) in self._parts.items():
            numbers, codes = part.finished(self.count)
            columns.append(RawColumn(normal_name(key), numbers, tuple(texts.places), codes))
        return columns

    def _begin(self, key: str) -> None:
        """A column for a key, which the objects so far do not have."""
        texts = Texts(f"{self.path}: key {key!r}", is_exact=normal_name(key) in self.exact)
        self._parts[key] = Part(self.most), texts
        for start in range(0, self.count, ROWS_AT_ONCE):
            self._put(key, start, [None] * min(ROWS_AT_ONCE, self.count - start))

    def _put(self, key: str, start: int, values: list[Any]) -> None:
        part, texts = self._parts[key]
        column = column_of(key, values, is_exact=texts.is_exact)
        places = [texts.entry(text)[1] for text in column.texts]
        codes = np.array([*places, -1], np.int32)[column.codes]
        part.put(start, column.numbers, codes)


def _parts(path: Path, data: Text) -> Iterator[tuple[list[int], list[dict[str, Any]]]]:
    """Some objects at a time, with their lines."""
    lines = _lines(data)
    while some := list(islice(lines, ROWS_AT_ONCE)):
        yield [number for number, _ in some], [_object(path, *line) for line in some]


def _lines(data: Text) -> Iterator[tuple[int, bytes]]:
    """Those that are not blank, counted from 1."""
    start, number = 0, 0
    while start < len(data):
        end = data.find(b"\n", start) + 1 or len(data)
        number += 1
        if text := data[start:end].strip():
            yield number, text
        start = end


def _object(path: Path, line: int, text: bytes) -> dict[str, Any]:
    if len(text) > LONGEST_LINE:
        raise DataError(f"{path}: line {line}: longer than {LONGEST_LINE:,} bytes")
    try:
        found = msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        try:  # NaN and Infinity are not JSON, but written as such
            found = json.loads(text, parse_constant=str)
        except (ValueError, RecursionError):
            raise DataError(f"{path}: line {line}: no JSON ({error})") from None
    except RecursionError:
        raise DataError(f"{path}: line {line}: nested too deep") from None
    if not isinstance(found, dict):
        raise DataError(f'{path}: line {line}: expected an object, as {{"age": 31}}')
    _require_different(path, line, text, found)
    if all(isinstance(value, _VALUES) for value in found.values()):
        return found
    flat = _flat(found)
    keys = [key for key, _ in flat]
    if twice := [key for i, key in enumerate(keys) if key in keys[:i]]:
        raise DataError(f"{path}: line {line}: {twice[0]!r} is there twice, once in an object")
    return dict(flat)


def _require_different(path: Path, line: int, text: bytes, found: dict[str, Any]) -> None:
    """Raises DataError where an object has a key twice: decoders keep the last value alone. There
    are at least as many marks of keys as keys, and no more where nothing is there twice."""
    count = _count_of_keys(found)
    if text.count(b":") == count or len(_KEYS.findall(text)) == count:
        return

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(one := dict(pairs)) < len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for i, key in enumerate(keys) if key in keys[:i])
            values = " and ".join(json.dumps(value)[:40] for key, value in pairs if key == twice)
            raise DataError(f"{path}: line {line}: key {twice!r} is there twice ({values})")
        return one

    json.loads(text, object_pairs_hook=once)


def _count_of_keys(found: Any) -> int:
    """In an object and all that are in it."""
    if isinstance(found, list):
        return sum(map(_count_of_keys, found))
    if not isinstance(found, dict):
        return 0
    return len(found) + sum(
        _count_of_keys(value) for value in found.values() if isinstance(value, dict | list)
    )


def _flat(found: dict[str, Any], before: str = "") -> list[tuple[str, Any]]:
    """Values within objects, called ``place.city``; lists as they are."""
    flat: list[tuple[str, Any]] = []
    for key, value in found.items():
        name = f"{before}{key}"
        flat += _flat(value, f"{name}.") if isinstance(value, dict) else [(name, value)]
    return flat


def _gaps(which: str, lines: dict[str, int]) -> list[str]:
    """What to say of keys that have no value in so many lines."""
    if not lines:
        return []
    some = ", ".join(f"{key!r} in {counted(n, 'line')}" for key, n in list(lines.items())[:5])
    more = ", ..." if len(lines) > 5 else ""
    return [f"keys {which} are gaps: {some}{more}"]
