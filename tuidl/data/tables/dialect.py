"""How a delimited file is written: what stands before the table, and what parts its fields."""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tuidl.core.errors import DataError
from tuidl.data.tables.content import Text

DELIMITERS = ",;\t|"
MISSING = {"", "na", "nan", "null", "?"}
"""Texts that stand for no value, in upper or lower case: no names of columns, in a guess."""

LONGEST_LINE = 1 << 20
SAMPLED_LINES = 50
MOST_COMMENTS = 10_000

_SEP = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")


@dataclass(frozen=True)
class Dialect:
    """``start``: the byte where the table begins, in line ``line`` (counted from 1)."""

    delimiter: str
    start: int
    line: int
    notes: tuple[str, ...]


def dialect_of(
    path: Path,
    data: Text,
    delimiter: str | None,
    header: bool | None,
    is_sure: bool,
    fewest: int = 2,
) -> Dialect:
    """``delimiter``: as stated; unless ``is_sure`` another one where the first line has none of
    it. Raises DataError where there seems to be none, unless one column is the ``fewest``."""
    start, line, found, notes = _sep_line(data)
    if found is not None:
        delimiter, is_sure = (delimiter, is_sure) if delimiter and is_sure else (found, True)
        notes = [f"line {line - 1}: 'sep={found}' names the delimiter"]
    comments, after = _comments(data, start, line)
    sample = sampled(path, data, after, line + len(comments))
    if not any(text.strip(f" \t\r\n{DELIMITERS}") for text in sample):
        raise DataError(f"{path}: empty")
    if delimiter is None or not (is_sure or delimiter in sample[0]):
        delimiter = sniffed(sample) or delimiter
    if delimiter is None and fewest == 1:
        delimiter = DELIMITERS[0]
    if delimiter is None:
        more = "if there are more, say data.delimiter"
        if count := _parted_by_spaces(sample):
            more = f"if spaces part {count} columns: data.delimiter = ' '"
        raise DataError(f"{path}: one column only; {more}")
    if not comments:
        return Dialect(delimiter, after, line, tuple(notes))
    last = comments[-1]
    if header is not False and _is_header(last[1], sample, delimiter):
        at = last[0] + data[last[0] :].find(b"#") + 1
        number = line + len(comments) - 1
        comments.pop()
        notes.append(f"line {number}: begins with '#', read as the names of the columns")
        after = at
    if comments:
        notes.append(f"line {line}: {counted(len(comments), 'comment line')} ('#') passed over")
    return Dialect(delimiter, after, line + len(comments), tuple(notes))


def is_value(text: str) -> bool:
    """Whether it is a number, or stands for a missing value."""
    try:
        float(text)
    except ValueError:
        return text.casefold() in MISSING or bool(_DECIMAL_COMMA.fullmatch(text))
    return True


def fields_of(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    """The fields of some lines that are not blank, as far as they can be told."""
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    found = []
    try:
        for fields in reader:
            if any(text.strip() for text in fields):
                found.append([text.strip() for text in fields])
    except csv.Error:
        pass
    return found


def sniffed(sample: Sequence[str]) -> str | None:
    """The delimiter that parts the lines into equally many fields, most of them values.

    None where there is no such.
    """
    best, most = None, (0.0, 0.0, 0)
    for delimiter in DELIMITERS:
        rows = fields_of(sample, delimiter)
        widths = Counter(map(len, rows))
        if not rows:
            continue
        width, count = widths.most_common(1)[0]
        if width < 2 or 2 * count < len(rows):
            continue
        merit = _merit(rows, width, count, delimiter)
        if merit > most:
            best, most = delimiter, merit
    return best


def _parted_by_spaces(sample: Sequence[str]) -> int:
    """Columns, where runs of spaces part as many in every line, 0 else."""
    counts = {len(line.split()) for line in sample if line.strip()}
    return counts.pop() if len(counts) == 1 and counts != {1} else 0


def _merit(
    rows: list[list[str]], width: int, count: int, delimiter: str
) -> tuple[float, float, int]:
    """The first line counts as much as all others: its fields are the columns."""
    first = len(rows[0]) == width or (
        len(rows[0]) == width - 1 and not any(r[-1] for r in rows[1:])
    )
    regular = round((first + count / len(rows)) / 2, 1)
    fields = [text for row in rows if len(row) == width for text in row]
    others = set(DELIMITERS) - {delimiter, ","}
    clean = sum(is_value(text) for text in fields) - sum(bool(others & set(t)) for t in fields)
    return regular, round(clean / len(fields), 1), width


def _sep_line(data: Text) -> tuple[int, int, str | None, list[str]]:
    """Where the file goes on after a first line like ``sep=;``, its line, and its character."""
    start = end = 0
    line = 0
    while end < len(data) and line < MOST_COMMENTS:
        start, line = end, line + 1
        end = data.find(b"\n", start) + 1 or len(data)
        text = data[start:end]
        if text.strip():
            match = _SEP.fullmatch(text[:100].decode("utf-8", "replace").rstrip("\r\n"))
            return (end, line + 1, match[1], []) if match else (start, line, None, [])
    return end, line, None, []


def _comments(data: Text, start: int, line: int) -> tuple[list[tuple[int, str]], int]:
    """The start and text of every line that begins with '#', and where the next line starts."""
    comments: list[tuple[int, str]] = []
    while (
        data[start : start + 64].lstrip(b" \t").startswith(b"#") and len(comments) < MOST_COMMENTS
    ):
        end = data.find(b"\n", start) + 1 or len(data)
        comments.append(
            (start, data[start : min(end, start + LONGEST_LINE)].decode("utf-8", "replace"))
        )
        start = end
    return comments, start


def _is_header(comment: str, sample: Sequence[str], delimiter: str) -> bool:
    """Whether a line such as ``#id,name`` names the columns: as many as there are, over a row of
    values, or without a space after the '#'."""
    text = comment.strip()[1:]
    names, rows = fields_of([text], delimiter), fields_of(sample, delimiter)
    if not names or not rows or len(names[0]) != len(rows[0]) or len(names[0]) < 2:
        return False
    if any(map(is_value, names[0])):
        return False
    return any(map(is_value, rows[0])) or not text.startswith((" ", "\t"))


def sampled(path: Path, data: Text, start: int, line: int) -> list[str]:
    """Some lines to look at. Raises DataError where one is too long."""
    found: list[str] = []
    while start < len(data) and len(found) < SAMPLED_LINES:
        end = data.find(b"\n", start, start + LONGEST_LINE + 1) + 1
        if not end and len(data) - start > LONGEST_LINE:
            number = line + len(found)
            raise DataError(f"{path}: line {number}: longer than {LONGEST_LINE:,} bytes")
        end = end or len(data)
        found.append(data[start:end].decode())
        start = end
    return found


def counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' if count > 1 else ''}"
