"""Arrays larger than the memory: they lie in a file, of which the system holds what is used.

The file has no name, so that it is gone with the process, and only this user can read it.
"""

import errno
import mmap
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import prod
from pathlib import Path
from typing import IO, Any

from tuidl.core.errors import BackendError
from tuidl.core.kept import CACHE_VARIABLE
from tuidl.core.lazy import Array
from tuidl.core.limits import check_memory, gib, memory_left
from tuidl.core.memory import MAPPED
from tuidl.core.user_folders import user_folder

FEWEST = 1 << 20
"""Bytes of an array that is worth a file."""
SHARE_OF_DISK = 0.9
"""Of what is free on it."""

_spills: ContextVar[bool] = ContextVar("spills", default=False)


def spill(is_needed: bool) -> None:
    """Whether large arrays of examples lie in files from now on."""
    _spills.set(is_needed)


def folder() -> Path:
    """Where the files lie."""
    return Path(os.environ.get(CACHE_VARIABLE) or user_folder("cache"))


def room_on_disk() -> int:
    """Bytes that files may have together; 0 where there is no such folder."""
    place = folder()
    while not place.exists() and place != place.parent:
        place = place.parent
    try:
        return int(shutil.disk_usage(place).free * SHARE_OF_DISK)
    except OSError:
        return 0


@contextmanager
def room_for(needed: int, least: int, what: str, advice: str) -> Iterator[None]:
    """Large arrays that are made within lie in files where memory has no room for ``needed`` bytes,
    but for ``least`` of them, and the disk has room for the others.

    Raises BackendError, with ``what`` and ``advice``, where neither is so.
    """
    is_needed = needed > memory_left()
    if is_needed:
        check_memory(least, what, advice)
        if needed - least > room_on_disk():
            room = f"or make room for files of {gib(needed - least)} in {folder()}"
            check_memory(needed, what, f"{advice}, {room}")
    token = _spills.set(is_needed)
    try:
        yield
    finally:
        _spills.reset(token)


def in_place(values: Array) -> Array:
    """The same numbers: in a file, where large arrays lie in such now."""
    if not _spills.get() or values.nbytes < FEWEST or is_in_file(values):
        return values
    stored = empty(values.shape, values.dtype)
    stored[:] = values
    return stored


def empty(shape: tuple[int, ...], dtype: Any) -> Array:
    """An array to be written, in memory or in a file. Raises BackendError where the disk has no
    room."""
    import numpy as np

    kind = np.dtype(dtype)
    size = prod(shape) * kind.itemsize
    if not _spills.get() or size < FEWEST:
        return np.empty(shape, kind)
    try:
        with _file() as file:
            os.posix_fallocate(file.fileno(), 0, size)
            memory = _mapped(file, size)
    except (OSError, AttributeError) as error:
        raise _no_room("the examples", error) from None
    return np.frombuffer(memory, kind).reshape(shape)


def written(pieces: Iterable[bytes], what: str) -> mmap.mmap | bytes:
    """All ``pieces`` one behind the other, in a file; ``what`` they are, for errors.

    Raises BackendError where the disk has no room.
    """
    try:
        most = room_on_disk()
        with _file() as file:
            for piece in pieces:
                if file.tell() + len(piece) > most:
                    raise OSError(errno.ENOSPC, "no space left")
                file.write(piece)
            file.flush()
            size = file.tell()
            return _mapped(file, size) if size else b""
    except OSError as error:
        raise _no_room(what, error) from None


def _file() -> IO[bytes]:
    folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    return tempfile.TemporaryFile(dir=folder())


def _mapped(file: IO[bytes], size: int) -> mmap.mmap:
    memory = mmap.mmap(file.fileno(), size)
    MAPPED.add(memory)
    return memory


def _no_room(what: str, error: Exception) -> BackendError:
    problem = f"{what}: not enough memory, nor room for a file in {folder()}"
    return BackendError(f"{problem}: {error}")


def is_in_file(values: Array) -> bool:
    """Whether an array, or what it is a view of, lies in a file."""
    import numpy as np

    base: Any = values
    while isinstance(base, np.ndarray):
        base = base.base
    return isinstance(getattr(base, "obj", base), mmap.mmap)
