"""A Parquet file as a RawTable, read by PyArrow (the extra "tables"), a row group at a time."""

from pathlib import Path
from typing import Any

import numpy as np

from tuidl.core.errors import DataError
from tuidl.core.spilling import empty, room_for
from tuidl.data.expanding import require_modest
from tuidl.data.tables.columns import BYTES_A_FIELD, BYTES_A_ROW
from tuidl.data.tables.content import ADVICE
from tuidl.data.tables.extra import needed
from tuidl.data.tables.header import MOST_COLUMNS, Header, normal_name
from tuidl.data.tables.joining import JoinedColumns
from tuidl.data.tables.raw import RawColumn, RawTable
from tuidl.data.tables.values import column_of_texts, table_of, text_of_value

_PARTS = {"s": 1e0, "ms": 1e3, "us": 1e6, "ns": 1e9}
"""Of a second."""
BYTES_A_VALUE = 40
"""Memory: as Arrow has it, a number, a code, and what lies between."""


def read_parquet(path: Path, fewest: int, exact: tuple[str, ...] = ()) -> RawTable:
    """``exact``: columns whose texts are no numbers. Raises DataError, naming the column, or
    BackendError for memory."""
    arrow, parquet = needed("pyarrow", path), needed("pyarrow.parquet", path)
    try:
        with path.open("rb") as file:
            source = parquet.ParquetFile(file)
            schema = _flat(source.schema_arrow.empty_table()).schema
            rows, width = source.metadata.num_rows, len(schema.names)
            if not fewest <= width <= MOST_COLUMNS:
                raise DataError(f"{path}: {width} columns, expected {fewest} to {MOST_COLUMNS:,}")
            require_modest(path, file.seek(0, 2), _expanded(source.metadata))
            texts = [field.name for field in source.schema_arrow if _is_text(arrow, field.type)]
            source = parquet.ParquetFile(file, read_dictionary=texts)
            names = tuple(map(normal_name, schema.names))
            needed_bytes = (BYTES_A_FIELD * width + BYTES_A_ROW) * rows
            least = BYTES_A_VALUE * width * _largest_group(source.metadata)
            with room_for(needed_bytes + least, least, f"{path}", ADVICE):
                columns = _columns(arrow, source, names, exact)
                lines = empty((rows,), np.int64)
    except (arrow.ArrowException, OSError) as error:
        problem = " ".join(str(error).split())[:200]
        raise DataError(f"{path}: no Parquet file that can be read: {problem}") from None
    lines[:] = np.arange(1, rows + 1)
    unread = {
        place: f"{names[place]!r}, {field.type}"
        for place, field in enumerate(schema)
        if not _is_known(arrow, field.type)
    }
    return table_of(path, columns, Header(names, True), lines, (), unread)


def _flat(table: Any) -> Any:
    """A column for each field of a structure: place.city."""
    while any(kind.num_fields and str(kind).startswith("struct") for kind in table.schema.types):
        table = table.flatten()
    return table


def _columns(
    arrow: Any, source: Any, names: tuple[str, ...], exact: tuple[str, ...]
) -> list[RawColumn]:
    """``source``: the open file, which is read a row group at a time."""
    metadata = source.metadata
    joined = JoinedColumns(names, metadata.num_rows)
    groups = [[group] for group in range(metadata.num_row_groups)]
    for group in groups or [list[int]()]:
        table = _flat(source.read_row_groups(group))
        pairs = zip(names, table.columns, strict=True)
        joined.add(
            [_column(arrow, name, column, name in exact) for name, column in pairs], table.num_rows
        )
    return joined.finished()


def _largest_group(metadata: Any) -> int:
    """Rows that are read together."""
    groups = range(metadata.num_row_groups)
    return max((metadata.row_group(i).num_rows for i in groups), default=0)


def _expanded(metadata: Any) -> int:
    """Bytes of all pages, decompressed, as the file says."""
    return sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))


def _is_text(arrow: Any, kind: Any) -> bool:
    """Whether values are texts, of which each different one is read once."""
    kinds = arrow.types
    return bool(kinds.is_string(kind) or kinds.is_large_string(kind) or kinds.is_string_view(kind))


def _is_known(arrow: Any, kind: Any) -> bool:
    """Whether values are numbers, texts, true and false, or moments."""
    kinds = arrow.types
    kind = kind.value_type if kinds.is_dictionary(kind) else kind
    return bool(
        kinds.is_integer(kind) or kinds.is_floating(kind) or _is_text(arrow, kind)
        or kinds.is_boolean(kind) or kinds.is_temporal(kind) or kinds.is_decimal(kind)
        or kinds.is_null(kind)
    )  # fmt: skip


def _column(arrow: Any, name: str, column: Any, is_exact: bool) -> RawColumn:
    """``arrow``: the library; ``is_exact``: texts are no numbers. What cannot be read is
    empty; durations are seconds."""
    kinds = arrow.types
    if kinds.is_string_view(column.type):
        column = column.cast(arrow.large_string())
    kind = column.type
    is_coded = kinds.is_dictionary(kind)
    if is_coded:
        kind = kind.value_type
        if not _is_text(arrow, kind):
            column, is_coded = column.cast(kind), False
    if kinds.is_integer(kind) or kinds.is_floating(kind):
        return _numbers(name, column)
    if kinds.is_duration(kind):
        found = _numbers(name, column.cast(arrow.int64()))
        return RawColumn(name, found.numbers / _PARTS[kind.unit], found.texts, found.codes)
    if kinds.is_null(kind) or not _is_known(arrow, kind):
        return column_of_texts(name, {"": None}, [""] * len(column))
    if kinds.is_timestamp(kind) and kind.unit == "ns":
        column = column.cast(arrow.timestamp("us", kind.tz), safe=False)
    coded = column.combine_chunks()
    if not is_coded:
        coded = coded.dictionary_encode()
    different = [text_of_value(value) for value in coded.dictionary.to_pylist()]
    places = coded.indices.fill_null(len(different)).to_numpy(zero_copy_only=False)
    texts = [*different, ""]
    found = column_of_texts(name, dict.fromkeys(texts), texts, is_exact=is_exact)
    return _without_unused(RawColumn(name, found.numbers[places], found.texts, found.codes[places]))


def _numbers(name: str, column: Any) -> RawColumn:
    """Those that are not finite are texts, and what is null an empty one."""
    null = column.is_null().to_numpy()
    numbers = column.fill_null(0).to_numpy().astype(np.float64)
    codes = np.full(len(numbers), -1, np.int32)
    texts: list[str] = []
    for text, rows in (
        ("", null),
        ("nan", np.isnan(numbers)),
        ("inf", numbers == np.inf),
        ("-inf", numbers == -np.inf),
    ):
        if rows.any():
            codes[rows] = len(texts)
            texts.append(text)
    numbers[codes >= 0] = np.nan
    return RawColumn(name, numbers, tuple(texts), codes)


def _without_unused(column: RawColumn) -> RawColumn:
    """The empty text is among the texts only where it is used."""
    if "" not in column.texts or (column.codes == column.texts.index("")).any():
        return column
    place = column.texts.index("")
    codes = np.where(column.codes > place, column.codes - 1, column.codes).astype(np.int32)
    texts = tuple(text for text in column.texts if text)
    return RawColumn(column.name, column.numbers, texts, codes)
