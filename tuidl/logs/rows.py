"""CSV logs, as Keras' ``CSVLogger`` and Lightning write them: a header, and a row a step.

An empty cell is a number that was not measured there; ``nan`` and ``inf`` are gaps in a curve.
"""

import csv
from collections.abc import Iterator
from math import isfinite

from tuidl.logs.lines import Lines
from tuidl.logs.record import Record, Unusable, placed, readable, step_key

SEPARATORS = ",;\t"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def cells_of(line: bytes, separator: str) -> list[str] | None:
    """The cells of a row without blanks around them; None where it cannot be cut."""
    try:
        text = line.removeprefix(BYTE_ORDER_MARK).decode().rstrip("\r")
        if '"' not in text:  # which is much quicker
            return [cell.strip() for cell in text.split(separator)]
        rows = list(csv.reader([text], delimiter=separator))
    except (UnicodeDecodeError, csv.Error):
        return None
    return [cell.strip() for cell in rows[0]] if len(rows) == 1 else None


def separator_of(header: bytes) -> str:
    """What most of the header's cells are cut by."""
    return max(SEPARATORS, key=lambda separator: header.count(separator.encode()))


def number_in(cell: str) -> float | None:
    """The cell's number; None where it is empty or a word (Keras writes ``NA``)."""
    try:
        return None if "_" in cell else float(cell)
    except ValueError:
        return None


def is_table(lines: list[bytes]) -> bool:
    """Whether a file that begins with these lines is a CSV log: names in its header, and a row of
    numbers below it; or a step among the names, where there is no row yet."""
    if not lines:
        return False
    separator = separator_of(lines[0])
    names = cells_of(lines[0], separator) or []
    has_names = len(names) > 1 and all(number_in(name) is None for name in names)
    if not has_names or not all(names[1:]):
        return False
    if len(lines) == 1:
        return any(step_key(name) for name in names)
    cells = cells_of(lines[1], separator) or []
    return len(cells) == len(names) and any(number_in(cell) is not None for cell in cells)


class Rows:
    """Reads one CSV log as it grows: a ``Reader``."""

    def __init__(self) -> None:
        self._lines = Lines()
        self._header = b""
        self._columns: list[tuple[str, str | None]] = []
        """Each one's name, and the step that it says, if it does."""

    @property
    def refused(self) -> int:
        return self._lines.refused

    def feed(self, data: bytes) -> Iterator[Record | Unusable]:
        for line in self._lines.feed(data):
            yield from self._taken(line)

    def whole_rest(self) -> list[Record | Unusable]:
        """None: a cell may go on."""
        return []

    def take_rest(self) -> list[Record | Unusable]:
        """The last row, which has no end and will get none."""
        return list(self._taken(self._lines.take_rest()))

    def _taken(self, line: bytes) -> Iterator[Record | Unusable]:
        line = line.removesuffix(b"\r")
        if not line.strip() or line == self._header:  # a log that was appended to
            return
        if not self._header:
            self._header, self._separator = line, separator_of(line)
            names = [readable(name) for name in cells_of(line, self._separator) or []]
            self._columns = [(name, step_key(name)) for name in names]
            return
        cells = cells_of(line, self._separator) or []
        if len(cells) != len(self._columns):
            yield Unusable.ROW
            return
        yield self._record(cells)

    def _record(self, cells: list[str]) -> Record:
        """As ``record_of`` makes it of an object; what each column is was found out once."""
        places: dict[str, float] = {}
        values: dict[str, float | None] = {}
        for (name, known), cell in zip(self._columns, cells, strict=True):
            number = number_in(cell)
            if number is None:
                continue
            if known is None:
                values[name] = number
            elif isfinite(number):
                places.setdefault(known, number)
        return placed(places, values)
