"""Rows of delimited text as numbers and codes of texts: no kernel of a network, but compiled so.

``scan`` goes over the bytes once. A plain number becomes a float64 (``decimals.py``). Every other
field is known by its bytes: a table of all different ones has a number or a code for each. It stops
before a row that is not written plainly, and leaves it to others (``tuidl/data/tables``).
"""

from functools import cache
from typing import Any

import numpy as np
from numba import types

from tuidl.kernels.cache import COMPILING
from tuidl.kernels.decimals import WORD, word_at, write_number
from tuidl.kernels.entries import Entry, make
from tuidl.kernels.jit import rounded_function
from tuidl.kernels.native import is_kept

NAME = "scan_text"
LONGEST_FIELD, LONGEST_ROW = 131_072, 1 << 20

ROWS, ENTRIES, POOL, LINE, REBUILD, FULL = range(6)
"""Places of ``counts``: rows read, different texts, their bytes, line feeds before the next row; 1
where ``slots`` is to be filled from ``hashes``; 1 where there was no room for another row."""
START, LENGTH, COLUMN = range(3)
"""Places of ``entries``: where a text stands in ``pool``, and its column."""

_LINE, _RETURN, _QUOTE, _SPACE, _TAB = b'\n\r" \t'
_PRIME = np.uint64(0x100000001B3)
_PLAIN = np.array([33 <= byte < 127 and byte != _QUOTE for byte in range(256)])
"""Bytes that no field that may be empty begins with."""
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_U32 = np.uint64(32)


@rounded_function
def _ended(text, at, end, delimiter):
    """Where the field that is over ``at`` meets its delimiter or line feed (or the end), -1 where
    something else stands there. Spaces, tabs and a carriage return before that are passed over."""
    while at < end and text[at] != delimiter and (text[at] == _SPACE or text[at] == _TAB):
        at += 1
    if at + 1 < end and text[at] == _RETURN and text[at + 1] == _LINE:
        return at + 1
    if at >= end or text[at] == delimiter or text[at] == _LINE:
        return at
    return -1


@rounded_function
def _closing(text, at, end):
    """Where the quote stands that closes the field that begins ``at``, -1 where none does; and how
    many line feeds stand before it."""
    lines = 0
    while at < end:
        lines += text[at] == _LINE
        if text[at] == _QUOTE:
            if at + 1 >= end or text[at + 1] != _QUOTE:
                return at, lines
            at += 1
        at += 1
    return -1, 0


@rounded_function
def _quoted_end(text, at, end, delimiter):
    """Where the field whose last quote stands before ``at`` meets its delimiter or line feed; -1
    where anything stands between them."""
    if at + 1 < end and text[at] == _RETURN and text[at + 1] == _LINE:
        return at + 1
    return at if at >= end or text[at] == delimiter or text[at] == _LINE else -1


@rounded_function
def _plain_end(text, at, end, delimiter):
    """Where the field without quotes meets its delimiter or line feed; -1 where it is odd."""
    while at < end and text[at] != delimiter and text[at] != _LINE:
        if text[at] == _QUOTE:
            return -1
        if text[at] == _RETURN and (at + 1 >= end or text[at + 1] != _LINE):
            return -1
        at += 1
    return at


@rounded_function
def _hash_of(text, start, length, column):
    found = np.uint64(column) * _SPREAD
    if length <= WORD and start + WORD <= len(text):
        if length > 0:
            found += word_at(text, start) << np.uint64(8 * (WORD - length))
        found *= _SPREAD
    else:
        for at in range(start, start + length):
            found = (found ^ np.uint64(text[at])) * _PRIME
    return found ^ (found >> _U32)


@rounded_function
def _entry(text, start, stop, column, slots, hashes, entries, pool, counts):
    """The number of the text among all different ones, a new one where it was not seen; -1 where
    there is no room for it."""
    length = stop - start
    code, mask = _hash_of(text, start, length, column), len(slots) - 1
    slot = np.int64(code & np.uint64(mask))
    while slots[slot] >= 0:
        known = slots[slot]
        if hashes[known] == code and entries[known, LENGTH] == length:
            is_same, first = entries[known, COLUMN] == column, entries[known, START]
            for at in range(length):
                is_same = is_same and pool[first + at] == text[start + at]
            if is_same:
                return known
        slot = (slot + 1) & mask
    new, first = counts[ENTRIES], counts[POOL]
    if new >= len(hashes) or first + length > len(pool):
        counts[FULL] = 1
        return -1
    slots[slot], hashes[new] = new, code
    entries[new, START], entries[new, LENGTH], entries[new, COLUMN] = first, length, column
    for at in range(length):
        pool[first + at] = text[start + at]
    counts[ENTRIES], counts[POOL] = new + 1, first + length
    return new


@rounded_function
def _rebuild(slots, hashes, count):
    mask = len(slots) - 1
    for entry in range(count):
        slot = np.int64(hashes[entry] & np.uint64(mask))
        while slots[slot] >= 0:
            slot = (slot + 1) & mask
        slots[slot] = entry


