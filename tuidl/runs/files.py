"""Files that are there whole or not at all, and that show when they have been damaged."""

import hashlib
import os
from pathlib import Path

from tuidl.core.own_files import create_beside
from tuidl.durable import settle
from tuidl.errors import RunError, SaveError

SUFFIX = ".sha256"
LARGEST_FILE = 1 << 36
LONGEST_SUM = 1024
"""Bytes of a file that holds a checksum; more is something else."""


def replace_file(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all, whatever happens meanwhile."""
    file, temporary = create_beside(path)
    try:
        with file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        settle(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_checked(path: Path, data: bytes) -> None:
    """Write a file and, beside it, its SHA-256. Raises SaveError."""
    try:
        replace_file(path, data)
        line = f"{hashlib.sha256(data).hexdigest()}  {path.name}\n"
        replace_file(path.with_name(path.name + SUFFIX), line.encode())
    except OSError as error:
        raise SaveError(f"cannot save {path}: {error.strerror or error}") from None


def read_checked(path: Path) -> bytes:
    """What ``write_checked`` wrote. Raises RunError where a bit of it is not as it was."""
    beside = path.with_name(path.name + SUFFIX)
    try:
        if path.stat().st_size > LARGEST_FILE or beside.stat().st_size > LONGEST_SUM:
            raise RunError(f"{path}: larger than any that tuidl writes")
        digest, _, name = (
            beside.read_text(encoding="ascii", errors="replace").strip().partition("  ")
        )
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise RunError(f"{error.filename}: missing") from None
    except OSError as error:
        raise RunError(f"{error.filename}: {error.strerror}") from None
    if name != path.name or hashlib.sha256(data).hexdigest() != digest:
        raise RunError(f"{path}: damaged (its SHA-256 is not the one in {beside.name})")
    return data
