"""How large a sheet of a workbook is once it is read, known before: as a rectangle of cells.

Two cells far apart make a large one of a small file, and so does a cell of an OpenDocument sheet
that says that it is repeated.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from tuidl.data.expanding import unzipped

SHEETS = "xl/worksheets/"
"""Where the sheets of a workbook lie in its archive."""
OPEN_SHEETS = "content.xml"
"""The same of an OpenDocument, all of them in one file."""
LONGEST_CELL = 256
"""Bytes of what names a cell, at most, so that one on the border of two pieces is seen."""
LONGEST_TAG = 1 << 16
"""Bytes of a tag of an OpenDocument, at most: what is longer is counted without its end."""

_CELL = re.compile(rb'<c [^>]*?r="([A-Z]{1,3})([0-9]{1,7})"')
_TAG = re.compile(rb"<table:(table|table-row|table-cell|covered-table-cell)((?=[\s/>])[^>]*)>")
_REPEATED = re.compile(rb"number-(?:rows|columns)-repeated=[\"']\s*\+?([0-9]{1,18})")


def largest_rectangle(path: Path) -> int:
    """Cells of the rectangle that the filled ones of a sheet lie in, of the largest sheet. Raises
    DataError where the archive expands too far."""
    rows, columns, sheet, before, largest = 0, 0, "", b"", 0
    tags = _Tags()
    for name, piece in unzipped(path):
        if name == OPEN_SHEETS:
            tags.add(piece)
        if name != sheet:
            sheet, before, rows, columns = name, b"", 0, 0
        if not name.startswith(SHEETS):
            continue
        found = _CELL.findall(before + piece)
        rows = max([rows, *(int(row) for _, row in found)])
        columns = max([columns, *map(_number, {letters for letters, _ in found})])
        before, largest = piece[-LONGEST_CELL:], max(largest, rows * columns)
    return max(largest, tags.largest)


def _number(letters: bytes) -> int:
    """Of a column: A is 1, AA 27."""
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number


class _Tags:
    """Counts the cells of OpenDocument sheets, as often as they are repeated, up to the last row
    and the last column that are filled: empty ones behind them are not read."""

    def __init__(self) -> None:
        self.largest = 0
        self._before = b""
        self._rows = self._columns = 0
        self._row = self._repeated = self._column = 0

    def add(self, piece: bytes) -> None:
        text = self._before + piece
        whole = text.rfind(b"<") if text.rfind(b">") < text.rfind(b"<") else len(text)
        self._before = text[whole:][:LONGEST_TAG]
        for kind, said in _tags(text[:whole]):
            if kind == b"table":
                self._rows = self._columns = self._row = self._repeated = 0
            elif kind == b"table-row":
                self._row += self._repeated
                self._repeated, self._column = _repeats(said), 0
            else:
                self._column += _repeats(said)
                if not said.endswith(b"/") or b"value" in said or b"formula" in said:
                    self._rows = max(self._rows, self._row + self._repeated)
                    self._columns = max(self._columns, self._column)
                    self.largest = max(self.largest, self._rows * self._columns)


def _tags(text: bytes) -> Iterator[tuple[bytes, bytes]]:
    return ((found[1], found[2]) for found in _TAG.finditer(text))


def _repeats(said: bytes) -> int:
    found = _REPEATED.search(said)
    return int(found[1]) if found else 1