@rounded_function
def _forget(slots, hashes, entries, counts, count):
    """Take back the entries from ``count`` on, the last one first: nothing was put behind it."""
    mask = len(slots) - 1
    while counts[ENTRIES] > count:
        counts[ENTRIES] -= 1
        last = counts[ENTRIES]
        slot = np.int64(hashes[last] & np.uint64(mask))
        while slots[slot] != last:
            slot = (slot + 1) & mask
        slots[slot] = -1
        counts[POOL] -= entries[last, LENGTH]


@rounded_function
def _field(
    text, at, end, delimiter, column, place, tens, fives, numbers, bits, codes,
    slots, hashes, entries, pool, counts,
):  # fmt: skip
    """Read the field that begins ``at``; returns where it meets its delimiter or line feed, -1
    where it is odd; and whether there is surely something in it."""
    begin = at
    while at < end and text[at] != delimiter and (text[at] == _SPACE or text[at] == _TAB):
        at += 1
    is_quoted = at < end and text[at] == _QUOTE
    if is_quoted and at > begin:
        return -1, False
    if at + is_quoted < end:
        stop = write_number(text, at + is_quoted, end, tens, fives, numbers, bits, place)
        if stop >= 0 and is_quoted:
            stop = stop + 1 if stop < end and text[stop] == _QUOTE else -1
        stop = _ended(text, stop, end, delimiter) if stop >= 0 else -1
        if stop >= 0:
            codes[place] = -1
            return stop, True
    if is_quoted:
        start = at + 1
        last, lines = _closing(text, start, end)
        counts[LINE] += lines
        stop = _quoted_end(text, last + 1, end, delimiter) if last >= 0 else -1
    else:
        start, stop = at, _plain_end(text, at, end, delimiter)
        last = stop
        if last > start and text[last - 1] == _RETURN:
            last -= 1
    if stop < 0 or last - start > LONGEST_FIELD:
        return -1, False
    while start < last and (text[start] == _SPACE or text[start] == _TAB):
        start += 1
    while start < last and (text[last - 1] == _SPACE or text[last - 1] == _TAB):
        last -= 1
    codes[place] = _entry(text, start, last, column, slots, hashes, entries, pool, counts)
    is_there = start < last and _PLAIN[text[start]]
    return (stop if codes[place] >= 0 else -1), is_there


def scan(
    text, at, end, delimiter, width, most, tens, fives, numbers, bits, codes, lines,
    slots, hashes, entries, pool, counts,
):  # fmt: skip
    """Read rows from the byte ``at`` on; returns the byte at which the first row begins that was
    not read: ``end``, or that of a row that is odd, or that there is no room for.

    Parameters
    ----------
    text : (bytes,) uint8
    delimiter, width : a byte, and the number of fields of each row
    most : rows that there is room for
    tens, fives : ``TENS``, ``powers_of_five()``
    numbers, bits, codes : (width * most,) out, column after column: each number (``bits`` is the
        same memory) and -1; or anything, and the text's place in ``entries``
    lines : (most,) out: line feeds up to the end of each row
    slots, hashes, entries, pool : (a power of two,) -1 where nothing is, (texts,), (texts, 3),
        (bytes,) uint8
    counts : (6,) in and out, see above
    """
    if counts[REBUILD] != 0:
        _rebuild(slots, hashes, counts[ENTRIES])
        counts[REBUILD] = 0
    while at < end:
        if text[at] == _LINE or (text[at] == _RETURN and at + 1 < end and text[at + 1] == _LINE):
            at += 1 if text[at] == _LINE else 2
            counts[LINE] += 1
            continue
        row, known, line = counts[ROWS], counts[ENTRIES], counts[LINE]
        if row >= most:
            counts[FULL] = 1
            return at
        begin, is_there = at, False
        for column in range(width):
            at, some = _field(
                text, at, end, delimiter, column, column * most + row, tens, fives, numbers, bits,
                codes, slots, hashes, entries, pool, counts,
            )  # fmt: skip
            is_there = is_there or some
            is_line = at < 0 or at >= end or text[at] == _LINE
            if at < 0 or is_line != (column == width - 1):
                at = -1
                break
            at += 1
        if at < 0 or not is_there or at - begin > LONGEST_ROW:
            _forget(slots, hashes, entries, counts, known)
            counts[LINE] = line
            return begin
        counts[LINE] += 1
        lines[row] = counts[LINE]
        counts[ROWS] = row + 1
    return end


@cache
def compiled_scan() -> Any:
    """``scan`` as machine code."""
    with COMPILING.hold():
        return Entry(*_parts())


def make_scan() -> None:
    """Compile ``scan``, without loading it."""
    make(*_parts())


def _parts() -> tuple[str, Any, Any]:
    """Of the Entry: name, function and signature."""
    whole, bytes_, words = types.int64, types.uint8[::1], types.uint64[::1]
    signature = whole(
        bytes_, whole, whole, whole, whole, whole, types.float64[::1], types.uint64[:, ::1],
        types.float64[::1], words, types.int32[::1], types.int64[::1],
        types.int64[::1], words, types.int64[:, ::1], bytes_, types.int64[::1],
    )  # fmt: skip
    return NAME, rounded_function(scan), signature


def scan_is_kept() -> bool:
    """Whether its machine code need not be made, by the name of its file."""
    return is_kept(NAME)
