"""The columns of a table: how many, their names, and which of them are no data."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile
from operator import itemgetter
from pathlib import Path

import numpy as np

from tuidl.core.errors import DataError
from tuidl.data.tables.dialect import is_value
from tuidl.data.tables.raw import RawColumn, plain_number

MOST_COLUMNS = 10_000
MOST_TITLES = 10
"""Lines below the first one among which the names of all columns may stand."""
FIRST_YEAR, LAST_YEAR = 1900, 2100
FEWEST_BELOW = 3
"""Rows below a number that may be a name."""
_ROW_NUMBERS = re.compile(r"|Unnamed: \d+|rownames|row\.names")
_PANDAS_INDEX = "__index_level_0__"  # in Parquet, as the last column
"""Names that programs give to a column of row numbers: none (R, pandas), and what is made of it."""
_SPACES = str.maketrans(dict.fromkeys("\u00a0\u2007\u202f\t\n\r", " ") | {"\ufeff": ""})


@dataclass(frozen=True)
class Header:
    """``names``: a text for each column, "" where it has none."""

    names: tuple[str, ...]
    is_there: bool

    @property
    def named(self) -> int:
        """Columns up to the last one with a name; all of them where there is no header."""
        if not self.is_there:
            return len(self.names)
        return max((i for i, name in enumerate(self.names, 1) if name), default=0)

    @property
    def titles(self) -> tuple[str, ...]:
        """The names, and the numbers of columns without one."""
        given = self.names if self.is_there else ("",) * len(self.names)
        return tuple(name or str(i) for i, name in enumerate(given, 1))


def header_of(
    path: Path, first: Sequence[str], rows: Sequence[Sequence[str]], line: int,
    stated: bool | None, fewest: int, lines: Sequence[int] = (),
) -> Header:  # fmt: skip
    """``first``: the fields of the first record, in ``line``; ``rows``: of some after it, which
    stand on ``lines`` where those are known.

    Raises DataError where there are too few or too many.
    """
    names = [normal_name(text) for text in first]
    is_there = stated if stated is not None else _is_header(names, rows)
    usual = Counter(map(len, rows)).most_common(1)[0][0] if rows else len(names)
    if len(names) == 1 < usual and fewest > 1:
        problem = f"1 field ({names[0][:40]!r}), but {usual} in most lines after it"
        titles = _titles(line, lines, [len(row) == 1 for row in rows])
        raise DataError(f"{path}: line {line}: {problem}; if it is a title: {titles}")
    if is_there and (below := _names_below(names, rows)):
        titles = _titles(line, lines, [True] * (below - 1) + [False])
        problem = f"names one column of {len(names)} ({names[0][:40]!r})"
        raise DataError(f"{path}: line {line} {problem}; if it is a title: {titles}")
    if len(names) < usual and not any(any(row[len(names) :]) for row in rows):
        names += [""] * (usual - len(names))
    elif is_there and len(names) == usual - 1 and _counts([row[0] for row in rows]):
        names.insert(0, "")
    if not fewest <= len(names) <= MOST_COLUMNS:
        problem = f"{len(names)} columns, expected {fewest} to {MOST_COLUMNS:,}"
        raise DataError(f"{path}: {problem}")
    return Header(tuple(names), is_there)


def _titles(line: int, lines: Sequence[int], are_titles: Sequence[bool]) -> str:
    """The key that passes over a title and those that follow it."""
    more = takewhile(itemgetter(1), zip(lines, are_titles, strict=False))
    return f"data.skip_lines = {[line, *(number for number, _ in more)]}"


def _names_below(names: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """How many lines below a first line with one name stand those of all columns, 0 where there
    are none: a row of different texts over one with a value, all others but titles."""
    if len(names) < 3 or sum(map(bool, names)) != 1 or not names[0]:
        return 0
    for below, (row, after) in enumerate(pairwise(rows[:MOST_TITLES]), 1):
        if len(row) == len(names) and all(row):
            is_header = len(set(row)) == len(row) and not any(map(is_value, row))
            return below if is_header and any(map(is_value, after)) else 0
    return 0


def normal_name(text: str) -> str:
    """A column's name as it is compared: Unicode's composed form, plain spaces."""
    return unicodedata.normalize("NFC", text.translate(_SPACES)).strip()


def passed_over(header: Header, columns: Sequence[RawColumn]) -> dict[int, str]:
    """Places of columns that are no data, and why, in words."""
    if not header.is_there:
        return {i: "empty" for i, column in enumerate(columns) if _trails_empty(columns[i:])}
    found = {
        i: "without a name, and empty"
        for i, column in enumerate(columns)
        if not header.names[i] and column.texts == ("",) and not (column.codes < 0).any()
    }
    for i, given in enumerate(header.names):
        is_such = (i == 0 and _ROW_NUMBERS.fullmatch(given)) or given == _PANDAS_INDEX
        if is_such and _numbers_rows(columns[i]):
            found[i] = f"{repr(given) if given else 'without a name'}, counts the rows"
    return found


def _is_header(names: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether no field of the first line is a number or missing; an empty one may stand over
    empty ones, and the first one over numbers (of rows). Numbers are names, too, as years are,
    where one of them stands over texts alone."""
    if _recur(names, rows):
        return False
    fields = list(names)
    if rows and not fields[0] and rows[0] and rows[0][0].isdecimal():
        fields = fields[1:]
    if _stands_over_texts(names, rows):
        return True
    below = len(names) - len(fields)
    some = [
        field
        for place, field in enumerate(fields, below)
        if field or not rows or any(any(row[place : place + 1]) for row in rows)
    ]
    return bool(some) and not any(map(is_value, some))


