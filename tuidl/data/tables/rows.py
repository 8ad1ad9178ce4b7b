"""Records of a delimited file, one at a time: what is left out, and what is wrong with the rest."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from tuidl.core.errors import DataError
from tuidl.data.tables.content import Text
from tuidl.data.tables.dialect import LONGEST_LINE, counted
from tuidl.data.tables.header import Header

_NAMED_LINES = 5
_IN_WORDS = {
    f"'{mark}' expected"[:10]: "text behind a closing quote: a quote within quotes is written "
    'twice ("")'
    for mark in ",;\t|"
}
"""What errors of the module csv mean, by their first letters."""


class Records:
    """The records from a place of the file on. ``position``: where the next one starts, in line
    ``line``, once one was taken."""

    def __init__(self, path: Path, data: Text, position: int, line: int, delimiter: str) -> None:
        self.path, self.data, self.delimiter = path, data, delimiter
        self.position, self.line = position, line

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """The last line and the fields of every record that is not blank. Raises DataError."""
        reader = csv.reader(
            self._lines(), delimiter=self.delimiter, skipinitialspace=True, strict=True
        )
        began = self.line
        try:
            for fields in reader:
                if fields:
                    yield self.line - 1, [text.strip() for text in fields]
                began = self.line
        except csv.Error as error:
            problem = f"line {self.line - 1}: {_IN_WORDS.get(f'{error}'[:10], error)}"
            if f"{error}".startswith("unexpected"):
                problem = f"line {began}: a quote that nothing closes"
            raise DataError(f"{self.path}: {problem}") from None

    def until(self, end: int) -> Iterator[tuple[int, list[str]]]:
        """Those that start before ``end``."""
        if self.position < end:
            for record in self:
                yield record
                if self.position >= end:
                    return

    def _lines(self) -> Iterator[str]:
        while self.position < len(self.data):
            start = self.position
            end = self.data.find(b"\n", start, start + LONGEST_LINE) + 1
            if not end:
                if len(self.data) - start > LONGEST_LINE:
                    problem = f"longer than {LONGEST_LINE:,} bytes"
                    raise DataError(f"{self.path}: line {self.line}: {problem}")
                end = len(self.data)
            self.position, self.line = end, self.line + 1
            yield self.data[start:end].decode()


class Rows:
    """Makes every record as wide as the header, or says why it is not."""

    def __init__(self, path: Path, header: Header, delimiter: str) -> None:
        self.path, self.header, self.delimiter = path, header, delimiter
        self.empty: list[int] = []
        self._cut = self._filled = 0

    def fitted(self, line: int, fields: list[str]) -> list[str] | None:
        """One text for each column; None for a record of empty fields. Raises DataError."""
        width = len(self.header.names)
        if not any(fields):
            if len(fields) > 1 or width == 1:
                self.empty.append(line)
            return None
        if len(fields) == width:
            return fields
        if len(fields) > width and not any(fields[width:]):
            self._cut += 1
            return fields[:width]
        if self.header.named <= len(fields) < width:
            self._filled += 1
            return [*fields, *[""] * (width - len(fields))]
        advice = f"; if it is no row: data.skip_lines = [{line}]"
        raise DataError(f"{self.path}: line {line}: {self._problem(fields)}{advice}")

    def notes(self) -> list[str]:
        """What was passed over, in words."""
        notes = []
        if self.empty:
            lines = ", ".join(f"{line}" for line in self.empty[:_NAMED_LINES])
            more = ", ..." if len(self.empty) > _NAMED_LINES else ""
            what = counted(len(self.empty), "row")
            where = f"line{'s' if len(self.empty) > 1 else ''} {lines}{more}"
            notes.append(f"{what} of empty fields passed over ({where})")
        if self._cut:
            what = counted(self._cut, "row")
            notes.append(f"empty fields after the last column passed over in {what}")
        return notes

    def _problem(self, fields: Sequence[str]) -> str:
        width = self.header.named
        what = f"{counted(len(fields), 'field')}, expected {width}"
        whole = all(text.lstrip("+-").isdecimal() for text in fields)
        if len(fields) > width and self.delimiter == "," and whole:
            return f"{what} (numbers with a decimal comma need quotes, or another delimiter)"
        if len(fields) < width and self.header.is_there:
            lacking = self.header.titles[len(fields)]
            return f"{what} (the first that is missing: {lacking!r})"
        return what
