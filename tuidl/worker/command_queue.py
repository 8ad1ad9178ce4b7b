"""Commands that wait to be carried out; any thread may add one."""

import queue
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from tuidl.protocol.commands import Command, Look, Probe


class CommandQueue:
    """First in, first out; who takes them out may look ahead."""

    def __init__(self) -> None:
        self._arrived: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self._seen: deque[Command] = deque()

    def put(self, command: Command) -> None:
        self._arrived.put(command)

    def empty(self) -> bool:
        return not self._seen and self._arrived.empty()

    def get(self, timeout: float | None = None) -> Command:
        """The next one, once there is one. Raises queue.Empty after ``timeout`` seconds."""
        if self._seen:
            return self._seen.popleft()
        return self._arrived.get(timeout=timeout)

    def has(self, is_such: Callable[[Command], bool]) -> bool:
        """Whether such a command waits."""
        self._see_all()
        return any(map(is_such, self._seen))

    def probe(self) -> Probe | None:
        """Take out the first probe, which frames that were asked for before it let pass; None where
        none waits, or a command before it may change what it would be answered."""
        self._see_all()
        for place, command in enumerate(self._seen):
            if isinstance(command, Probe):
                del self._seen[place]
                return command
            if not isinstance(command, Look):
                break
        return None

    def _see_all(self) -> None:
        with suppress(queue.Empty):
            while True:
                self._seen.append(self._arrived.get_nowait())