def _recur(names: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether every one of several names stands in its own column as well. Rows that repeat all of
    them are not looked at where a name stands over values alone."""
    whole = [row for row in rows if len(row) == len(names)]
    others = [row for row in whole if list(map(normal_name, row)) != list(names)]
    if others and any(
        not is_value(name) and all(is_value(row[place]) for row in others)
        for place, name in enumerate(names)
    ):
        whole = others
    below = [set(column) for column in zip(*whole, strict=True)]
    return (
        len(names) > 1
        and len(below) == len(names)
        and all(name and name in column for name, column in zip(names, below, strict=True))
    )


def guess_of(header: Header, columns: Sequence[RawColumn], line: int) -> list[str]:
    """What to say of names that nothing tells from texts below them, as there are no numbers; and
    of a first row that counts its columns, or the years, as names do."""
    if not header.is_there and _count_columns(columns):
        some = ", ".join(f"{column.numbers[0]:.0f}" for column in columns[:3])
        said = "is taken as a row; if it names the columns: data.header = true"
        return [f"a guess: line {line + 1} ({some}, ...) {said}"]
    if not header.is_there or any((column.codes < 0).any() for column in columns):
        return []
    some = ", ".join(repr(name[:40]) for name in header.names[:3])
    said = "is taken as the names of the columns; else data.header = false"
    return [f"a guess: line {line} ({some}) {said}"]


def _count_columns(columns: Sequence[RawColumn]) -> bool:
    """Whether the first row is 0, 1, 2, ..., 1, 2, 3, ... or years one after the other, and the
    second is none such."""
    if len(columns) < FEWEST_BELOW or len(columns[0].codes) < 2:
        return False
    first, second = (np.array([column.numbers[row] for column in columns]) for row in (0, 1))
    is_first = first[0] in (0, 1) or FIRST_YEAR <= first[0] <= LAST_YEAR
    return bool(is_first and (np.diff(first) == 1).all() and not (np.diff(second) == 1).all())


def _stands_over_texts(names: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether all names differ, and one that is a plain number has no number below it, nor a
    gap."""
    if not all(names) or len(set(names)) < len(names) or len(rows) < FEWEST_BELOW:
        return False
    return any(
        plain_number(name) is not None
        and all(len(row) > place and not is_value(row[place]) for row in rows)
        for place, name in enumerate(names)
    )


def _counts(texts: Sequence[str]) -> bool:
    """Whether they are 1, 2, 3, ... or 0, 1, 2, ..."""
    if not texts[0].isdecimal() or int(texts[0]) not in (0, 1):
        return False
    return list(texts) == [str(i) for i in range(int(texts[0]), int(texts[0]) + len(texts))]


def _numbers_rows(column: RawColumn) -> bool:
    """Whether its numbers are whole and rise from row to row, or are those of all rows, mixed."""
    numbers = column.numbers
    if column.texts or len(numbers) < 2 or (numbers < 0).any() or (numbers % 1).any():
        return False
    steps = np.diff(numbers)
    if (steps > 0).all():
        return True
    ordered = np.sort(numbers)
    return bool(ordered[0] <= 1 and (np.diff(ordered) == 1).all())


def _trails_empty(columns: Sequence[RawColumn]) -> bool:
    return all(column.texts == ("",) and not (column.codes < 0).any() for column in columns)
