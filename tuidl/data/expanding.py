"""How far compressed files may expand: a small file that becomes gigabytes is none of data."""

import zipfile
import zlib
from collections.abc import Iterator
from mmap import mmap
from pathlib import Path

from tuidl.core.errors import DataError
from tuidl.data.files import CHUNK, open_file, readable

MOST_TIMES = 200
"""Its own size that a file may expand to: tables and texts become 3 to 30 times as large, hardly
any 100 times; gzip can do 1,032 times."""
ALWAYS = 64 << 20
"""Bytes that a file may expand to whatever its size."""
PIECE = 16 << 20
"""Bytes that are expanded at a time."""
PADDING = 1 << 14
"""Bytes of zeros that tapes put behind a file, at most."""
GZIP, RAW = 31, -zlib.MAX_WBITS
"""What zlib calls a gzip file, and data without any header."""


def require_modest(path: Path, compressed: int, expanded: int) -> None:
    """Raises DataError where so many compressed bytes may not become so many."""
    if expanded > max(ALWAYS, MOST_TIMES * compressed):
        raise DataError(
            f"{path}: expands to more than {MOST_TIMES} times its size ({expanded >> 20:,} MiB of "
            f"the first {compressed:,} bytes), as no table or text does; if it is meant, "
            "decompress the file first"
        )


def gunzipped(path: Path, data: bytes | mmap) -> Iterator[bytes]:
    """The content of a gzip file, of one part or several, in pieces. Raises DataError where it is
    damaged, or expands too far."""
    given, total, start = memoryview(data), 0, 0
    while bytes(given[start : start + PADDING]).strip(b"\0"):
        stream = zlib.decompressobj(wbits=GZIP)
        while not stream.eof:
            part = given[start : start + CHUNK]
            try:
                piece = stream.decompress(part, PIECE)
            except zlib.error:
                raise DataError(f"{path}: damaged, or no gzip file") from None
            if not part and not piece:
                raise DataError(f"{path}: cut off before the end of its data")
            start += len(part) - len(stream.unconsumed_tail) - len(stream.unused_data)
            total += len(piece)
            require_modest(path, start, total)
            yield piece


def unzipped(path: Path) -> Iterator[tuple[str, bytes]]:
    """The members of a zip archive by their names, in pieces, as long as they are in fact, whatever
    its directory says; none where the file is no archive. Raises DataError where they expand too
    far for the file's size."""
    if not zipfile.is_zipfile(path):
        return
    total = 0
    with readable(path, "damaged, or no archive"), open_file(path) as file:
        size = file.seek(0, 2)
        with zipfile.ZipFile(file) as archive:
            for member in archive.infolist():
                for piece in _inflated(archive, member):
                    total += len(piece)
                    require_modest(path, size, total)
                    yield member.filename, piece


def _inflated(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """What a member expands to, read as if it were stored: zipfile stops where the directory says
    that it ends."""
    stored = zipfile.ZipInfo(member.filename)
    stored.header_offset, stored.orig_filename = member.header_offset, member.orig_filename
    stored.compress_size = stored.file_size = member.compress_size
    stored.flag_bits = member.flag_bits
    is_packed = member.compress_type == zipfile.ZIP_DEFLATED
    stream = zlib.decompressobj(wbits=RAW)
    with archive.open(stored) as file:
        while part := file.read(CHUNK):
            while is_packed and part:
                yield stream.decompress(part, PIECE)
                part = stream.unconsumed_tail
            yield part
        yield stream.flush()  # what one byte may stand for and had no room in the last piece
