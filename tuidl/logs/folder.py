"""A folder of logs as one log with parts: ``train/`` and ``validation/`` as Keras writes them, or
event files of a training that was begun again.
"""

import os
import time
from collections.abc import Iterable
from pathlib import Path

from tuidl.core.errors import RunError
from tuidl.logs.below import Place, is_part, of_one_kind, places
from tuidl.logs.readers import EVENT_FILE, EXAMPLE
from tuidl.logs.source import Chunk, FileSource, Source, StartedAnewError, source_of

DEPTH = 2
"""Folders within the folder that are looked into."""
MOST_ENTRIES = 10_000
MOST_FILES = 64
"""They are kept open to be followed."""
AGAIN = 2.0
"""Seconds after which new files are looked for."""


class FolderSource:
    """The logs of a folder, each followed as it grows; new ones join. ``is_alone``: of one training
    only, where other folders in it are trainings of their own."""

    is_endless = True
    run: Path | None = None

    def __init__(self, path: Path, is_alone: bool = False) -> None:
        """Raises RunError where there is no log, or one that cannot be read."""
        self.path, self.name = path, path.resolve().name or str(path)
        self._is_alone = is_alone
        self._files: dict[Path, FileSource] = {}
        self._parts: dict[Path, str] = {}
        self._find()
        if not self._files:
            problem = f"a folder, and no run or log in it or {DEPTH} folders below; {EXAMPLE}"
            raise RunError(f"{path}: {problem}")

    def read(self, seconds: float) -> Chunk | None:
        """What is new in one of the files. Raises RunError, StartedAnewError."""
        if found := self._next():
            return found
        if time.monotonic() - self._looked > AGAIN:
            self._look_for_more()
            if found := self._next():
                return found
        if seconds:  # even no time at all gives the core away
            time.sleep(seconds)
        return Chunk(b"")

    def _next(self) -> Chunk | None:
        for path, source in self._files.items():
            try:
                chunk = source.read(0)
            except StartedAnewError:
                self._begin_anew()
                raise
            if chunk is not None and chunk.data:
                return chunk._replace(part=self._parts[path])
        return None

    def _look_for_more(self) -> None:
        """Raises StartedAnewError where what was there has other names beside what came."""
        known = self._parts
        self._find()
        if any(self._parts[path] != part for path, part in known.items()):
            self._begin_anew()
            raise StartedAnewError

    def _begin_anew(self) -> None:
        """Read all files from their beginning."""
        self.close()
        self._files = {}
        self._find()

    @property
    def share_read(self) -> float:
        return sum(one.share_read for one in self._files.values()) / max(len(self._files), 1)

    def release(self) -> None:
        """Keep no file open until there is more to read: for those who follow many logs."""
        for source in self._files.values():
            source.release()

    def close(self) -> None:
        for source in self._files.values():
            source.close()

    def _find(self) -> None:
        """Open the logs that are not open yet, in the order of their names."""
        self._looked = time.monotonic()
        for path in logs_in(self.path, self._is_alone):
            if path not in self._files:
                self._files[path] = FileSource(path)
        self._parts = parts_of(list(self._files))


def parts_of(files: list[Path]) -> dict[Path, str]:
    """What each file's numbers are called after: the folders in which it alone lies, and its own
    name where others lie beside it that do not go on with it."""
    above = os.path.commonpath([str(path.parent) for path in files]) if files else ""
    found: dict[Path, str] = {}
    for path in files:
        inner = path.parent.relative_to(above)
        is_alone = sum(other.parent == path.parent for other in files) == 1
        named = inner if is_alone or EVENT_FILE in path.name else inner / path.stem
        found[path] = "" if named == Path() else named.as_posix()
    return found


def logs_in(folder: Path, is_alone: bool = False) -> list[Path]:
    """The logs of a folder, of one kind. ``is_alone``: only those that lie in it or in folders
    called after parts of the examples, if there are such. Raises RunError."""
    below = list(places(folder, DEPTH, MOST_ENTRIES))
    own = (
        place
        for place in below
        if place.path == folder or (place.path.parent == folder and is_part(place.path, folder))
    )
    logs = (is_alone and _in_them(own)) or _in_them(below)
    if len(logs) > MOST_FILES:
        raise RunError(f"{folder}: {len(logs)} logs; expected at most {MOST_FILES}: name a folder "
                       f"or file within it, such as {logs[0]}")  # fmt: skip
    return logs


def _in_them(places: Iterable[Place]) -> list[Path]:
    return of_one_kind(tuple(sorted(file for place in places for file in place.files)))


def source_at(path: Path) -> Source:
    """The log of another program that a path leads to: a file, or a folder. Raises RunError."""
    return FolderSource(path, is_alone=True) if path.is_dir() else source_of(path)
