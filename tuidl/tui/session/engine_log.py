"""The log of the engine process: all its output that is no event."""

import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from tuidl.core.own_files import FileError, open_to_append, open_to_read, reason_of

MOST_LOGS = 20
"""Logs of processes that are gone which are kept, the newest."""
LARGEST = 1 << 20
"""Bytes from which on a log begins anew when the engine is started again."""
TAIL = 1 << 16
NAME = re.compile(r"(?:engine|screen)-([0-9]+)\.log")


class EngineLog:
    """A file among the user's logs, which goes when it is empty; where there can be none, a file
    without a name, so that an engine's last words can be read nevertheless."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problem = ""
        """Why there is no file of that name."""
        self._began = False
        self._nameless: BinaryIO | None = None

    @property
    def where(self) -> str:
        """The file's path; nothing where there is none."""
        return "" if self.problem else str(self.path)

    def open(self) -> BinaryIO | None:
        """A file to append to, for one engine after the other; None where none can be had."""
        self.problem = ""
        try:
            return self._named()
        except (OSError, FileError) as error:
            self.problem = _reason(error)
        try:
            self._nameless = self._nameless or tempfile.TemporaryFile()  # noqa: SIM115
            return os.fdopen(os.dup(self._nameless.fileno()), "ab")
        except OSError:
            return None

    def _named(self) -> BinaryIO:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = open_to_append(self.path, create=True)
        if not self._began or os.fstat(file.fileno()).st_size > LARGEST:
            file.truncate(0)
        if not self._began:
            tidy(self.path.parent)
        self._began = True
        return file

    def last_words(self, lines: int = 5) -> list[str]:
        """The end of what the processes wrote, blank lines left out."""
        try:
            text = self._tail().decode("utf-8", errors="replace")
        except (OSError, FileError):
            return []
        return [line for line in text.splitlines() if line.strip()][-lines:]

    def _tail(self) -> bytes:
        if self.problem:
            if self._nameless is None:
                return b""
            number = self._nameless.fileno()
            return os.pread(number, TAIL, max(os.fstat(number).st_size - TAIL, 0))
        with open_to_read(self.path) as file:
            file.seek(max(file.seek(0, os.SEEK_END) - TAIL, 0))
            return file.read()

    def close(self) -> None:
        """Leave no empty file behind."""
        if self._began:
            _remove_empty(self.path)
        if self._nameless is not None:
            self._nameless.close()
            self._nameless = None


def tidy(folder: Path) -> None:
    """Remove what processes that are gone left: empty logs, and all but the newest others."""
    left: list[tuple[float, Path]] = []
    with suppress(OSError):
        for entry in os.scandir(folder):
            named = NAME.fullmatch(entry.name)
            if not named or not entry.is_file(follow_symlinks=False) or _lives(int(named[1])):
                continue
            path = Path(entry.path)
            if not _remove_empty(path):
                left.append((entry.stat(follow_symlinks=False).st_mtime, path))
    for _, path in sorted(left, reverse=True)[MOST_LOGS:]:
        with suppress(OSError):
            path.unlink()


def _remove_empty(path: Path) -> bool:
    try:
        is_empty = path.lstat().st_size == 0
        if is_empty:
            path.unlink()
    except OSError:
        return False
    return is_empty


def _lives(process: int) -> bool:
    """Whether a process of this number runs; True where that cannot be found out."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True


def _reason(error: OSError | FileError) -> str:
    return error.reason if isinstance(error, FileError) else reason_of(error)
