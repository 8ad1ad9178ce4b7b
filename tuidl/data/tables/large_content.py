"""The bytes of a file of text that is larger than the memory: they lie in a file of their own.

That file is a copy: the user's own may be cut off while it is read, which a mapped file must not
be. What is in it, and what is refused with which words, is as ``content`` has it.
"""

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from tuidl.core.errors import BackendError, DataError
from tuidl.core.own_files import reason_of
from tuidl.core.spilling import written
from tuidl.data.expanding import gunzipped
from tuidl.data.files import open_file
from tuidl.data.tables.content import CHUNK, MARKS, Text, not_utf8, read_content, require_text

LONGEST_MARK = max(len(mark) for mark, _ in MARKS)


@dataclass(frozen=True)
class LargeContent:
    """As ``Content``."""

    data: Text
    notes: tuple[str, ...] = ()


def read_large(
    path: Path, size: int, encoding: str | None = None, is_sure: bool = True
) -> LargeContent:
    """As ``read_content``; in a file where there is not as much memory. Raises BackendError where
    the disk has no room for it."""
    try:
        content = read_content(path, size, encoding, is_sure)
        return LargeContent(content.data, content.notes)
    except BackendError:
        return content_on_disk(path, encoding, is_sure)


def content_on_disk(path: Path, encoding: str | None, is_sure: bool) -> LargeContent:
    """The same, whatever memory there is."""
    pieces: Iterable[bytes] = _pieces(path)
    if path.suffix.lower() == ".gz":
        pieces = gunzipped(path, written(pieces, f"{path}"))
    marked, pieces = _without_mark(iter(pieces))
    data = written(pieces, f"{path}")
    if marked:
        encoding = marked
    elif encoding and not is_sure and data.find(b"\0") < 0 and not_utf8(data) < 0:
        encoding = None
    notes: tuple[str, ...] = ()
    if encoding not in (None, "utf-8"):
        data, notes = written(_decoded(path, data, encoding), f"{path}"), (f"read as {encoding}",)
    require_text(path, data)
    if data.find(b"\n") < 0 <= data.find(b"\r"):
        data = written((part.replace(b"\r", b"\n") for part in parts_of(data)), f"{path}")
    return LargeContent(data, notes)


def parts_of(data: Text) -> Iterator[bytes]:
    """All of it, some at a time."""
    return (data[start : start + CHUNK] for start in range(0, len(data), CHUNK))


def lines_of(data: Text) -> Iterator[bytes]:
    """The same, each part ended by the end of a line."""
    start = 0
    while start < len(data):
        end = data.rfind(b"\n", start, start + CHUNK) + 1
        end = end or data.find(b"\n", start) + 1 or len(data)
        yield data[start:end]
        start = end


def _pieces(path: Path) -> Iterator[bytes]:
    try:
        with open_file(path) as file:
            while piece := file.read(CHUNK):
                yield piece
    except OSError as error:
        raise DataError(f"{path}: {reason_of(error)}") from None


def _without_mark(pieces: Iterator[bytes]) -> tuple[str, Iterator[bytes]]:
    """What the byte order mark says, empty where there is none, and all behind it."""
    first = b""
    for piece in pieces:
        first += piece
        if len(first) >= LONGEST_MARK:
            break
    for mark, name in MARKS:
        if first.startswith(mark):
            return name, chain([first[len(mark) :]], pieces)
    return "", chain([first], pieces)


def _decoded(path: Path, data: Text, encoding: str) -> Iterator[bytes]:
    """In UTF-8. Raises DataError with the line where that cannot be."""
    decoder, done, lines = codecs.getincrementaldecoder(encoding)(), 0, 0
    for start in range(0, len(data), CHUNK):
        part = data[start : start + CHUNK]
        held = decoder.getstate()[0]
        try:
            text = decoder.decode(part, start + CHUNK >= len(data))
        except UnicodeDecodeError as error:
            place = done - len(held) + error.start
            line = lines + (held + part).count(b"\n", 0, error.start) - held.count(b"\n") + 1
            problem = f"not {encoding} (byte {place + 1} of the file)"
            raise DataError(f"{path}: line {line}: {problem}") from None
        yield text.encode("utf-8", "surrogatepass")
        done, lines = done + len(part), lines + part.count(b"\n")


def one_colon(data: Text) -> Text:
    """The file with tabs for double colons, where those part the fields of its first line, as in
    older sets of ratings."""
    first = data[: data.find(b"\n") + 1 or len(data)]
    if first.count(b"::") < 2 or b"\t" in first:
        return data
    if isinstance(data, bytes):
        return _one_colon(data)
    return written(map(_one_colon, lines_of(data)), "the table")


def _one_colon(lines: bytes) -> bytes:
    return lines.replace(b"\t", b" ").replace(b"::", b"\t")
