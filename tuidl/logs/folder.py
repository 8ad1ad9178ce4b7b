"""A folder of logs as one log with parts: ``train/`` and ``validation/`` as Keras writes them, or
event files of a training that was begun again.
"""

import os
import time
from pathlib import Path

from tuidl.core.errors import RunError
from tuidl.core.own_files import FileError, open_to_read, reason_of
from tuidl.logs.readers import EVENT_FILE, EXAMPLE, HEAD
from tuidl.logs.rows import is_table
from tuidl.logs.source import Chunk, FileSource, StartedAnewError

DEPTH = 2
"""Folders within the folder that are looked into."""
MOST_ENTRIES = 10_000
MOST_FILES = 64
"""They are kept open to be followed."""
AGAIN = 2.0
"""Seconds after which new files are looked for."""
LINES = ".jsonl", ".ndjson"


class FolderSource:
    """The logs of a folder, each followed as it grows; new ones join."""

    is_endless = True
    run: Path | None = None

    def __init__(self, path: Path) -> None:
        """Raises RunError where there is no log, or one that cannot be read."""
        self.path, self.name = path, path.resolve().name or str(path)
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

    def close(self) -> None:
        for source in self._files.values():
            source.close()

    def _find(self) -> None:
        """Open the logs that are not open yet, in the order of their names."""
        self._looked = time.monotonic()
        for path in logs_in(self.path):
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


def logs_in(folder: Path) -> list[Path]:
    """The logs of a folder, of one kind: loggers of several kinds tell the same numbers. Tables
    without steps are data. Raises RunError."""
    found = _files_below(folder)
    events = [path for path in found if EVENT_FILE in path.name]
    tables = (path for path in found if path.suffix.lower() == ".csv")
    lines = [path for path in found if path.suffix.lower() in LINES]
    logs = events or [path for path in tables if _has_steps(path)] or lines
    if len(logs) > MOST_FILES:
        raise RunError(f"{folder}: {len(logs)} logs; expected at most {MOST_FILES}: name a folder "
                       f"or file within it, such as {logs[0]}")  # fmt: skip
    return logs


def _has_steps(path: Path) -> bool:
    try:
        with open_to_read(path) as file:
            lines = file.read(HEAD).split(b"\n")
    except (FileError, OSError):
        return False
    return is_table(lines[:1])


def _files_below(folder: Path) -> list[Path]:
    """Regular files, by folder and name; hidden ones and links are left alone."""
    found: list[Path] = []
    waiting, seen = [(folder, 0)], 0
    while waiting:
        here, depth = waiting.pop()
        try:
            entries = list(os.scandir(here))
        except OSError as error:
            if depth:
                continue
            raise RunError(f"{here}: {reason_of(error)}") from None
        for entry in entries:
            seen += 1
            if seen > MOST_ENTRIES:
                raise RunError(f"{folder}: more than {MOST_ENTRIES:,} files; name one within it")
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False) and depth < DEPTH:
                waiting.append((Path(entry.path), depth + 1))
            elif entry.is_file(follow_symlinks=False):
                found.append(Path(entry.path))
    return sorted(found)
