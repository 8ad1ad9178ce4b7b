"""A table that comes through a pipe."""

import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from tuidl.core.errors import DataError, TuidlError
from tuidl.core.limits import available_memory

STDIN = "-"
CALLED = "stdin"
GZIP = b"\x1f\x8b"
PIECE = 1 << 20


@contextmanager
def piped_table(stream: BinaryIO) -> Iterator[Path]:
    """What the stream has to its end, as a file whose name ends in what it is: lines of JSON, else
    CSV, either of them compressed or not. Errors raised within the block name stdin, not this file.

    Raises DataError where nothing comes, or more than memory can hold.
    """
    with tempfile.TemporaryDirectory(prefix="tuidl-") as folder:
        first = stream.read(PIECE)
        if not first.strip():
            raise DataError(f"{CALLED}: nothing to predict")
        path = Path(folder) / f"{CALLED}{_suffix(first)}"
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


def _suffix(first: bytes) -> str:
    compressed = first.startswith(GZIP)
    if compressed:
        with suppress(zlib.error):  # which the reader reports
            first = zlib.decompressobj(wbits=31).decompress(first, PIECE)
    text = first.removeprefix(b"\xef\xbb\xbf").lstrip()
    return (".jsonl" if text.startswith(b"{") else ".csv") + (".gz" if compressed else "")
