"""Runs that were deleted in a session, which can have them back until it ends."""

import os
import secrets
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from tuidl.core.errors import RunError
from tuidl.core.own_files import FileError, error_text, is_there, open_to_append
from tuidl.runs.overview import require_deletable
from tuidl.storage.contents import LOCK
from tuidl.storage.locations import runs_folder
from tuidl.storage.locks import try_lock

FOLDER = ".deleted"
"""Among the runs, hidden: moving a run there takes no copy."""


class DeletedRuns:
    """``take`` deletes runs, ``undo`` puts those of the last ``take`` back, ``close`` removes them
    for good. What a session leaves that could not close, ``sweep`` of a later one removes."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._lock: BinaryIO | None = None
        self._taken: list[list[tuple[Path, Path]]] = []

    def __bool__(self) -> bool:
        """Whether there is something to undo."""
        return bool(self._taken)

    def take(self, paths: Iterable[Path]) -> list[str]:
        """Delete these runs; returns the problems with those that stay."""
        problems: list[str] = []
        taken: list[tuple[Path, Path]] = []
        for path in paths:
            try:
                require_deletable(path)
                place = self._place() / f"{len(self._taken)}-{len(taken)}"
                os.rename(path, place)
            except RunError as error:
                problems.append(str(error))
            except OSError as error:
                problems.append(error_text(error, path))
            else:
                taken.append((path, place))
        if taken:
            self._taken.append(taken)
        return problems

    def undo(self) -> tuple[list[Path], list[str]]:
        """The runs that are there again, and the problems with others."""
        back, problems = [], []
        for path, place in self._taken.pop() if self._taken else []:
            try:
                if is_there(path):
                    raise RunError(f"{path.name}: there is another run of that name now")
                os.rename(place, path)
            except RunError as error:
                problems.append(str(error))
            except OSError as error:
                problems.append(error_text(error, path))
            else:
                back.append(path)
        return back, problems

    def close(self) -> None:
        self._taken.clear()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            with suppress(OSError):
                self._folder.parent.rmdir()
        if self._lock is not None:
            self._lock.close()

    def _place(self) -> Path:
        """This session's folder, which a lock keeps from being swept. Raises OSError."""
        if self._folder is None:
            folder = runs_folder() / FOLDER / secrets.token_hex(8)
            folder.mkdir(parents=True)
            try:
                self._lock = open_to_append(folder / LOCK, create=True)
            except FileError as error:
                raise RunError(str(error)) from None
            try_lock(self._lock)
            self._folder = folder
        return self._folder


def sweep() -> None:
    """Remove what sessions left that ended without closing."""
    with suppress(OSError):
        for folder in (runs_folder() / FOLDER).iterdir():
            with suppress(FileError), open_to_append(folder / LOCK) as lock:
                if try_lock(lock):
                    shutil.rmtree(folder, ignore_errors=True)
