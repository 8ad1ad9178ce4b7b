"""Ending what waits for other processes: at a signal, or when nobody reads stdout any more."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from tuidl.core.terminal import INTERRUPTED, leave_at_once, reader_is_gone, say

TERMINATED = 143


class Stopped(BaseException):
    """It is to end; ``code``: the exit code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def require_reader() -> None:
    """Raises Stopped where stdout is no longer read, as after ``| head``."""
    if reader_is_gone():
        raise Stopped(TERMINATED)


@contextmanager
def stoppable() -> Iterator[None]:
    """Within it the first signal that asks to end raises Stopped, once; at the second the process
    is gone at once. Signals that were ignored before stay ignored, as ``nohup`` means it, but for
    an interrupt: shells ignore it for what runs in the background."""
    codes = {"SIGINT": INTERRUPTED, "SIGTERM": TERMINATED, "SIGHUP": TERMINATED}
    known = {getattr(signal, name): code for name, code in codes.items() if hasattr(signal, name)}
    stopped = False

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal stopped
        if stopped:
            leave_at_once(known[number])
        stopped = True
        say("stopping: what trains is saved first; once more ends it at once")
        raise Stopped(known[number])

    before = {
        number: signal.signal(number, handle)
        for number in known
        if number == signal.SIGINT or signal.getsignal(number) != signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
