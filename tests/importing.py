"""Processes that share the tests share out what pytest makes of files with assertions, which takes
half the time of collecting them: each imports them from another place on, and finds what the others
have made by then."""

from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest

TESTS = Path(__file__).parent


def import_in_turn(session: pytest.Session) -> None:
    """Where this is one of several processes that collect all files."""
    handed = getattr(session.config, "workerinput", {})
    if not handed.get("all_files"):
        return
    files = [path for path in sorted(TESTS.rglob("test_*.py")) if not _is_ignored(path, session)]
    for path in files_of(files, int(handed["workerid"].removeprefix("gw")), handed["workercount"]):
        with suppress(Exception, pytest.skip.Exception):  # it is said where they are collected
            import_module(".".join(path.relative_to(TESTS.parent).with_suffix("").parts))


def files_of(files: list[Path], number: int, processes: int) -> list[Path]:
    """The files in the order of this process."""
    begin = number * len(files) // processes
    return files[begin:] + files[:begin]


def _is_ignored(path: Path, session: pytest.Session) -> bool:
    places = [path, *(folder for folder in path.parents if folder.is_relative_to(TESTS))]
    ignore = session.config.hook.pytest_ignore_collect
    return any(ignore(collection_path=place, config=session.config) for place in places)
