"""Files that one process at a time may hold."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tuidl.core.errors import RunError, SaveError
from tuidl.core.own_files import FileError, open_to_append


@contextmanager
def held(path: Path, busy: str) -> Iterator[None]:
    """Hold the lock file at ``path``, which is made where it is missing.

    Raises RunError, with the words ``busy``, where another process holds it, SaveError where the
    lock cannot be had.
    """
    try:
        file = open_to_append(path, create=True)
    except FileError as error:
        raise SaveError(str(error)) from None
    with file:
        if not try_lock(file):
            raise RunError(busy)
        yield


def try_lock(file: Any) -> bool:
    """Take the lock until the file is closed; where the system has none, anyone may."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
