"""Lines of a file that are no rows: titles, units below the names, a total at the end.

They are made blank before the table is read, and so are they in files that are predicted: lines
above the names by their number, others where they say the same.
"""

from collections.abc import Sequence

from tuidl.core.errors import PresetError
from tuidl.core.spilling import written
from tuidl.data.tables.content import CHUNK, Text, count_of

KEY = "data.skip_lines"
LONGEST = 200
"""Characters of a line that are compared."""

Skipped = tuple[tuple[int, str | None], ...]
"""The numbers of lines, and what each must say to be one; None: whatever it says."""


def blanked(path: str, data: Text, skip: Skipped, *, is_stated: bool) -> tuple[Text, Skipped]:
    """``data`` without what stands on these lines, and what that was. A record that goes on in
    further lines is blanked as a whole.

    Raises PresetError where a line ``is_stated`` and has nothing, or is amid a record.
    """
    kept: list[tuple[int, int]] = []
    found: list[tuple[int, str | None]] = []
    start, place, line, quotes = 0, 0, 1, 0
    for number, text in sorted(skip, key=lambda one: one[0]):
        begin = _start_of(data, number, place, line)
        quotes += count_of(data, b'"', place, begin)
        place, line = begin, number
        end = _end_of_record(data, begin)
        said = data[begin:end].decode("utf-8", "replace").strip()[:LONGEST]
        if not said or quotes % 2:
            if is_stated:
                raise PresetError(KEY, f"no row begins on line {number}")
            continue
        if text is None or text == said:
            kept.append((start, begin))
            start, found = end, [*found, (number, said)]
            place, line = end, number + count_of(data, b"\n", begin, end)
    kept.append((start, len(data)))
    if not found:
        return data, ()
    return _put_together(path, data, kept, [number for number, _ in found]), tuple(found)


def _put_together(
    path: str, data: Text, kept: Sequence[tuple[int, int]], numbers: Sequence[int]
) -> Text:
    """The parts that are kept, with as many ends of lines between them as there were."""
    pieces = []
    for place, (start, end) in enumerate(kept):
        pieces.append((start, end))
        if place < len(numbers):
            gap = kept[place + 1][0]
            pieces.append((-count_of(data, b"\n", end, gap), 0))
    parts = (
        data[at : min(at + CHUNK, end)] if start >= 0 else b"\n" * -start
        for start, end in pieces
        for at in (range(start, end, CHUNK) if start >= 0 else (0,))
    )
    return b"".join(parts) if isinstance(data, bytes) else written(parts, path)


def _start_of(data: Text, number: int, place: int, line: int) -> int:
    """Where a line begins, from the start of another one on; the end where there is no such."""
    while line < number and place < len(data):
        end = min(place + CHUNK, len(data))
        count = count_of(data, b"\n", place, end)
        if line + count < number:
            place, line = end, line + count
            continue
        place = data.find(b"\n", place) + 1
        line += 1
    return place if line == number else len(data)


def _end_of_record(data: Text, begin: int) -> int:
    """The end of the line, or of a later one that closes its quotes."""
    first = end = data.find(b"\n", begin) + 1 or len(data)
    quotes = count_of(data, b'"', begin, end)
    while quotes % 2 and end < len(data) and end - begin < CHUNK:
        after = data.find(b"\n", end) + 1 or len(data)
        quotes += count_of(data, b'"', end, after)
        end = after
    return first if quotes % 2 else end


def said_lines(lines: Sequence[int]) -> Skipped:
    return tuple((line, None) for line in lines)


def note_of(found: Skipped) -> str:
    """What was passed over, in words."""
    lines = ", ".join(str(line) for line, _ in found[:10]) + (", ..." if len(found) > 10 else "")
    return f"line{'s' if len(found) > 1 else ''} {lines} passed over ({KEY})"


def kept_for_others(found: Skipped, header: int) -> Skipped:
    """What holds for other files: ``header``: the line of the names, 0 where there are none."""
    return tuple((line, None if line < header else text) for line, text in found)
