"""Files that are there whole or not at all, and that show when they have been damaged."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from tuidl.core.atomic import atomic_replace
from tuidl.core.errors import RunError, SaveError
from tuidl.core.own_files import FileError, create_beside, open_to_read, read_bounded, reason_of

SUFFIX = ".sha256"
LARGEST_FILE = 1 << 36
LONGEST_SUM = 1024
"""Bytes of a file that holds a checksum; more is something else."""
LONGEST_HEADER = 100_000_000
"""Bytes, by the safetensors format."""
PIECE = 1 << 20
"""Bytes read for a checksum at a time."""

Piece = bytes | memoryview
Data = bytes | Iterable[Piece]
"""A file's content: whole, or in pieces that are made as they are written."""


def replace_file(path: Path, data: Data, *, durable: bool = True) -> None:
    """Write a file so that it is there whole or not at all, whatever happens meanwhile; without
    ``durable`` whatever happens to this process, but a power cut may leave a part of it."""
    file, temporary = create_beside(path)
    try:
        with file:
            for piece in (data,) if isinstance(data, bytes) else data:
                file.write(piece)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        atomic_replace(temporary, path) if durable else os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_checked(path: Path, data: Data, *, durable: bool = True) -> None:
    """Write a file and, beside it, its SHA-256; see ``replace_file``. Raises SaveError."""
    digest = hashlib.sha256()
    try:
        pieces = _hashed((data,) if isinstance(data, bytes) else data, digest)
        replace_file(path, pieces, durable=durable)
        line = f"{digest.hexdigest()}  {path.name}\n"
        replace_file(path.with_name(path.name + SUFFIX), line.encode(), durable=durable)
    except OSError as error:
        raise SaveError(f"cannot save {path}: {reason_of(error)}") from None


def _hashed(pieces: Iterable[Piece], digest: "hashlib._Hash") -> Iterator[Piece]:
    for piece in pieces:
        digest.update(piece)
        yield piece


@contextmanager
def open_checked(path: Path, *, follow: bool = False) -> Iterator[BinaryIO]:
    """What ``write_checked`` wrote, opened at its beginning. ``follow``: also through links.

    Raises RunError where a bit of it is not as it was, or it cannot be read.
    """
    beside = path.with_name(path.name + SUFFIX)
    try:
        text = read_bounded(beside, LONGEST_SUM, follow=follow).decode("ascii", "replace")
        with open_to_read(path, LARGEST_FILE, follow=follow) as file:
            _require_beginning(file, path)
            digest, _, name = text.strip().partition("  ")
            if name != path.name or _digest_of(file, path) != digest:
                raise RunError(f"{path}: damaged (its SHA-256 is not the one in {beside.name})")
            file.seek(0)
            yield file
    except FileError as error:
        reason = "missing" if error.is_missing else error.reason
        raise RunError(f"{error.path}: {reason}") from None


def _require_beginning(file: BinaryIO, path: Path) -> None:
    """Raises RunError where a file does not begin as ours do: it may have any size, and all of it
    would be read."""
    try:
        length = int.from_bytes(file.read(8), "little")
        file.seek(0)
    except OSError as error:
        raise RunError(f"{path}: {reason_of(error)}") from None
    if not 0 < length <= LONGEST_HEADER:
        raise RunError(f"{path}: damaged (it does not begin as a safetensors file)")


def _digest_of(file: BinaryIO, path: Path) -> str:
    """SHA-256 of the whole file, a piece at a time."""
    digest = hashlib.sha256()
    try:
        while piece := file.read(PIECE):
            digest.update(piece)
    except OSError as error:
        raise RunError(f"{path}: {reason_of(error)}") from None
    return digest.hexdigest()
