"""The bytes of a file of text: decompressed, in UTF-8, its lines ended by line feeds."""

import codecs
from dataclasses import dataclass
from mmap import mmap
from pathlib import Path

from tuidl.core.errors import DataError
from tuidl.core.limits import check_memory
from tuidl.core.own_files import reason_of
from tuidl.data.expanding import gunzipped
from tuidl.data.files import open_file
from tuidl.data.tables.encoding_guess import guessed
from tuidl.data.tables.foreign import LONGEST, kind_of

Text = bytes | mmap
"""The bytes of a text, in memory or in a file."""

ADVICE = "use a smaller file"
CHUNK = 1 << 20
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True)
class Content:
    """``data``: in UTF-8, without a byte order mark. ``notes``: what it was turned from."""

    data: bytes
    notes: tuple[str, ...] = ()


def read_content(
    path: Path, size: int, encoding: str | None = None, is_sure: bool = True
) -> Content:
    """A file of ``size`` bytes as text. ``encoding``: as stated, unless its first bytes say
    another one; not ``is_sure``: only where the text is not UTF-8.

    Raises DataError with the line where it is no text, BackendError where memory is too small.
    """
    check_memory(2 * size, f"{path}", ADVICE)
    try:
        with open_file(path) as file:
            data = file.read()
    except OSError as error:
        raise DataError(f"{path}: {reason_of(error)}") from None
    if path.suffix.lower() == ".gz":
        data = _decompressed(path, data)
    if encoding and not is_sure and b"\0" not in data and not_utf8(data) < 0:
        encoding = None
    data, notes = _in_utf8(path, data, encoding)
    if b"\r" in data and b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    return Content(data, notes)


def _decompressed(path: Path, data: bytes) -> bytes:
    """The content of a gzip file, as far as there is memory for it."""
    parts, total = [], 0
    for part in gunzipped(path, data):
        total += len(part)
        check_memory(3 * len(part) + total, f"{path}, decompressed,", ADVICE)
        parts.append(part)
    return b"".join(parts)


def _in_utf8(path: Path, data: bytes, stated: str | None) -> tuple[bytes, tuple[str, ...]]:
    for mark, name in MARKS:
        if data.startswith(mark):
            data, stated = data[len(mark) :], None if name == "utf-8" else name
            break
    if stated is None or stated == "utf-8":
        require_text(path, data)
        return data, ()
    check_memory(6 * len(data), f"{path}", ADVICE)
    try:
        text = data.decode(stated)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DataError(f"{path}: line {line}: not {stated} (byte {error.start + 1} of the file)") \
            from None  # fmt: skip
    data = text.encode("utf-8", "surrogatepass")
    require_text(path, data)
    return data, (f"read as {stated}",)


def require_text(path: Path, data: Text) -> None:
    """Raises DataError unless it is UTF-8 without zero bytes."""
    zero, wrong = data.find(b"\0"), not_utf8(data)
    if (zero >= 0 or wrong >= 0) and (kind := kind_of(data[:LONGEST])):
        raise DataError(f"{path}: no text, but {kind}")
    if wrong >= 0 and zero < 0:
        line, start = _line_at(data, wrong)
        raise DataError(
            f"{path}: line {line}: not UTF-8 (byte {wrong - start + 1}); save the file as UTF-8, "
            f"or say how it is written{_advised(data, start)}"
        )
    if zero >= 0:
        line, _ = _line_at(data, min(zero, wrong) if wrong >= 0 else zero)
        hint = ""
        if 2 * data[:1000].count(b"\0") >= len(data[:1000]) - 1:
            order = "le" if zero % 2 else "be"
            hint = f"; if it is UTF-16, say data.encoding = 'utf-16-{order}'"
        raise DataError(f"{path}: line {line}: binary data, not text in UTF-8{hint}")


def _advised(data: Text, start: int) -> str:
    """An encoding that reads the lines from ``start`` on, as a guess."""
    guess = guessed(data, start)
    if guess is None:
        return ": data.encoding; none of those that it takes reads it well"
    also = "".join(f"; {name!r} reads {text!r}" for name, text in guess.others)
    return f", as data.encoding = {guess.encoding!r} (a guess: it reads {guess.text!r} there{also})"


def not_utf8(data: Text) -> int:
    """The place of the first byte that is none, -1 where all are."""
    decoder, done = codecs.getincrementaldecoder("utf-8")(), 0
    for start in range(0, len(data), CHUNK):
        part = data[start : start + CHUNK]
        held = len(decoder.getstate()[0])
        if not held and part.isascii():
            done += len(part)
            continue
        try:
            decoder.decode(part, start + CHUNK >= len(data))
        except UnicodeDecodeError as error:
            return done - held + error.start
        done += len(part)
    return -1


def _line_at(data: Text, place: int) -> tuple[int, int]:
    """The line, counted from 1, that a byte stands in, and where the line begins."""
    return count_of(data, b"\n", 0, place) + 1, data.rfind(b"\n", 0, place) + 1


def count_of(data: Text, what: bytes, start: int, end: int) -> int:
    """How many there are of one byte between two places."""
    if isinstance(data, bytes):
        return data.count(what, start, end)
    parts = range(start, end, CHUNK)
    return sum(data[at : min(at + CHUNK, end)].count(what) for at in parts)
