"""Arrays larger than the memory: they lie in a file, of which the system holds what is used.

The file has no name, so that it is gone with the process, and only this user can read it.
"""

import mmap
import os
import shutil
import tempfile
from contextvars import ContextVar
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuidl.core.errors import BackendError
from tuidl.core.kept import CACHE_VARIABLE
from tuidl.core.memory import MAPPED
from tuidl.core.user_folders import user_folder

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]

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


def empty(shape: tuple[int, ...], dtype: Any) -> "Array":
    """An array to be written, in memory or in a file. Raises BackendError where the disk has no
    room."""
    import numpy as np

    kind = np.dtype(dtype)
    size = prod(shape) * kind.itemsize
    if not _spills.get() or size < FEWEST:
        return np.empty(shape, kind)
    try:
        folder().mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder()) as file:
            os.posix_fallocate(file.fileno(), 0, size)
            memory = mmap.mmap(file.fileno(), size)
    except (OSError, AttributeError) as error:
        problem = f"the examples do not fit into memory, nor into a file in {folder()}"
        raise BackendError(f"{problem}: {error}") from None
    MAPPED.add(memory)
    return np.frombuffer(memory, kind).reshape(shape)


def is_in_file(values: "Array") -> bool:
    """Whether an array, or what it is a view of, lies in a file."""
    import numpy as np

    base: Any = values
    while isinstance(base, np.ndarray):
        base = base.base
    return isinstance(getattr(base, "obj", base), mmap.mmap)
