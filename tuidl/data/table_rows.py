"""Rows of a text file as inputs of a network that was trained on another such file."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from tuidl.core.errors import DataError, guess
from tuidl.core.lazy import Array
from tuidl.core.limits import check_memory
from tuidl.data.encoded_rows import Encoded, EncodedRows
from tuidl.data.paths import stamp
from tuidl.data.table_layout import InputColumn, TableLayout
from tuidl.data.tables.encoding import Values, fill_inputs, values_of, write_inputs
from tuidl.data.tables.header import normal_name
from tuidl.data.tables.pictures import write_pixels
from tuidl.data.tables.raw import RawColumn, RawTable, text_of
from tuidl.data.tables.reading import read_raw
from tuidl.data.tables.skipping import Skipped
from tuidl.data.tables.spelled import apart, as_written, has_commas, without_point
from tuidl.data.tables.styles import NAME_OF
from tuidl.data.tables.text_columns import write_tokens
from tuidl.data.tables.values import column_of

LARGEST = float(np.finfo(np.float32).max)
BYTES = 2 * 8
"""Of each input: a float64, twice while examples are chosen."""


def read_rows(path: Path, layout: TableLayout) -> EncodedRows:
    """Columns are found by their names; those that were not learned from are passed over.

    A category that was not there in training is made of what its column says, and marked; a row
    with a value that cannot be read, or without one that nothing stands in for, is a problem.
    Raises DataError where the file is at fault, or no row can be taken.
    """
    return encode_rows(raw_rows(path, layout), layout, path).required()


def raw_rows(path: Path, layout: TableLayout) -> RawTable:
    """The rows as the file has them, which is written as the one learned from was, or otherwise.
    Raises DataError."""
    if not any(text is None for _, text in layout.skipped):
        return _read(path, layout, layout.skipped)
    try:
        raw = _read(path, layout, layout.skipped)
        _places(path, raw, layout)
    except DataError:  # a file without the title that the other one had
        return _read(path, layout, tuple(one for one in layout.skipped if one[1] is not None))
    return raw


def _read(path: Path, layout: TableLayout, skip: Skipped) -> RawTable:
    header, encoding = True if layout.has_header else None, layout.encoding or None
    read = partial(
        read_raw, stamp(str(path)), layout.delimiter, header, fewest=1, encoding=encoding,
        is_sure=False, sheet=layout.sheet or None, skip=skip,
    )  # fmt: skip
    texts = {normal_name(column.name) for column in layout.columns if column.text is not None}
    codes = {normal_name(column.name) for column in layout.columns if column.written}
    codes |= {normal_name(layout.target)} if layout.target_written else set()
    commas = {normal_name(column.name) for column in layout.columns if column.number.decimal == ","}
    raw = read()
    names = [column.name for column in raw.columns]
    target = normal_name(layout.target)
    with_commas = [
        place
        for place, column in enumerate(raw.columns)
        if column.name in commas or (column.name == target and has_commas(column))
    ]
    of_texts = [place for place, name in enumerate(names) if name in texts]
    of_codes = [place for place, name in enumerate(names) if name in codes]
    return as_written(
        raw, read, texts=of_texts, codes=of_codes, commas=with_commas, always=True
    ).table


def typed_rows(rows: Sequence[Sequence[str]], layout: TableLayout, name: str) -> EncodedRows:
    """The same of ``rows`` that were typed: a field for each of the layout's columns, as a file has
    it. ``name`` stands for the file in errors."""
    columns = [
        _typed_column(column, [row[place] for row in rows])
        for place, column in enumerate(layout.columns)
    ]
    table = RawTable(tuple(columns), np.arange(len(rows)) + 1, layout.delimiter, True)
    layout = msgspec.structs.replace(layout, has_header=True)
    return encode_rows(table, layout, Path(name)).required()


def _typed_column(column: InputColumn, fields: Sequence[str]) -> RawColumn:
    has_points = column.number.decimal == ","
    is_exact = column.written or column.text is not None or has_points
    found = column_of(normal_name(column.name), fields, is_exact=is_exact)
    if has_points:
        return apart(found, without_point)
    return apart(found) if column.written else found


def encode_rows(raw: RawTable, layout: TableLayout, path: Path) -> EncodedRows:
    """Rows that were read from ``path``, all or some of them, as inputs: see ``read_rows``. Raises
    DataError where a column is missing."""
    width = sum(column.width for column in layout.columns)
    check_memory(BYTES * len(raw.lines) * width, f"{path}", "use a smaller file")
    x = np.zeros((len(raw.lines), width))
    problems, marks, start = dict[int, str](), dict[int, str](), 0
    for column, place in zip(layout.columns, _places(path, raw, layout), strict=True):
        inputs, of = x[:, start : start + column.width], raw.columns[place]
        start += column.width
        found = _encoded(of, column, inputs, path.parent)
        for row, problem in found.problems.items():
            where = f"{path}: line {raw.lines[row]}, column {column.name!r}"
            problems.setdefault(row, f"{where}: {problem}")
        for row, text in found.marks.items():
            mark = f"{column.name}: {text}"
            marks[row] = f"{marks[row]}; {mark}" if row in marks else mark
    return EncodedRows(x, raw, dict(sorted(problems.items())), marks)


def _encoded(raw: RawColumn, column: InputColumn, x: Array, folder: Path) -> Encoded:
    """Write a column's inputs into ``x`` (rows, column.width)."""
    if column.picture is not None:
        return Encoded(write_pixels(raw, folder, column.picture, x))
    if column.text is not None:
        return write_tokens(raw, column, x)
    values = values_of(raw, column)
    write_inputs(values.values, column, x)
    fill_inputs(np.isnan(values.values) & ~values.odd, column, x)
    unseen = _unseen(column, values)
    marks = {row: f"{_field(raw, row)!r} was not there in training" for row in unseen}
    return Encoded(dict(_problems(raw, column, values)), marks)


