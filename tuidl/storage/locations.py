"""Where runs lie, and finding one by its name or path."""

import os
import re
from contextlib import suppress
from functools import lru_cache
from itertools import count
from pathlib import Path

import msgspec

from tuidl.core.errors import RunError, SaveError, suggestion
from tuidl.core.own_files import FileError, error_text, is_there, read_bounded, reason_of
from tuidl.core.user_folders import expanded, user_folder
from tuidl.storage.contents import RUN, is_beginning

SWEEPS = ".sweeps"
"""Among the runs, hidden: folders of sweeps, whose trials are runs like all others."""
MOST_NAMED = 5
ENDING = re.compile(r"([0-9]{8}-[0-9]{6})(?:-([0-9]{1,9}))?$")
"""Of a run's name: when it began, and a number where several did."""
MOMENT, DIGITS = 20, 14
"""Characters of a moment to the second, and digits among them."""
LARGEST_RECORD = 1 << 20
"""Bytes of run.json."""


def runs_folder() -> Path:
    """TUIDL_RUNS_DIR, or the platform's place for data."""
    given = os.environ.get("TUIDL_RUNS_DIR")
    return Path(given) if given else user_folder("data") / "runs"


def claimed(name: str) -> Path:
    """A new empty folder for a run of this name, or of the next one that is free: two processes
    never get the same. Raises SaveError."""
    folder = runs_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number in count(1):
            path = folder / (name if number == 1 else f"{name}-{number}")
            with suppress(FileExistsError):
                path.mkdir()
                return path
    except OSError as error:
        raise SaveError(f"cannot write into {folder}: {reason_of(error)}") from None
    raise AssertionError("unreachable")


def names() -> list[str]:
    """Names of all runs that are kept there, the newest first; not of those that are only being
    made. Raises RunError where the folder cannot be read."""
    folder = runs_folder()
    try:
        with os.scandir(folder) as entries:
            found = [entry.name for entry in entries if entry.is_dir()]
    except FileNotFoundError:
        return []  # though another process may be making it at this moment
    except OSError as error:
        if not is_there(folder):
            return []
        raise RunError(error_text(error, folder)) from None
    began = (_began(folder, name) for name in found if not name.startswith("."))
    return [when[-1] for when in sorted(filter(None, began), reverse=True)]


def find(name_or_path: str) -> Path:
    """The folder of a run. Raises RunError."""
    if not name_or_path or "\0" in name_or_path:
        raise RunError("a run's name, or the path of its folder, is missing")
    path = expanded(name_or_path)
    if is_there(path / RUN):
        return path
    if len(path.parts) == 1 and is_there(runs_folder() / path / RUN):
        return runs_folder() / path
    if path.exists():
        raise RunError(f"{path}: no run in it (there is no {RUN})")
    known = names()
    if not known:
        raise RunError(f"no run {name_or_path!r}; none are kept in {runs_folder()}")
    raise RunError(f"no run {name_or_path!r}{suggestion(name_or_path, known[:MOST_NAMED])}")


When = tuple[str, int, str]
"""When a run began (UTC, digits), as which of those that began then, and its name."""


def _began(folder: Path, name: str) -> When | None:
    """None of a run that is only being made."""
    try:
        status = os.lstat(f"{folder}/{name}/{RUN}")
    except OSError:
        return None if is_beginning(folder / name) else _when(folder / name)
    stamp = status.st_mtime_ns, status.st_size, status.st_ino
    return _when_then(f"{folder}/{name}", stamp)


@lru_cache(maxsize=1 << 16)
def _when_then(path: str, stamp: tuple[int, ...]) -> When:
    """Remembered while its record has the same ``stamp``: of thousands hardly any is another."""
    return _when(Path(path))


class _Began(msgspec.Struct):
    """Of a run's record, what says when it began."""

    created: str = ""


def _when(path: Path) -> When:
    """By its record, or by its name where that cannot be read."""
    found = ENDING.search(path.name)
    try:
        record = msgspec.json.decode(read_bounded(path / RUN, LARGEST_RECORD), type=_Began)
        said = "".join(re.findall(r"[0-9]", record.created[:MOMENT]))
    except (FileError, msgspec.MsgspecError, RecursionError):
        said = ""
    if len(said) != DIGITS:
        said = found[1].replace("-", "") if found else ""
    return said, int(found[2] or 1) if found else 0, path.name
