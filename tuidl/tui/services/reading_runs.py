"""Reads the logs of many runs in a thread, and reads on as they grow."""

import threading
from pathlib import Path

from tuidl.core.errors import RunError
from tuidl.runs.overlaying import MOST_RUNS, Member, Overlaying, member

SECONDS_BETWEEN_READS = 1.0


class RunsReading:
    """``runs``: those of ``paths`` that could be opened; ``count``: how many of them have been read
    once."""

    def __init__(self, paths: list[Path]) -> None:
        self.paths = paths
        self.runs = Overlaying([])
        self.count = 0
        self._refused: list[str] = []
        self._closed = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._read_all, daemon=True).start()

    def close(self) -> None:
        """End the thread, once it has done what it is at."""
        self._closed.set()

    def _read_all(self) -> None:
        members: list[Member] = []
        for path in self.paths[:MOST_RUNS]:
            try:
                members.append(member(path))
            except RunError as error:
                self._refused.append(str(error))
        self.runs = Overlaying(members)
        while not self._closed.is_set():
            for count, one in enumerate(members, 1):
                if self._closed.is_set():
                    break
                one.read()
                self.count = max(self.count, count)
            self._closed.wait(SECONDS_BETWEEN_READS)
        self.runs.close()

    @property
    def is_done(self) -> bool:
        """Whether all that was there at first has been read."""
        members = self.runs.members
        return self.count == len(members) and bool(members or self._refused)

    @property
    def version(self) -> tuple[int, int, int]:
        """Another one whenever there is something new."""
        return (self.runs.version, self.count, len(self._refused))

    @property
    def problems(self) -> list[str]:
        """What could not be read, and why."""
        found = [*self._refused, *(one.problem for one in self.runs.members if one.problem)]
        left = len(self.paths) - MOST_RUNS
        return [*found, *([f"{left} runs more than {MOST_RUNS} are left out"] if left > 0 else [])]
