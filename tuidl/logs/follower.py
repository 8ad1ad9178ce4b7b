"""Reads a log in a thread of its own, as it grows."""

import threading
import time
from collections.abc import Sequence

from tuidl.core.errors import RunError
from tuidl.logs.folder import FolderSource
from tuidl.logs.lines import Lines
from tuidl.logs.log import Log
from tuidl.logs.readers import Foreign, JsonLines, Reader
from tuidl.logs.record import Entry
from tuidl.logs.source import Chunk, FileSource, Source, StartedAnewError
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
        self._log = self.new_log()
        self._readers: dict[str, tuple[str, Reader]] = {}
        """By file; each with the part that the file tells of."""
        self._lock = threading.Lock()
        self._has_a_thread = self._has_caught_up = False
        self._closed = threading.Event()

    def new_log(self) -> Log:
        """What the entries go into."""
        return Log()

    def _reader(self, chunk: Chunk) -> Reader:
        """What reads the file of the chunk; our own logs are known to be lines of JSON."""
        if chunk.file not in self._readers:
            own = self.source.run is not None
            new = JsonLines(Lines(events.LONGEST_LINE)) if own else Foreign(chunk.file)
            self._readers[chunk.file] = chunk.part, new
        return self._readers[chunk.file][1]

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

    def advance(self) -> bool:
        """Read all that is there, without a thread, and keep no file open; whether something was
        new. Raises RunError."""
        before, self._has_caught_up = self.version, False
        while not self._has_caught_up and self._read(0):
            pass
        if isinstance(self.source, FileSource | FolderSource):
            self.source.release()
        return self.version > before

    def _run(self) -> None:
        is_patient = self._has_a_thread or not self.source.is_endless
        try:
            while not self._closed.is_set() and self._read(PATIENCE if is_patient else 0):
                if not is_patient and self.state == "following":
                    break
            for part, reader in self._readers.values():
                self._fold(reader.take_rest(), part)
        except RunError as error:
            self.problem = str(error)
        self._end()

    def _read(self, seconds: float) -> bool:
        """Take in what is new; False at the end."""
        try:
            chunk = self.source.read(seconds)
        except StartedAnewError:
            with self._lock:
                self._log, self._readers = self.new_log(), {}
            self.version += 1
            return True
        if chunk is None:
            return False
        if chunk.data:
            self._take(chunk)
        else:
            self._caught_up()
        return True

    def _take(self, chunk: Chunk) -> None:
        batch: list[Entry] = []
        began = time.perf_counter()
        for entry in self._reader(chunk).feed(chunk.data):
            batch.append(entry)
            if len(batch) >= LINES_AT_ONCE:
                self._fold(batch, chunk.part)
                batch.clear()
                if self._has_a_thread:
                    time.sleep(time.perf_counter() - began)
                    began = time.perf_counter()
        self._fold(batch, chunk.part)

    def _fold(self, batch: Sequence[Entry], part: str) -> None:
        with self._lock:
            for entry in batch:
                self._log.add(entry, part)
            refused = sum(reader.refused for _, reader in self._readers.values())
            self._log.counts.too_long = refused
        self.version += 1

    def _caught_up(self) -> None:
        """All that is there has been read; a last line that lacks only its end counts."""
        self._has_caught_up = True
        whole = [(part, reader.whole_rest()) for part, reader in self._readers.values()]
        for part, entries in whole:
            if entries:
                self._fold(entries, part)
        if self.state == "reading":
            self.state = "following"
            self.version += 1

    def _end(self) -> None:
        self.state = "ended"
        self.source.close()
        self.version += 1
