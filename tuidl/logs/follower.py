"""Reads a log in a thread of its own, as it grows."""

import threading
import time

from tuidl.core.errors import RunError
from tuidl.logs.lines import Lines
from tuidl.logs.log import Log
from tuidl.logs.source import Source, StartedAnewError, is_object
from tuidl.protocol import events

LINES_AT_ONCE = 100
"""Lines, about 2 ms, after which the thread that draws gets as much time."""
PATIENCE = 0.2
"""Seconds between two looks whether a file has grown."""


class Follower:
    """``state``: reading what is there, following what comes, or ended; ``problem``: why nothing
    can be read any more."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.state = "reading" if source.is_endless else "following"
        self.problem = ""
        self.version = 0
        self._log, self._lines = Log(), self._new_lines()
        self._lock = threading.Lock()
        self._has_a_thread = False
        self._closed = threading.Event()

    def _new_lines(self) -> Lines:
        return Lines() if self.source.run is None else Lines(events.LONGEST_LINE)

    def start(self) -> None:
        self._has_a_thread = True
        threading.Thread(target=self._run, daemon=True).start()

    def close(self) -> None:
        """End the thread, once it has done what it is at."""
        self._closed.set()

    def log(self) -> Log:
        """The log as it is now."""
        with self._lock:
            return self._log.copied()

    def read_all(self) -> Log:
        """Read what is there, without a thread. Raises RunError."""
        self._run()
        if self.problem:
            raise RunError(self.problem)
        return self._log

    def _run(self) -> None:
        is_patient = self._has_a_thread or not self.source.is_endless
        try:
            while not self._closed.is_set() and self._read(PATIENCE if is_patient else 0):
                if not is_patient and self.state == "following":
                    break
        except RunError as error:
            self.problem = str(error)
        self._end()

    def _read(self, seconds: float) -> bool:
        """Take in what is new; False at the end."""
        try:
            data = self.source.read(seconds)
        except StartedAnewError:
            with self._lock:
                self._log, self._lines = Log(), self._new_lines()
            self.version += 1
            return True
        if data is None:
            return False
        if data:
            self._take(data)
        elif self.state == "reading" or is_object(self._lines.rest):
            self._caught_up()
        return True

    def _take(self, data: bytes) -> None:
        batch: list[bytes] = []
        began = time.perf_counter()
        for line in self._lines.feed(data):
            batch.append(line)
            if len(batch) >= LINES_AT_ONCE:
                self._fold(batch)
                if self._has_a_thread:
                    time.sleep(time.perf_counter() - began)
                    began = time.perf_counter()
        self._fold(batch)

    def _fold(self, batch: list[bytes]) -> None:
        with self._lock:
            for line in batch:
                self._log.add(line)
            self._log.counts.too_long = self._lines.refused
        batch.clear()
        self.version += 1

    def _caught_up(self) -> None:
        """All that is there has been read; a last line that lacks only its end counts."""
        if is_object(self._lines.rest):
            self._fold([self._lines.take_rest()])
        self.state = "following"
        self.version += 1

    def _end(self) -> None:
        if rest := self._lines.take_rest():
            self._fold([rest])
        self.state = "ended"
        self.source.close()
        self.version += 1
