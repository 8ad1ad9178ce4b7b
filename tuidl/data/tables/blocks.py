"""A block of delimited text as places of its fields, found many at a time.

A block is looked at as a whole: where delimiters, line feeds and quotes stand. Where its lines are
not all alike (quotes amid a field, another number of fields) nothing is decided here:
``tokenised`` returns None, and the block is read a record at a time.
"""

from dataclasses import dataclass

import numpy as np

from tuidl.core.lazy import Array
from tuidl.data.tables.dialect import LONGEST_LINE
from tuidl.data.tables.digits import PADDING, Words

LONGEST_FIELD = 131_072
"""Characters, as Python's csv module has it."""

_LINE, _TAB, _QUOTE, _SPACE, _RETURN = b'\n\t"\x20\r'
_MOST_ODD_LINES = 1000
_MAY_BE_SPACE = np.zeros(256, bool)
_MAY_BE_SPACE[[9, 11, 12, 13, 28, 29, 30, 31, 32, 0xC2, 0xE1, 0xE2, 0xE3]] = True
"""Bytes that a field of spaces may begin with, Unicode's among them."""
_EDGES = np.zeros(256, bool)
_EDGES[[_LINE, _QUOTE, _RETURN]] = True


@dataclass(frozen=True)
class Block:
    """``starts``, ``ends`` (rows * columns,): where each field starts and ends in ``text``, row by
    row, without spaces, tabs and quotes around it. ``lines`` (rows,): the number of line feeds in
    the block up to the end of each row, that one counted. ``empty``: the same number for rows of
    empty fields, which are left out; ``line_count``: of all line feeds.
    """

    text: Array
    words: Words
    starts: Array
    ends: Array
    lines: Array
    empty: Array
    line_count: int


def tokenised(chunk: bytes, delimiter: str, width: int) -> Block | None:
    """The fields of whole lines; ``width``: of each of them."""
    if b"\r" in chunk and chunk.count(b"\r") != chunk.count(b"\r\n"):
        return None
    text = _padded(chunk)
    line_ends = text == _LINE
    lines = np.flatnonzero(line_ends)
    line_ends |= text == ord(delimiter)
    places = np.flatnonzero(line_ends)
    if has_quotes := b'"' in chunk:
        quotes = np.flatnonzero(text == _QUOTE)
        if not _are_regular(text, quotes, ord(delimiter)):
            return None
        places = places[np.searchsorted(quotes, places) % 2 == 0]
    rows = _rows(text, places, width, lines)
    if rows is None:
        return None
    starts, ends, count = rows
    if b"\r" in chunk:
        last = ends[width - 1 :: width]
        last -= (text[last - 1] == _RETURN) & (last > starts[width - 1 :: width])
    kept, empty = _without_empty(text, starts.reshape(-1, width), ends.reshape(-1, width), count)
    if len(empty):
        starts, ends = (part.reshape(-1, width)[kept].ravel() for part in (starts, ends))
    if has_quotes and len(ends) and int((ends - starts).max()) > LONGEST_FIELD:
        return None
    has_spaces = _have_spaces(text[: lines[-1] + 1], ord(delimiter))
    starts, ends = _trimmed(text, starts, ends, has_spaces, has_quotes)
    return Block(text, Words(text), starts, ends, count[kept], empty, len(lines))


def _have_spaces(text: Array, delimiter: int) -> bool:
    """Whether a space or tab stands at the start or the end of a field."""
    spaces = np.flatnonzero((text[PADDING:] == _SPACE) | (text[PADDING:] == _TAB)) + PADDING
    spaces = spaces[text[spaces] != delimiter]
    beside = _EDGES[text[spaces - 1]] | _EDGES[text[spaces + 1]]
    beside |= (text[spaces - 1] == delimiter) | (text[spaces + 1] == delimiter)
    return bool(beside.any())


def _padded(chunk: bytes) -> Array:
    """The bytes, ended by a line feed, with room before and behind to read words."""
    end = b"" if chunk.endswith(b"\n") else b"\n"
    after = b" " * (8 + -(PADDING + len(chunk) + len(end)) % 8)
    return np.frombuffer(b"".join([b" " * PADDING, chunk, end, after]), np.uint8)


