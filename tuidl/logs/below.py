"""Which logs lie below a folder: each training of another program, and runs of our own."""

import os
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from tuidl.core.errors import RunError
from tuidl.core.own_files import FileError, open_to_read, reason_of
from tuidl.logs.measures import PARTS
from tuidl.logs.readers import EVENT_FILE, HEAD
from tuidl.logs.rows import is_table
from tuidl.storage.contents import RUN

DEEPEST, MOST_ENTRIES = 6, 100_000
LINES = ".jsonl", ".ndjson"


class Place(NamedTuple):
    """A folder and its regular files; hidden ones and links are left alone."""

    path: Path
    files: tuple[Path, ...]


class Found(NamedTuple):
    """One log: a file, or a folder of several that are one training; ``files``: what is read.
    None for a run of our own, whose folder ``path`` is."""

    path: Path
    files: tuple[Path, ...] | None


def places(folder: Path, depth: int = DEEPEST, most: int = MOST_ENTRIES) -> Iterator[Place]:
    """The folder and those below it, by name; what is in a run of our own is its own. Raises
    RunError where it cannot be read or has more than ``most`` entries."""
    waiting, seen = [(folder, 0)], 0
    while waiting:
        here, level = waiting.pop()
        try:
            with os.scandir(here) as scanned:
                entries = sorted(scanned, key=lambda entry: entry.name)
        except OSError as error:
            if level:
                continue
            raise RunError(f"{here}: {reason_of(error)}") from None
        seen += len(entries)
        if seen > most:
            raise RunError(f"{folder}: more than {most:,} files; name one within it")
        shown = [entry for entry in entries if not entry.name.startswith(".")]
        files = [Path(entry.path) for entry in shown if entry.is_file(follow_symlinks=False)]
        yield Place(here, tuple(files))
        if level < depth and not any(file.name == RUN for file in files):
            inner = [Path(entry.path) for entry in shown if entry.is_dir(follow_symlinks=False)]
            waiting += [(path, level + 1) for path in reversed(inner)]


def logs_below(folder: Path) -> list[Found]:
    """Each log, by folder and name; a folder with logs of its own, and those called after a part
    of the examples in it (``train``, ``validation``), is one. Raises RunError."""
    found: list[Found] = []
    trainings: dict[Path, list[Path]] = defaultdict(list)
    for place in places(folder):
        if any(file.name == RUN for file in place.files):
            found.append(Found(place.path, None))
            continue
        logs = of_one_kind(place.files)
        above = place.path.parent if is_part(place.path, folder) else place.path
        is_one = _are_events(logs) or len(_all_logs(place.files)) == 1
        if is_one or above != place.path:
            trainings[above] += logs
        else:
            found += [Found(file, (file,)) for file in _all_logs(place.files)]
    found += [Found(path, tuple(files)) for path, files in trainings.items() if files]
    return sorted(found)


def is_part(path: Path, top: Path) -> bool:
    """Whether a folder below ``top`` is called after a part of the examples."""
    return path != top and path.name.lower() in PARTS


def of_one_kind(files: tuple[Path, ...]) -> list[Path]:
    """The logs among files, of one kind: loggers of several kinds tell the same numbers. Tables
    without steps are data."""
    events = [path for path in files if EVENT_FILE in path.name]
    return events or _tables(files) or _lines(files)


def _are_events(logs: list[Path]) -> bool:
    return bool(logs) and EVENT_FILE in logs[0].name


def _all_logs(files: tuple[Path, ...]) -> list[Path]:
    return sorted([*_tables(files), *_lines(files)])


def _tables(files: tuple[Path, ...]) -> list[Path]:
    return [path for path in files if path.suffix.lower() == ".csv" and _has_steps(path)]


def _lines(files: tuple[Path, ...]) -> list[Path]:
    return [path for path in files if path.suffix.lower() in LINES]


def _has_steps(path: Path) -> bool:
    try:
        status = os.stat(path)
    except OSError:
        return False
    return _begins_with_steps(path, status.st_ino, status.st_mtime_ns)


@lru_cache(1 << 14)
def _begins_with_steps(path: Path, inode: int, changed: int) -> bool:
    """``inode`` and when it ``changed``: what was seen of a file holds until it is another."""
    try:
        with open_to_read(path) as file:
            lines = file.read(HEAD).split(b"\n")
    except (FileError, OSError):
        return False
    return is_table(lines[:1])
