"""A table that comes through a pipe."""

import re
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from tuidl.core.errors import DataError, TuidlError
from tuidl.core.limits import available_memory
from tuidl.data.tables.dialect import DELIMITERS
from tuidl.data.tables.header import normal_name

STDIN = "-"
CALLED = "stdin"
GZIP = b"\x1f\x8b"
PIECE = 1 << 20


@contextmanager
def piped_table(stream: BinaryIO, column: str | None = None) -> Iterator[Path]:
    """What the stream has to its end, as a file whose name ends in what it is: lines of JSON, else
    CSV, either of them compressed or not. Errors raised within the block name stdin, not this file.

    ``column``: for a network that reads one text, its column: without a first line that names it,
    each line is a text.

    Raises DataError where nothing comes, or more than memory can hold.
    """
    with tempfile.TemporaryDirectory(prefix="tuidl-") as folder:
        first = stream.read(PIECE)
        if not first.strip():
            raise DataError(f"{CALLED}: nothing to predict")
        path = Path(folder) / f"{CALLED}{_suffix(first, column)}"
        most, size = available_memory() // 4, len(first)
        with path.open("wb") as file:
            piece = first
            while piece:
                file.write(piece)
                piece = stream.read(PIECE)
                size += len(piece)
                if size > most:
                    raise DataError(f"{CALLED}: more than {most:,} bytes; use a smaller table")
        try:
            yield path
        except TuidlError as error:
            error.args = tuple(str(part).replace(str(path), CALLED) for part in error.args)
            raise


def _suffix(first: bytes, column: str | None) -> str:
    """How a file with this beginning is to be called, so that the right reader takes it."""
    compressed = first.startswith(GZIP)
    if compressed:
        with suppress(zlib.error):  # which the reader reports
            first = zlib.decompressobj(wbits=31).decompress(first, PIECE)
    text = first.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"{"):
        kind = ".jsonl"
    else:
        kind = ".csv" if column is None or _names(text, column) else ".txt"
    return kind + (".gz" if compressed else "")


def _names(text: bytes, column: str) -> bool:
    """Whether a field of the first line is the column's name."""
    line = text.split(b"\n", 1)[0].decode("utf-8", "replace")
    fields = re.split(f"[{re.escape(DELIMITERS)}]", line)
    return bool(column) and normal_name(column) in {
        normal_name(field.strip().strip("\"'")) for field in fields
    }
