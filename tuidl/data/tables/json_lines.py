"""Lines of JSON as a RawTable: an object in each, its keys are the columns."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from tuidl.core.errors import DataError
from tuidl.core.limits import check_memory
from tuidl.data.tables.content import ADVICE, read_content
from tuidl.data.tables.dialect import LONGEST_LINE, counted
from tuidl.data.tables.header import MOST_COLUMNS, Header, normal_name
from tuidl.data.tables.raw import RawTable
from tuidl.data.tables.values import column_of, table_of

BYTES_WHILE_READING = 12
"""Memory taken for each byte of the file, at most: an object and its values."""

_VALUES = (str, int, float, bool, type(None))


def read_json_lines(path: Path, size: int, encoding: str | None, fewest: int) -> RawTable:
    """Raises DataError, naming line and key, or BackendError for memory."""
    content = read_content(path, size, encoding)
    check_memory(BYTES_WHILE_READING * len(content.data), f"{path}", ADVICE)
    rows: list[dict[str, Any]] = []
    lines: list[int] = []
    keys: dict[str, int] = {}
    for number, text in _lines(content.data):
        row = _object(path, number, text)
        for key, value in row.items():
            keys[key] = keys.get(key, 0) + 1
            if not isinstance(value, _VALUES):
                what = "a list" if isinstance(value, list) else "an object"
                problem = f"{what}, expected a number, a text, true, false or null"
                raise DataError(f"{path}: line {number}, key {key!r}: {problem}")
        rows.append(row)
        lines.append(number)
    if rows and not fewest <= len(keys) <= MOST_COLUMNS:
        raise DataError(f"{path}: {len(keys)} keys, expected {fewest} to {MOST_COLUMNS:,}")
    names = tuple(normal_name(key) for key in keys)
    columns = [
        column_of(name, [row.get(key) for row in rows])
        for key, name in zip(keys, names, strict=True)
    ]
    absent = {key: len(rows) - count for key, count in keys.items() if count < len(rows)}
    notes = [*content.notes, *_absent(absent)]
    return table_of(path, columns, Header(names, True), np.array(lines, np.int64), notes)


def _lines(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Those that are not blank, counted from 1."""
    start, number = 0, 0
    while start < len(data):
        end = data.find(b"\n", start) + 1 or len(data)
        number += 1
        if text := data[start:end].strip():
            yield number, text
        start = end


def _object(path: Path, line: int, text: bytes) -> dict[str, Any]:
    if len(text) > LONGEST_LINE:
        raise DataError(f"{path}: line {line}: longer than {LONGEST_LINE:,} bytes")
    try:
        found = msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        try:  # NaN and Infinity are not JSON, but written as such
            found = json.loads(text, parse_constant=str)
        except (ValueError, RecursionError):
            raise DataError(f"{path}: line {line}: no JSON ({error})") from None
    except RecursionError:
        raise DataError(f"{path}: line {line}: nested too deep") from None
    if not isinstance(found, dict):
        raise DataError(f'{path}: line {line}: expected an object, as {{"age": 31}}')
    return found


def _absent(absent: dict[str, int]) -> list[str]:
    if not absent:
        return []
    some = ", ".join(f"{key!r} in {counted(n, 'line')}" for key, n in list(absent.items())[:5])
    more = ", ..." if len(absent) > 5 else ""
    return [f"keys that are absent are gaps: {some}{more}"]
