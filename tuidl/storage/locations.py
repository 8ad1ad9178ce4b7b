"""Where runs lie, and finding one by its name or path."""

import os
import re
from contextlib import suppress
from itertools import count
from pathlib import Path

from tuidl.core.errors import RunError, SaveError, suggestion
from tuidl.core.own_files import error_text, is_there, reason_of
from tuidl.core.user_folders import expanded, user_folder
from tuidl.storage.contents import RUN, is_beginning

MOST_NAMED = 5
ENDING = re.compile(r"([0-9]{8}-[0-9]{6})(?:-([0-9]{1,9}))?$")
"""Of a run's name: when it began, and a number where several did."""


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
    shown = (name for name in found if not name.startswith("."))
    made = [
        name for name in shown if is_there(folder / name / RUN) or not is_beginning(folder / name)
    ]
    return sorted(made, key=_when, reverse=True)


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


def _when(name: str) -> tuple[str, int, str]:
    """What a run's name says of when it began, and as which of those that began at that time."""
    found = ENDING.search(name)
    return (found[1], int(found[2] or 1), name) if found else ("", 0, name)
