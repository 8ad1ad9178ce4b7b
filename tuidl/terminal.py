"""The streams that a process was given, and leaving it."""

import os
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import NoReturn

from tuidl.core import forgiving

INTERRUPTED = 130
SHOW_CURSOR = b"\r\x1b[2K\x1b[?25h"


def prepare_streams() -> None:
    """Have streams that can be written to, whatever the caller closed or can display.

    Those of the process itself never raise: ``output_problem`` says what could not be written.
    """
    forgiving.have_descriptors()
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    if os.name == "posix":
        if forgiving.is_standard(sys.stdout):
            sys.stdout = forgiving.forgiving(sys.stdout)
        if forgiving.is_standard(sys.stderr):
            sys.stderr = forgiving.forgiving(sys.stderr, tries_again=True)


def output_problem() -> OSError | None:
    """Why data could not be written to stdout; None where all of it was."""
    return forgiving.problem_of(sys.stdout)


def reader_is_gone() -> bool:
    """Whether nobody reads stdout any more, as after ``| head``."""
    return forgiving.is_gone(output_problem())


def leave_at_once(code: int) -> NoReturn:
    """End the process now, from a signal handler if need be, with the terminal as it was."""
    with suppress(OSError):
        if os.isatty(2):
            os.write(2, SHOW_CURSOR)
    os._exit(code)


def leave_on_interrupt() -> None:
    """Let Ctrl-C end the process with 130 until somebody handles it better."""

    def handle(number: int, frame: FrameType | None) -> None:
        leave_at_once(INTERRUPTED)

    signal.signal(signal.SIGINT, handle)
