"""A file with a table as a RawTable, remembered until the file changes."""

from functools import lru_cache
from pathlib import Path

from tuidl.data.paths import Stamp
from tuidl.data.tables.delimited import Stated, read_delimited
from tuidl.data.tables.dialect import MISSING, is_value
from tuidl.data.tables.raw import RawTable

__all__ = ["MISSING", "is_value", "read_raw"]


@lru_cache(maxsize=2)
def read_raw(
    stamp: Stamp,
    delimiter: str | None = None,
    header: bool | None = None,
    fewest: int = 2,
    encoding: str | None = None,
    is_sure: bool = True,
) -> RawTable:
    """The table in a file.

    ``fewest``: columns that it must have; ``is_sure``: the delimiter is stated, else another one
    is looked for where the first line has none of it.

    Raises DataError where the file is at fault, BackendError where memory is too small.
    """
    stated = Stated(delimiter, header, encoding, is_sure, fewest)
    return read_delimited(Path(stamp[0]), stamp[2], stated)
