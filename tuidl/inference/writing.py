"""Predictions with their inputs, as CSV or lines of JSON.

Written column by column, as there may be very many rows.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec
import numpy as np

from tuidl.core.errors import DataError
from tuidl.core.garbage import many_objects
from tuidl.data.tables.raw import RawColumn
from tuidl.inference.predictions import Predictions

PROBLEM, NOTE = "problem", "note"
LARGEST_WHOLE = 2**53
QUOTED = re.compile(r'[",\r\n]|^\s|\s$|^$')
"""Texts that CSV writes in quotes: an empty one too, which is then no missing value."""


def to_csv(predictions: Predictions) -> Iterator[str]:
    """A line for each example: the columns of the table that it came from, or its name, and what
    the network says; ``problem`` where some have no answer, ``note`` where some are marked. Raises
    DataError where the examples are of tables with other columns."""
    _require_equal_columns(predictions)
    have = bool(predictions.problems), bool(predictions.marks)
    for number, part in enumerate(predictions.parts()):
        yield _csv_lines(part, *have, is_first=number == 0)


@many_objects()
def _csv_lines(part: Predictions, have_problems: bool, have_marks: bool, *, is_first: bool) -> str:
    """The lines of some examples, of the first ones with the columns' names; columns for problems
    and marks where any example has some."""
    columns = _input_columns(part) or {"example": list(part.names)}
    for name, values in part.task.fields(part.decoded).items():
        columns[_free(name, columns)] = part.in_place(values, None)
    if have_problems:
        problems = list(part.problems.values())
        none = [None] * len(part.decoded)
        columns[_free(PROBLEM, columns)] = part.in_place(none, problems)
    if have_marks:
        columns[_free(NOTE, columns)] = [part.marks.get(row) for row in range(len(part.names))]
    cells = [_csv_cells(values) for values in columns.values()]
    heading = [",".join(map(_csv_text, columns))] if is_first else []
    return "\n".join([*heading, *map(",".join, zip(*cells, strict=True)), ""])


def to_json(predictions: Predictions) -> Iterator[str]:
    """One list of all records."""
    before = "["
    for part in predictions.parts():
        yield before + msgspec.json.encode(part.records).decode()[1:-1]
        before = ","
    yield "]" if before == "," else "[]"


def to_json_lines(predictions: Predictions) -> Iterator[str]:
    """A record in each line, with the row that it came from as ``inputs``."""
    _require_equal_columns(predictions)
    return map(_json_lines, predictions.parts())


@many_objects()
def _json_lines(part: Predictions) -> str:
    records: Sequence[Any] = part.records
    if columns := _input_columns(part):
        cells = [_json_cells(name, values) for name, values in columns.items()]
        records = [
            {"example": record["example"], "inputs": msgspec.Raw(f"{{{','.join(row)}}}"), **record}
            for record, row in zip(records, zip(*cells, strict=True), strict=True)
        ]
    return msgspec.json.Encoder().encode_lines(records).decode()


WRITERS: dict[str, Callable[[Predictions], Iterator[str]]] = {
    ".csv": to_csv,
    ".json": to_json,
    ".jsonl": to_json_lines,
    ".ndjson": to_json_lines,
}
"""By the end of a file's name: text, some examples at a time."""


def _require_equal_columns(predictions: Predictions) -> None:
    """Raises DataError where the examples are of tables with other columns."""
    names = [[column.name for column in table.columns] for table in predictions.tables]
    if any(others != names[0] for others in names):
        raise DataError("the files have other columns: predict them one by one")


def _input_columns(predictions: Predictions) -> dict[str, list[Any]]:
    """The inputs as the files have them, by the columns' names."""
    tables = predictions.tables
    names = [column.name for column in tables[0].columns] if tables else []
    columns: dict[str, list[Any]] = {}
    for place, name in enumerate(names):
        cells = [cell for table in tables for cell in _values(table.columns[place])]
        columns[_free(name, columns)] = cells
    return columns


def _values(column: RawColumn) -> list[Any]:
    """The values of a column as the file has them; None where it has nothing."""
    numbers, is_text = column.numbers, column.codes >= 0
    known = numbers[~is_text]
    is_whole = (known == np.round(known)) & (np.abs(known) < LARGEST_WHOLE)
    values: list[Any] = numbers.tolist()
    if is_whole.all():
        values = np.where(is_text, 0, numbers).astype(np.int64).tolist()
    elif is_whole.any():
        values = [int(n) if n.is_integer() and abs(n) < LARGEST_WHOLE else n for n in values]
    texts = [text or None for text in column.texts]
    for row in np.flatnonzero(is_text).tolist():
        values[row] = texts[column.codes[row]]
    return values


def _csv_cells(values: Sequence[Any]) -> Sequence[str]:
    """Numbers with all their digits; nothing for None."""
    if numbers := _all_numbers(values):
        return numbers
    written = {value: _csv_text(value) for value in dict.fromkeys(values)}
    return [written[value] for value in values]


def _json_cells(name: str, values: Sequence[Any]) -> list[str]:
    """``"name":value`` for each value."""
    key = f"{msgspec.json.encode(name).decode()}:"
    if numbers := _all_numbers(values):
        return [key + number for number in numbers]
    written = {value: key + msgspec.json.encode(value).decode() for value in dict.fromkeys(values)}
    return [written[value] for value in values]


def _all_numbers(values: Sequence[Any]) -> list[str]:
    """Numbers as texts, all in one go; empty where there is anything else among them."""
    if not values or isinstance(values[0], str) or not {*map(type, values)} <= {int, float}:
        return []
    return msgspec.json.encode(values).decode()[1:-1].split(",")


def _csv_text(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if QUOTED.search(text) else text


def _free(name: str, taken: dict[str, Any]) -> str:
    """A name that no column has yet."""
    if name not in taken:
        return name
    return next(f"{name}_{i}" for i in range(2, len(taken) + 3) if f"{name}_{i}" not in taken)
