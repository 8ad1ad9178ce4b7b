"""The streams that a process was given, and leaving it."""

import os
import signal
import sys
from types import FrameType
from typing import NoReturn

INTERRUPTED = 130
SHOW_CURSOR = b"\r\x1b[2K\x1b[?25h"


def prepare_streams() -> None:
    """Have streams that can be written to, whatever the caller closed or can display."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def leave_at_once(code: int) -> NoReturn:
    """End the process now, from a signal handler if need be, with the terminal as it was."""
    if os.isatty(2):
        os.write(2, SHOW_CURSOR)
    os._exit(code)


def leave_on_interrupt() -> None:
    """Let Ctrl-C end the process with 130 until somebody handles it better."""

    def handle(number: int, frame: FrameType | None) -> None:
        leave_at_once(INTERRUPTED)

    signal.signal(signal.SIGINT, handle)
