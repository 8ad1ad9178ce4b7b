"""Where runs lie, and finding one by its name or path."""

import os
from pathlib import Path

import platformdirs

from tuidl.errors import RunError, suggestion
from tuidl.runs.folder import RUN

MOST_NAMED = 5


def runs_folder() -> Path:
    """TUIDL_RUNS_DIR, or the platform's place for data."""
    given = os.environ.get("TUIDL_RUNS_DIR")
    return Path(given) if given else Path(platformdirs.user_data_dir("tuidl")) / "runs"


def unused(name: str) -> Path:
    """A folder for a new run of this name, or of the next one that is free."""
    folder = runs_folder()
    path, number = folder / name, 2
    while path.exists():
        path, number = folder / f"{name}-{number}", number + 1
    return path


def names() -> list[str]:
    """Names of all runs that are kept there, the newest first."""
    try:
        found = [entry.name for entry in os.scandir(runs_folder()) if entry.is_dir()]
    except OSError:
        return []
    return sorted(found, key=lambda name: _when(name), reverse=True)


def find(name_or_path: str) -> Path:
    """The folder of a run. Raises RunError."""
    if not name_or_path or "\0" in name_or_path:
        raise RunError("a run's name, or the path of its folder, is missing")
    path = Path(name_or_path).expanduser()
    if (path / RUN).is_file():
        return path
    if len(path.parts) == 1 and (runs_folder() / path / RUN).is_file():
        return runs_folder() / path
    if path.exists():
        raise RunError(f"{path}: no run in it (there is no {RUN})")
    known = names()
    if not known:
        raise RunError(f"no run {name_or_path!r}; none are kept in {runs_folder()}")
    raise RunError(f"no run {name_or_path!r}{suggestion(name_or_path, known[:MOST_NAMED])}")


def _when(name: str) -> str:
    """The part of a run's name that says when it began."""
    return name[-len("20260101-000000") :] + name
