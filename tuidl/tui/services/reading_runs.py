"""Reads the logs of many runs in a thread, and reads on as they grow and more of them begin."""

import threading
import time
from collections.abc import Sequence
from pathlib import Path

from tuidl.core.errors import RunError
from tuidl.runs.joining import Joining
from tuidl.runs.overlaying import MOST_RUNS, Member, Overlaying, member
from tuidl.storage.contents import is_beginning
from tuidl.storage.locations import runs_folder

SECONDS_BETWEEN_READS = 1.0
SHARE = 20
"""Looks for more wait at least so many times as long as one takes."""


class RunsReading:
    """``runs``: those of ``paths`` that could be opened; ``count``: how many of them have been read
    once. ``joining``: asked again and again, so that what begins later joins."""

    def __init__(self, paths: list[Path], joining: Joining | None = None) -> None:
        self.paths = paths
        self.runs = Overlaying([])
        self.count = 0
        self.is_done = False
        """Whether all that was there at first has been read."""
        self._joining, self._next_look = joining, 0.0
        self._refused: dict[Path | None, str] = {}
        self._closed = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._read_all, daemon=True).start()

    def close(self) -> None:
        """End the thread, once it has done what it is at."""
        self._closed.set()

    def _read_all(self) -> None:
        self._join(self.paths)
        while not self._closed.is_set():
            for count, one in enumerate(self.runs.members, 1):
                if self._closed.is_set():
                    break
                one.read()
                self.count = max(self.count, count)
            self.runs.relabel()
            self.is_done = True
            self._closed.wait(SECONDS_BETWEEN_READS)
            self._look_for_more()
        self.runs.close()

    def _look_for_more(self) -> None:
        if self._joining is None or time.monotonic() < self._next_look:
            return
        began = time.monotonic()
        try:
            found = self._joining()
        except RunError as error:
            self._refused[None] = str(error)
        else:
            self._refused.pop(None, None)
            self.paths = list(dict.fromkeys([*self.paths, *found]))
        self._next_look = time.monotonic() + SHARE * (time.monotonic() - began)
        self._join(self.paths)

    def _join(self, paths: Sequence[Path]) -> None:
        """Open those that are not open yet; a run that is only being made waits."""
        known = {one.path for one in self.runs.members}
        new: list[Member] = []
        for path in paths[:MOST_RUNS]:
            if path in known or (path.parent == runs_folder() and is_beginning(path)):
                continue
            try:
                new.append(member(path))
            except RunError as error:
                self._refused[path] = _in_short(str(error), path)
            else:
                self._refused.pop(path, None)
        if self.is_done:  # beside curves that are there, none is without its own for a moment
            for one in new:
                one.read()
        if new:
            self.runs.join(new)

    @property
    def version(self) -> tuple[int, int, bool, int]:
        """Another one whenever there is something new."""
        return (self.runs.version, self.count, self.is_done, hash(tuple(self.problems)))

    @property
    def problems(self) -> list[str]:
        """What could not be read, and why."""
        refused = list(self._refused.values())
        found = [*refused, *(one.problem for one in self.runs.members if one.problem)]
        left = len(self.paths) - MOST_RUNS
        return [*found, *([f"{left} runs more than {MOST_RUNS} are left out"] if left > 0 else [])]


def _in_short(problem: str, path: Path) -> str:
    """With the end of the path alone: a line of the screen has little room, and why stands last."""
    return problem.replace(str(path), str(Path(*path.parts[-2:])))
