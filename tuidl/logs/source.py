"""Where a log comes from: a file that may grow, or a stream that ends."""

import os
import select
import time
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from tuidl.core.errors import RunError
from tuidl.core.own_files import FileError, open_to_read, reason_of
from tuidl.logs.readers import HEAD, check_head
from tuidl.storage.contents import EVENTS
from tuidl.storage.folder import LARGEST_LOG

CHUNK = 1 << 17
SAME = 1 << 12
"""Bytes at the beginning of a file by which it is seen that another was written in its place."""


class StartedAnewError(Exception):
    """A file that was cut or replaced: what was read of it no longer counts."""


class Chunk(NamedTuple):
    """Bytes as they follow in one ``file``; ``part``: what its numbers are called after, where a
    log has several files."""

    data: bytes
    file: str = ""
    part: str = ""


class Source(Protocol):
    """``name`` is what a person knows it by; ``run``: the folder of the run whose log it is."""

    name: str
    run: Path | None
    is_endless: bool

    @property
    def share_read(self) -> float:
        """Of what is there at this moment; 1 where that is unknown."""
        ...

    def read(self, seconds: float) -> Chunk | None:
        """What is new, empty where nothing came within so many seconds; None at the end.

        Raises RunError where it cannot be read (any more), StartedAnewError.
        """
        ...

    def close(self) -> None: ...


class FileSource:
    """A file, followed as it grows; it never ends."""

    is_endless = True

    def __init__(self, path: Path, run: Path | None = None) -> None:
        """Raises RunError where it cannot be read, or is no log."""
        self.path, self.run = path, run
        self.name = run.name if run else path.name
        self._file = _opened(path, run)
        self._inode = os.fstat(self._file.fileno()).st_ino
        self._released: tuple[int, int, int] = (0, 0, 0)
        try:
            head = self._file.read(HEAD)
            check_head(str(path), head)
            self._begins, self._has_waited = head[:SAME], False
            self._file.seek(0)
        except (RunError, OSError):
            self._file.close()
            raise

    def read(self, seconds: float) -> Chunk | None:
        try:
            if self._file.closed and not self._has_reopened():
                _wait(seconds)
                return Chunk(b"", str(self.path))
            data = self._file.read(CHUNK)
            if not data or self._has_waited:
                self._look_whether_it_is_the_same()
            self._has_waited = not data
            if not data:
                _wait(seconds)
        except OSError as error:
            raise RunError(f"{self.path}: {reason_of(error)}") from None
        return Chunk(data, str(self.path))

    @property
    def share_read(self) -> float:
        try:
            return self._file.tell() / max(os.fstat(self._file.fileno()).st_size, 1)
        except (OSError, ValueError):
            return 1.0

    def release(self) -> None:
        """Keep no file open until there is more to read: for those who follow many logs."""
        if not self._file.closed:
            now = os.fstat(self._file.fileno())
            self._released = (now.st_ino, self._file.tell(), now.st_mtime_ns)
            self._file.close()

    def _has_reopened(self) -> bool:
        """Go on where it was released, if there is more. Raises StartedAnewError."""
        try:
            now = self.path.stat()
        except FileNotFoundError:
            return False
        inode, at, _ = self._released
        if (now.st_ino, now.st_size, now.st_mtime_ns) == self._released:
            return False
        self._file = _opened(self.path, self.run)
        now = os.fstat(self._file.fileno())
        self._inode = now.st_ino
        if now.st_ino != inode or now.st_size < at or not self._begins_the_same():
            self._begins, self._has_waited = b"", False
            raise StartedAnewError
        self._file.seek(at)
        return True

    def _look_whether_it_is_the_same(self) -> None:
        try:
            now = self.path.stat()
        except FileNotFoundError:
            return  # it may come again
        is_same = now.st_ino == self._inode and now.st_size >= self._file.tell()
        if is_same and self._begins_the_same():
            return
        self._file.close()
        self._file = _opened(self.path, self.run)
        self._inode = os.fstat(self._file.fileno()).st_ino
        self._begins, self._has_waited = b"", False
        raise StartedAnewError

    def _begins_the_same(self) -> bool:
        """Whether it only grew: Lightning writes its table anew where a column comes."""
        begins = os.pread(self._file.fileno(), SAME, 0)
        is_same, self._begins = begins.startswith(self._begins), begins
        return is_same

    def close(self) -> None:
        self._file.close()


class StreamSource:
    """A pipe, or whatever else ends where its other side does."""

    is_endless = False

    def __init__(self, name: str, descriptor: int | None = None, path: Path | None = None) -> None:
        """``path``: of a named pipe; it is opened by the first read, which waits for a writer."""
        self.name = name
        self.run: Path | None = None
        self._descriptor, self._path = descriptor, path

    def read(self, seconds: float) -> Chunk | None:
        try:
            if self._descriptor is None:
                assert self._path is not None
                self._descriptor = os.open(self._path, os.O_RDONLY)
            ready, _, _ = select.select([self._descriptor], [], [], seconds)
            data = os.read(self._descriptor, CHUNK) if ready else b""
        except OSError as error:
            raise RunError(f"{self.name}: {reason_of(error)}") from None
        return Chunk(data, self.name) if data or not ready else None

    @property
    def share_read(self) -> float:
        return 1.0

    def close(self) -> None:
        """The reading thread may still wait in it, so it is left to the end of the process."""


def source_of_run(folder: Path) -> Source:
    """The event log of a run that is kept. Raises RunError."""
    return FileSource(folder / EVENTS, folder)


def source_of(path: Path) -> Source:
    """The source that a path leads to. Raises RunError."""
    return FileSource(path) if path.is_file() else StreamSource(str(path), path=path)


def _wait(seconds: float) -> None:
    if seconds:  # even no time at all gives the core away
        time.sleep(seconds)


def _opened(path: Path, run: Path | None) -> BinaryIO:
    """The file that the user names; in a run's folder no link is followed."""
    try:
        return open_to_read(path, LARGEST_LOG if run else None, follow=run is None)
    except FileError as error:
        raise RunError(str(error)) from None