def _rows(
    text: Array, places: Array, width: int, lines: Array
) -> tuple[Array, Array, Array] | None:
    """Starts and ends of the fields of all rows, and the number of the line that each ends in;
    None where a line that is not blank has another number of them. ``lines``: where lines end."""
    if int(np.diff(lines, prepend=PADDING - 1).max()) > LONGEST_LINE:
        return None
    starts = np.empty_like(places)
    starts[0] = PADDING
    np.add(places[:-1], 1, out=starts[1:])
    if len(places) == width * len(lines) and (places[width - 1 :: width] == lines).all():
        return starts, places, np.arange(1, len(lines) + 1)
    numbers = np.flatnonzero(text[places] == _LINE)
    line_ends = places[numbers]
    counts = np.diff(numbers, prepend=-1)
    first = np.concatenate([[PADDING], line_ends[:-1] + 1])
    blank = _blank(text, first, line_ends, counts != width)
    if blank is None:
        return None
    kept = np.ones(len(places), bool)
    kept[numbers[blank]] = False
    line_ends = np.delete(line_ends, blank)
    return starts[kept], places[kept], np.searchsorted(lines, line_ends) + 1


def _are_regular(text: Array, quotes: Array, delimiter: int) -> bool:
    """Whether every quote opens a whole field, closes one, or is doubled within one."""
    if len(quotes) % 2:
        return False
    opening, closing = quotes[::2], quotes[1::2]
    before, after = text[opening - 1], text[closing + 1]
    again = np.zeros(len(opening), bool)
    again[1:] = opening[1:] == closing[:-1] + 1
    starts = (before == delimiter) | (before == _LINE) | (opening == PADDING)
    starts |= (before == _SPACE) & (text[opening - 2] == delimiter)
    ends = (after == delimiter) | (after == _LINE)
    ends |= (after == _RETURN) & (text[np.minimum(closing + 2, len(text) - 1)] == _LINE)
    ends[:-1] |= again[1:]
    return bool((starts | again).all() and ends.all())


def _blank(text: Array, starts: Array, ends: Array, odd: Array) -> Array | None:
    """The places of odd lines, all of which are blank; None where one is not."""
    places = np.flatnonzero(odd)
    if len(places) > _MOST_ODD_LINES:
        return None
    for place in places:
        if text[starts[place] : ends[place]].tobytes().strip():
            return None
    return places


def _without_empty(text: Array, starts: Array, ends: Array, lines: Array) -> tuple[Array, Array]:
    """Which rows have something in a field, and the lines of the others."""
    rows = np.arange(len(lines))
    for start, end in zip(starts.T, ends.T, strict=True):
        begin = start[rows]
        first = text[begin]
        may_be = (begin == end[rows]) | _MAY_BE_SPACE[first]
        if (quoted := first == _QUOTE).any():
            second = text[begin + 1]
            may_be |= quoted & ((second == _QUOTE) | _MAY_BE_SPACE[second])
        rows = rows[may_be]
        if not len(rows):
            break
    kept = np.ones(len(lines), bool)
    for row in rows:
        fields = zip(starts[row], ends[row], strict=True)
        kept[row] = any(_unquoted(text[start:end].tobytes()) for start, end in fields)
    return kept, lines[~kept]


def _unquoted(raw: bytes) -> str:
    """What is left of a field that may be empty."""
    return raw.decode().strip(" ").removeprefix('"').removesuffix('"').strip()


def _trimmed(
    text: Array, starts: Array, ends: Array, has_spaces: bool, has_quotes: bool
) -> tuple[Array, Array]:
    """Fields without spaces and tabs around them, and without the quotes around all of it."""
    if has_spaces:
        starts, ends = _without_spaces(text, starts, ends)
    if has_quotes:
        quoted = (text[starts] == _QUOTE) & (ends - starts >= 2)
        starts, ends = starts + quoted, ends - quoted
        if has_spaces:
            starts, ends = _without_spaces(text, starts, ends)
    return starts, ends


def _without_spaces(text: Array, starts: Array, ends: Array) -> tuple[Array, Array]:
    for _ in range(LONGEST_FIELD):
        first, last = text[starts], text[ends - 1]
        leads = ((first == _SPACE) | (first == _TAB)) & (starts < ends)
        trails = ((last == _SPACE) | (last == _TAB)) & (starts + leads < ends)
        if not (leads.any() or trails.any()):
            break
        starts, ends = starts + leads, ends - trails
    return starts, ends