def _problems(raw: RawColumn, column: InputColumn, values: Values) -> Iterator[tuple[int, str]]:
    """Rows without a value that can be used, and why."""
    missing = np.isnan(values.values) & ~values.odd
    if column.filling is None:
        yield from ((int(row), "no value") for row in np.flatnonzero(missing))
    large = np.abs(values.values) > LARGEST
    for row in np.flatnonzero((values.odd & np.isnan(values.values)) | large):
        field = _field(raw, row)
        yield int(row), f"{field!r}{_expected(column, field, is_large=bool(large[row]))}"


def _expected(column: InputColumn, field: str, *, is_large: bool) -> str:
    if column.has_categories:
        known = ", ".join(column.categories[:50])
        return f" was not there in training{guess(field, column.categories)} (known: {known})"
    if column.date is not None:
        return f", expected a date ({column.date.order})"
    form = column.number
    if form.style:
        return f", expected a {NAME_OF[form.style]}"
    unit = f" in {form.unit}" if form.unit else ""
    comma = " with a decimal comma" if form.decimal == "," else ""
    return f", expected a number{comma}{unit}{' that float32 can hold' if is_large else ''}"


def _unseen(column: InputColumn, values: Values) -> list[int]:
    """Rows with a category that was not there in training."""
    if not column.has_categories or column.unseen == "refuse":
        return []
    return [int(row) for row in np.flatnonzero(values.odd)]


def _field(raw: RawColumn, row: Any) -> str:
    code = raw.codes[row]
    return (raw.texts[code] if code >= 0 else text_of(raw.numbers[row]))[:60]


def _places(path: Path, raw: RawTable, layout: TableLayout) -> list[int]:
    """Where each of the layout's columns stands. Raises DataError where one is missing."""
    wanted = [normal_name(column.name) for column in layout.columns]
    if not layout.has_header and len(raw.columns) == len(wanted):
        order = sorted(wanted, key=lambda name: int(name) if name.isdecimal() else 0)
        return [order.index(name) for name in wanted]
    names = [column.name for column in raw.columns]
    if not layout.has_header:
        names = [str(i) for i in range(1, len(names) + 1)]
    for name in wanted:
        if name not in names:
            raise DataError(
                f"{path}: no column {name!r}, which the network was trained on"
                f"{guess(name, names)} (columns here: {', '.join(names[:50])}; "
                f"expected: {', '.join(wanted[:50])})"
            )
        if names.count(name) > 1:
            raise DataError(f"{path}: line 1: two columns are named {name!r}")
    return [names.index(name) for name in wanted]
