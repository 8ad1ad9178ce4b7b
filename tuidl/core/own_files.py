"""Files that are regular and of bounded size: opened without waiting, and without following links.

A run's folder may come from anywhere. A link in it leads out of it, a named pipe waits for a
writer for ever, a device has no end, and a file with a second name (a hard link) changes elsewhere
too when it is written to. Every file is looked at twice: before it is opened, as opening a device
can do something already, and afterwards by its descriptor, as it may have been exchanged.

A folder in which another user may write at the same time is not made safe by this.
"""

import errno
import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from tuidl.core.errors import TuidlError

LONGEST_STEM = 40
"""Characters of a file's name that stand in the name of its temporary one."""
TEMPORARY = r"\.(?:[0-9]+|[0-9a-f]{16})"
"""Regular expression for the end of a temporary file's name, here and in older versions."""
_SAFE = (
    getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
)
_KINDS: tuple[tuple[Callable[[int], bool], str], ...] = (
    (stat.S_ISLNK, "a link, which is not followed"),
    (stat.S_ISDIR, "Is a directory"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class FileError(TuidlError):
    """``path: reason``, in one line. ``is_missing``: there is no such file."""

    def __init__(self, path: Path, reason: str, is_missing: bool = False) -> None:
        self.path, self.reason, self.is_missing = path, reason, is_missing
        super().__init__(f"{path}: {reason}")


class TooLargeError(FileError):
    """A file of ``size`` bytes."""

    def __init__(self, path: Path, size: int, most: int) -> None:
        self.size = size
        super().__init__(path, f"{size:,} bytes; expected at most {most:,}")


def reason_of(error: OSError | ValueError) -> str:
    """What the system says of an error, without the path."""
    return getattr(error, "strerror", None) or str(error)


def error_text(error: OSError, path: Path | None = None) -> str:
    """``path: reason``: the path that the system names, else ``path``."""
    name = error.filename if isinstance(error.filename, str | os.PathLike) else path
    return reason_of(error) if name is None else f"{name}: {reason_of(error)}"


def read_bounded(path: Path, most: int, *, follow: bool = False) -> bytes:
    """All bytes of a regular file.

    Raises FileError where it is none, is a link (unless ``follow``), cannot be read or has more
    than ``most`` bytes.
    """
    with open_to_read(path, most, follow=follow) as file:
        try:
            size = os.fstat(file.fileno()).st_size
            data = file.read(size + 1)  # no more: as much memory is taken before anything is read
        except OSError as error:
            raise FileError(path, reason_of(error)) from None
    if len(data) > size:
        raise FileError(path, "grew while it was read")
    return data


def open_to_read(path: Path, most: int | None = None, *, follow: bool = False) -> BinaryIO:
    """A regular file of at most ``most`` bytes. Raises FileError as ``read_bounded``."""
    return os.fdopen(_checked(path, os.O_RDONLY, most, follow), "rb")


def open_to_update(path: Path, *, create: bool = False) -> BinaryIO:
    """A regular file to read and write in place, from its beginning.

    Raises FileError where it is none, a link, has another name, or cannot be written to.
    """
    flags = os.O_RDWR | (os.O_CREAT if create else 0)
    return os.fdopen(_checked(path, flags, None, follow=False), "r+b")


def open_to_append(path: Path, *, create: bool = False) -> BinaryIO:
    """A regular file that only grows. Raises FileError as ``open_to_update``."""
    flags = os.O_WRONLY | os.O_APPEND | (os.O_CREAT if create else 0)
    return os.fdopen(_checked(path, flags, None, follow=False), "ab")


def create_beside(target: Path) -> tuple[BinaryIO, Path]:
    """A new empty file in the folder of ``target``, under a hidden name that none has and none can
    foresee: to be written, and renamed to ``target``. Raises OSError that carries the path."""
    path = target.with_name(f".{target.name[:LONGEST_STEM]}.{secrets.token_hex(8)}")
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | _SAFE
    return os.fdopen(os.open(path, flags, 0o666), "w+b"), path


def require_folder(path: Path) -> None:
    """Raises FileError unless ``path`` is a folder itself, and no link to one."""
    kind = stat.S_IFMT(_status(path).st_mode)
    if kind != stat.S_IFDIR:
        raise FileError(path, f"{_name_of(kind)}, not a folder")


def is_there(path: Path) -> bool:
    """Whether anything has this name: a link that leads nowhere too."""
    return os.path.lexists(path)


def _status(path: Path, follow: bool = False) -> os.stat_result:
    try:
        return os.stat(path, follow_symlinks=follow)
    except (OSError, ValueError) as error:
        raise FileError(path, reason_of(error), isinstance(error, FileNotFoundError)) from None


def _checked(path: Path, flags: int, most: int | None, follow: bool) -> int:
    """The descriptor of a file that is what it should be, before and after it is opened."""
    is_read = not flags & (os.O_WRONLY | os.O_RDWR)
    if not flags & os.O_CREAT or is_there(path):
        _require_file(path, _status(path, follow), most, is_read)
    descriptor = _opened(path, flags | _SAFE, follow)
    try:
        _require_file(path, os.fstat(descriptor), most, is_read)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _opened(path: Path, flags: int, follow: bool) -> int:
    try:
        return os.open(path, flags & ~getattr(os, "O_NOFOLLOW", 0) if follow else flags, 0o666)
    except OSError as error:
        if error.errno == errno.ELOOP and not follow:
            raise FileError(path, f"{_name_of(stat.S_IFLNK)}, not a file") from None
        raise FileError(path, reason_of(error), isinstance(error, FileNotFoundError)) from None


def _require_file(path: Path, status: os.stat_result, most: int | None, is_read: bool) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise FileError(path, f"{_name_of(status.st_mode)}, not a file")
    if most is not None and status.st_size > most:
        raise TooLargeError(path, status.st_size, most)
    if not is_read and status.st_nlink > 1:
        raise FileError(path, "has a second name (a hard link), which would change with it")


def _name_of(mode: int) -> str:
    return next((name for is_kind, name in _KINDS if is_kind(mode)), "something unknown")
