"""A file with a table as a RawTable, remembered until the file changes."""

import time
from functools import lru_cache
from pathlib import Path

from tuidl.data.paths import Stamp
from tuidl.data.tables.delimited import Stated, read_delimited
from tuidl.data.tables.dialect import MISSING, is_value
from tuidl.data.tables.formats import format_of
from tuidl.data.tables.keeping import keep_table, kept_table
from tuidl.data.tables.odd_rows import without_names, without_rows
from tuidl.data.tables.raw import RawTable
from tuidl.data.tables.skipping import Skipped

BYTES_WORTH_KEEPING = 1 << 20
"""Smaller files are read again."""

__all__ = ["MISSING", "is_value", "read_raw"]


@lru_cache(maxsize=2)
def read_raw(
    stamp: Stamp,
    delimiter: str | None = None,
    header: bool | None = None,
    fewest: int = 2,
    encoding: str | None = None,
    is_sure: bool = True,
    sheet: str | int | None = None,
    skip: Skipped = (),
    exact: tuple[str, ...] = (),
) -> RawTable:
    """The table in a file, of the format that the end of its name says.

    ``fewest``: columns that it must have; ``is_sure``: the delimiter, encoding and sheet are
    stated, else they are those of another such file, and give way where they do not fit.
    ``sheet``: of a workbook, by name or number. ``skip``: lines on which no row stands; without a
    text they must be there. ``exact``: columns that have texts alone, numbers as they are written.

    Raises DataError where the file is at fault, PresetError where ``skip`` is, BackendError where
    memory is too small.
    """
    settings = (delimiter, header, fewest, encoding, is_sure, sheet, repr(skip), repr(exact))
    if stamp[2] >= BYTES_WORTH_KEEPING and (found := kept_table(stamp, settings)):
        return found
    began = time.monotonic()
    table = _read(stamp, Stated(delimiter, header, encoding, is_sure, fewest, skip, exact), sheet)
    if stamp[2] >= BYTES_WORTH_KEEPING:
        keep_table(stamp, settings, table, time.monotonic() - began)
    return table


def _read(stamp: Stamp, stated: Stated, sheet: str | int | None) -> RawTable:
    header, encoding, is_sure, fewest = (
        stated.header, stated.encoding, stated.is_sure, stated.fewest,
    )  # fmt: skip
    path, size = Path(stamp[0]), stamp[2]
    match format_of(path):
        case "json_lines":
            from tuidl.data.tables.json_lines import read_json_lines

            table = read_json_lines(path, size, encoding if is_sure else None, fewest, stated.exact)
            return without_rows(table, stated.skip, is_stated=is_sure)
        case "parquet":
            from tuidl.data.tables.parquet import read_parquet

            return without_rows(
                read_parquet(path, fewest, stated.exact), stated.skip, is_stated=is_sure
            )
        case "excel":
            from tuidl.data.tables.excel import read_excel

            return without_names(
                read_excel(path, size, sheet, header, fewest, is_sure, stated.skip, stated.exact)
            )
        case "delimited":
            return without_names(read_delimited(path, size, stated))
