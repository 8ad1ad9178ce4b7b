"""The streams that a process was given, printing on them, and leaving."""

import os
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import NoReturn

from tuidl.core import non_raising
from tuidl.core.printable import printable, printable_json, printable_lines
from tuidl.core.streams import STYLES, Harmless, harmless

INTERRUPTED = 130
SHOW_CURSOR = b"\r\x1b[2K\x1b[?25h"


def prepare_streams() -> None:
    """Have streams that can be written to, whatever the caller closed or can display.

    Those of the process itself never raise: ``output_problem`` says what could not be written. And
    nothing reaches either of them that a terminal would do more with than show it.
    """
    non_raising.have_descriptors()
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - until the process ends
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - until the process ends
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    if os.name == "posix":
        if non_raising.is_standard(sys.stdout):
            sys.stdout = non_raising.non_raising(sys.stdout)
        if non_raising.is_standard(sys.stderr):
            sys.stderr = non_raising.non_raising(sys.stderr, tries_again=True)
    if not isinstance(sys.stdout, Harmless):
        sys.stdout = harmless(sys.stdout)
    if not isinstance(sys.stderr, Harmless):
        sys.stderr = harmless(sys.stderr)


def output_problem() -> OSError | None:
    """Why data could not be written to stdout; None where all of it was."""
    return non_raising.problem_of(sys.stdout)


def reader_is_gone() -> bool:
    """Whether stdout is no longer read, as after ``| head``."""
    return non_raising.is_gone(output_problem())


def say(text: str) -> None:
    """Talk, as opposed to data: a line on stderr."""
    print(f"tuidl: {printable(text)}", file=sys.stderr, flush=True)


def put(text: str, *, styled: bool = False) -> None:
    """Data: lines on stdout. ``styled``: the text has tuidl's own colours, and nothing in it that
    was not made printable."""
    if styled:
        print(text, file=harmless(sys.stdout, STYLES), flush=True)
    else:
        print(printable_lines(text), flush=True)


def put_json(text: str) -> None:
    """JSON on stdout, of the same content."""
    print(printable_json(text), flush=True)


def leave_at_once(code: int) -> NoReturn:
    """End the process now, from a signal handler if need be, with the terminal as it was."""
    with suppress(OSError):
        if os.isatty(2):
            os.write(2, SHOW_CURSOR)
    os._exit(code)


def leave_on_interrupt() -> None:
    """Let Ctrl-C end the process with 130 until another handler is set."""

    def handle(number: int, frame: FrameType | None) -> None:
        leave_at_once(INTERRUPTED)

    signal.signal(signal.SIGINT, handle)


def speaks_unicode() -> bool:
    """Whether stdout can write more than ASCII."""
    return (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")


def wants_color() -> bool:
    """Whether stdout may get colour codes."""
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return wanted and sys.stdout.isatty()
