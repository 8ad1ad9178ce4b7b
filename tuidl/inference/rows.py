"""Rows of a table as inputs of the network, some at a time: what is made of all of them together
lies in a file where the memory is too small."""

import math
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.core.spilling import empty, room_for
from tuidl.data.encoded_rows import EncodedRows
from tuidl.data.tables.content import ADVICE
from tuidl.data.tables.raw import RawTable

Encode = Callable[[RawTable], EncodedRows]

AT_ONCE = 1 << 16
"""Rows, of which the batches that a network answers make up equal parts."""
LEAST_MEMORY = 64 << 20
"""Bytes that some rows may take while they are encoded."""


def are_many(count: int) -> bool:
    """Whether so many rows are not looked at together."""
    return count > AT_ONCE


def places(count: int) -> Iterator[slice]:
    """Of all rows, some at a time."""
    return (slice(i, min(i + AT_ONCE, count)) for i in range(0, count, AT_ONCE))


def encoded(
    path: Path, raw: RawTable, encode: Encode, prepare: Callable[[Array], Array]
) -> tuple[Array, dict[int, str], dict[int, str]]:
    """All rows (n, ...) float32 as the network takes them, why some cannot be taken, and what is
    special about others, by their places. ``prepare``: scales what ``encode`` has made.

    Raises DataError where no row can be taken, BackendError where neither memory nor disk has room.
    """
    count, first = len(raw.lines), encode(raw.part(0, 1))
    shape = (count, *first.x.shape[1:])
    with room_for(4 * math.prod(shape), LEAST_MEMORY, f"{path}", ADVICE):
        x = empty(shape, np.float32)
    problems, marks = dict[int, str](), dict[int, str]()
    for rows in places(count):
        found = encode(raw.part(rows.start, rows.stop))
        x[rows] = prepare(found.x)
        problems |= moved(found.problems, rows.start)
        marks |= moved(found.marks, rows.start)
    if problems and len(problems) == count:
        raise DataError(problems[min(problems)])
    return x, problems, marks


def moved(said: Mapping[int, str], start: int) -> dict[int, str]:
    """What is said of some rows, by places among all; ``start``: that of the first."""
    return {start + place: text for place, text in said.items()}


def within(said: Mapping[int, str], known: Sequence[int], rows: slice) -> dict[int, str]:
    """What is said of some rows, by their places among these; ``known``: its places, sorted."""
    first, end = bisect_left(known, rows.start), bisect_left(known, rows.stop)
    return {place - rows.start: said[place] for place in known[first:end]}


def rows_of(tables: Sequence[RawTable], rows: slice) -> Iterator[RawTable]:
    """Some rows of several tables, one behind the other."""
    start = 0
    for table in tables:
        count = len(table.lines)
        first, end = max(rows.start - start, 0), min(rows.stop - start, count)
        if first < end:
            yield table.part(first, end)
        start += count


def stored(parts: Iterable[Array], count: int) -> Array:
    """All ``parts``, of ``count`` rows together, in a file where the memory is too small. Raises
    BackendError where the disk is, too."""
    found, done = None, 0
    for part in parts:
        if found is None:
            shape = (count, *part.shape[1:])
            with room_for(part.itemsize * math.prod(shape), LEAST_MEMORY, "the examples", ADVICE):
                found = empty(shape, part.dtype)
        found[done : done + len(part)] = part
        done += len(part)
    assert found is not None
    return found
