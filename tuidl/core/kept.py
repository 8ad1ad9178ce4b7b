"""Files that save work and may be lost at any time: what was made of the user's data.

Each is checked by its SHA-256 when it is read, nothing in it is run or unpickled, and together they
stay below a bound: those not used for longest go first. Where the folder cannot be had, is open to
others or is full, there is no file, and the work is done again.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from mmap import ACCESS_READ, mmap
from pathlib import Path

from tuidl.core.atomic import atomic_replace
from tuidl.core.memory import MAPPED
from tuidl.core.own_files import FileError, create_beside, open_to_read
from tuidl.core.own_folders import make_private
from tuidl.core.user_folders import user_folder

CACHE_VARIABLE = "TUIDL_CACHE_DIR"
"""Names another folder than the platform's."""

MOST_BYTES = 4 << 30
"""Of all files of a kind together."""
SHARE_OF_ONE = 2
"""A single file has at most one part in so many of that."""

MAPPED_FROM = 32 << 20
"""Bytes of a file that is better not read into memory."""

DIGEST, LENGTH = 32, 8
"""Bytes that a file begins with: the SHA-256 of the rest, and how long the head is."""

Buffer = bytes | memoryview


class Kept:
    """The files of one ``kind``, each of a head (what it was made from) and a body."""

    def __init__(self, kind: str, most: int = MOST_BYTES) -> None:
        self.kind, self.most = kind, most

    def read(self, name: str) -> tuple[bytes, memoryview] | None:
        """Head and body of a file that is whole; None where there is none."""
        try:
            path = self._folder() / name
            data = memoryview(_content(path, self.most // SHARE_OF_ONE))
            os.utime(path)
        except (OSError, FileError):
            return None
        if len(data) < DIGEST + LENGTH or sha256(data[DIGEST:]).digest() != data[:DIGEST]:
            with suppress(OSError):
                path.unlink()
            return None
        body = DIGEST + LENGTH + int.from_bytes(data[DIGEST : DIGEST + LENGTH], "little")
        return bytes(data[DIGEST + LENGTH : body]), data[body:]

    def write(self, name: str, head: bytes, body: Sequence[Buffer]) -> bool:
        """Keep them, in the place of what was there; whether that could be done.

        ``body``: buffers of bytes, one behind the other.
        """
        parts = [len(head).to_bytes(LENGTH, "little"), head, *body]
        size = DIGEST + sum(map(len, parts))
        if size > self.most // SHARE_OF_ONE:
            return False
        try:
            folder = self._folder()
            self._make_room(folder, size, name)
            _write(folder / name, parts)
        except (OSError, FileError):
            return False
        return True

    def _folder(self) -> Path:
        """Raises FileError where there is none that only this user can write to."""
        base = Path(os.environ.get(CACHE_VARIABLE) or user_folder("cache"))
        if not base.is_absolute():  # below the current folder, whose files may come from anywhere
            raise FileError(base, "not an absolute path")
        return make_private(base, self.kind)

    def _make_room(self, folder: Path, size: int, name: str) -> None:
        """Remove what was not used for longest until ``size`` bytes more are within the bound."""
        files = [(p.stat().st_mtime_ns, p.stat().st_size, p) for p in folder.iterdir()]
        total = size + sum(n for _, n, path in files if path.name != name)
        for _, old, path in sorted(files):
            if total <= self.most:
                break
            if path.name != name:
                path.unlink(missing_ok=True)
                total -= old


def _content(path: Path, most: int) -> bytes | mmap:
    """Of a small file as it is; a large one is mapped, and takes no memory. Nothing writes to it:
    another one is put in its place. Raises FileError, OSError."""
    with open_to_read(path, most) as file:
        if os.fstat(file.fileno()).st_size < MAPPED_FROM:
            return file.read(MAPPED_FROM)
        data = mmap(file.fileno(), 0, access=ACCESS_READ)
    MAPPED.add(data)
    return data


def _write(path: Path, parts: Sequence[Buffer]) -> None:
    digest = sha256()
    for part in parts:
        digest.update(part)
    file, temporary = create_beside(path)
    try:
        with file:
            for part in (digest.digest(), *parts):
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        atomic_replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
