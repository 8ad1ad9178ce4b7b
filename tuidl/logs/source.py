"""Where a log comes from: a file that may grow, or a stream that ends."""

import os
import select
import time
from pathlib import Path
from typing import BinaryIO, Protocol

from tuidl.core.errors import RunError
from tuidl.core.own_files import FileError, open_to_read, reason_of
from tuidl.logs.record import NoObjectError, parsed
from tuidl.storage.contents import EVENTS
from tuidl.storage.folder import LARGEST_LOG

CHUNK = 1 << 17
HEAD = 1 << 16
EXAMPLE = 'lines of JSON are expected, such as {"step": 1, "loss": 0.5}'


class StartedAnewError(Exception):
    """A file that was cut or replaced: what was read of it no longer counts."""


class Source(Protocol):
    """``name`` is what a person knows it by; ``run``: the folder of the run whose log it is."""

    name: str
    run: Path | None
    is_endless: bool

    @property
    def share_read(self) -> float:
        """Of what is there at this moment; 1 where that is unknown."""
        ...

    def read(self, seconds: float) -> bytes | None:
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
        try:
            check_head(str(path), self._file.read(HEAD))
            self._file.seek(0)
        except (RunError, OSError):
            self._file.close()
            raise

    def read(self, seconds: float) -> bytes | None:
        try:
            data = self._file.read(CHUNK)
            if not data:
                self._look_whether_it_is_the_same()
                time.sleep(seconds)
        except OSError as error:
            raise RunError(f"{self.path}: {reason_of(error)}") from None
        return data

    @property
    def share_read(self) -> float:
        try:
            return self._file.tell() / max(os.fstat(self._file.fileno()).st_size, 1)
        except (OSError, ValueError):
            return 1.0

    def _look_whether_it_is_the_same(self) -> None:
        try:
            now = self.path.stat()
        except FileNotFoundError:
            return  # it may come again
        if now.st_ino == self._inode and now.st_size >= self._file.tell():
            return
        self._file.close()
        self._file = _opened(self.path, self.run)
        self._inode = os.fstat(self._file.fileno()).st_ino
        raise StartedAnewError

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
        self._is_first = True

    def read(self, seconds: float) -> bytes | None:
        try:
            if self._descriptor is None:
                assert self._path is not None
                self._descriptor = os.open(self._path, os.O_RDONLY)
            ready, _, _ = select.select([self._descriptor], [], [], seconds)
            data = os.read(self._descriptor, CHUNK) if ready else b""
        except OSError as error:
            raise RunError(f"{self.name}: {reason_of(error)}") from None
        if self._is_first and data:
            check_text(self.name, data)
            self._is_first = False
        return data if data or not ready else None

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
    if path.is_dir():
        raise RunError(f"{path}: a folder, and no run in it")
    return FileSource(path) if path.is_file() else StreamSource(str(path), path=path)


def _opened(path: Path, run: Path | None) -> BinaryIO:
    """The file that the user names; in a run's folder no link is followed."""
    try:
        return open_to_read(path, LARGEST_LOG if run else None, follow=run is None)
    except FileError as error:
        raise RunError(str(error)) from None


def check_text(name: str, head: bytes) -> None:
    """Raises RunError where the beginning of a log is no text."""
    try:
        head[: head.rfind(b"\n") + 1].decode()
        is_text = b"\0" not in head
    except UnicodeDecodeError:
        is_text = False
    if not is_text:
        raise RunError(f"{name}: no UTF-8 text; {EXAMPLE}")


def check_head(name: str, head: bytes) -> None:
    """Raises RunError where the beginning of a file holds whole lines, and none is an object."""
    check_text(name, head)
    lines = head.split(b"\n")[: None if len(head) < HEAD else -1]
    written = [line for line in lines if line.strip()]
    if written and not any(is_object(line) for line in written):
        counted = (
            "its only line" if len(written) == 1 else f"none of its first {len(written)} lines"
        )
        is_none = "is no" if len(written) == 1 else "is a"
        raise RunError(f"{name}: {counted} {is_none} JSON object; {EXAMPLE}")


def is_object(line: bytes) -> bool:
    try:
        parsed(line)
    except (NoObjectError, ValueError):
        return False
    return True
