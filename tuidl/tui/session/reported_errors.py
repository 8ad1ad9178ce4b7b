"""Unexpected errors of the screen itself: a line for the user, the traceback in a log."""

import os
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tuidl.core.own_files import FileError, open_to_append
from tuidl.core.printable import printable, shortened

MOST_SHOWN = 20
"""Places in the program whose errors are shown; an error in each frame would bury the screen."""


class ReportedErrors:
    """``notify`` shows a notice."""

    def __init__(self, log: Path, notify: Callable[[str], None]) -> None:
        self.log, self._notify = log, notify
        self._places: set[str] = set()

    def note(self, error: BaseException) -> str:
        """Write an error down; returns it in one line, with the log's path if it could be had."""
        problem = unforeseen(error)
        try:
            self.log.parent.mkdir(parents=True, exist_ok=True)
            with open_to_append(self.log, create=True) as log:
                log.write("".join(traceback.format_exception(error)).encode(errors="replace"))
        except (OSError, FileError):
            return problem
        return f"{problem} (more in {self.log})"

    def report(self, error: BaseException) -> None:
        """Show an error that ends nothing, once for each place where it comes from."""
        place = _place_of(error)
        if place in self._places or len(self._places) >= MOST_SHOWN:
            return
        self._places.add(place)
        with suppress(Exception):
            self._notify(f"An error of the screen, which goes on: {self.note(error)}")


def unforeseen(error: BaseException) -> str:
    """An error that is no message for users, in one line."""
    return printable(shortened(f"{type(error).__name__}: {error}"))


def log_path(folder: Path) -> Path:
    return folder / f"screen-{os.getpid()}.log"


def _place_of(error: BaseException) -> str:
    """The kind of an error, and the line that raised it."""
    last = traceback.extract_tb(error.__traceback__, limit=-1)
    return f"{type(error).__name__} {last[0].filename}:{last[0].lineno}" if last else repr(error)
