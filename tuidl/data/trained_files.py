"""The files that a run was trained on, to notice later that they have changed."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from tuidl.core.config import Config
from tuidl.data.paths import FilePath

LARGEST_READ = 1 << 30
"""Bytes of a file whose content is compared; larger ones go by size and date."""
PIECE = 1 << 20


class TrainedFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file, or a folder with all that is in it, as it was when training began.

    ``size``: bytes, of a folder together. ``changed``: nanoseconds since 1970, 0 for a folder.
    ``sha256``: over the content, or over a folder's names and sizes; "" where it was not read.
    """

    key: str
    size: int
    changed: int = 0
    sha256: str = ""


class TrainedFiles(msgspec.Struct, frozen=True):
    """What a source has read, each file by the key that names it in the preset."""

    files: tuple[TrainedFile, ...] = ()

    @classmethod
    def of(cls, source: Config) -> "TrainedFiles":
        """As they are now; without those that cannot be read."""
        found = []
        for key, path in paths_of(source):
            try:
                found.append(_seen(key, path))
            except OSError:
                continue
        return cls(tuple(found))

    def differing(self, source: Config) -> list[Path]:
        """Those that are there, and are not what they were."""
        paths = dict(paths_of(source))
        return [
            paths[file.key] for file in self.files
            if file.key in paths and _differs(file, paths[file.key])
        ]  # fmt: skip


def paths_of(source: Config) -> Iterator[tuple[str, Path]]:
    """Files and folders that a source names, and their keys."""
    for field in msgspec.structs.fields(source):
        value = getattr(source, field.name)
        if field.type == FilePath and isinstance(value, str):
            yield field.name, Path(value)


def _seen(key: str, path: Path) -> TrainedFile:
    """Raises OSError."""
    if path.is_dir():
        size, digest = _folder(path)
        return TrainedFile(key, size, 0, digest)
    status = path.stat()
    digest = _digest(path) if status.st_size <= LARGEST_READ else ""
    return TrainedFile(key, status.st_size, status.st_mtime_ns, digest)


def _differs(file: TrainedFile, path: Path) -> bool:
    try:
        if path.is_dir():
            return _folder(path) != (file.size, file.sha256)
        status = path.stat()
        if status.st_size != file.size:
            return True
        if status.st_mtime_ns == file.changed:
            return False
        return not file.sha256 or _digest(path) != file.sha256
    except OSError:
        return False


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _folder(path: Path) -> tuple[int, str]:
    """The bytes of all files in a folder, and a digest of their names and sizes."""
    listed = sorted(_entries(path, ""))
    digest = hashlib.sha256("\n".join(f"{size} {name!r}" for name, size in listed).encode())
    return sum(size for _, size in listed), digest.hexdigest()


def _entries(folder: Path, within: str) -> Iterator[tuple[str, int]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            name = f"{within}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                yield from _entries(folder / entry.name, f"{name}/")
            elif not entry.name.startswith("."):
                yield name, entry.stat().st_size
