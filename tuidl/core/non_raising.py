"""Standard output and error that never raise: what cannot be written is noted, not thrown.

A reader that goes away (``| head``), a full disk or a terminal that is gone would otherwise raise
wherever something happens to be printed, and once more when the interpreter ends.
"""

import errno
import io
import os
import select
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Buffer

GONE = (errno.EPIPE, errno.ECONNRESET)
"""Errors of a stream whose reader went away."""


class NonRaisingIO(io.FileIO):
    """A descriptor to write to. After the first error nothing more is written: what came out so
    far has no gaps. ``tries_again``: later writes are tried nevertheless.

    ``problem`` is that first error.
    """

    def __init__(self, descriptor: int, tries_again: bool = False) -> None:
        super().__init__(descriptor, "w", closefd=False)
        self._tries_again = tries_again
        self.is_terminal = self.isatty()
        """As it was at first: a terminal that is gone is none any more."""
        self.problem: OSError | None = None

    def write(self, data: "Buffer", /) -> int:
        """The number of bytes that were taken, which are lost where there is a ``problem``."""
        if self.problem is None or self._tries_again:
            try:
                while (count := super().write(data)) is None:  # the descriptor does not block
                    select.select([], [self.fileno()], [])
                return count
            except OSError as error:
                self.problem = self.problem or error
        return memoryview(data).nbytes


def have_descriptors() -> None:
    """Open the null device in place of every standard stream that the caller closed.

    Otherwise the next file that is opened, a checkpoint perhaps, gets the number of the stream, and
    what a native library prints ends up in it.
    """
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != descriptor:
                os.dup2(opened, descriptor)
                os.close(opened)


def non_raising(stream: TextIO, tries_again: bool = False) -> TextIO:
    """The same standard stream on a descriptor that never raises."""
    stream.flush()
    raw = NonRaisingIO(stream.fileno(), tries_again)
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=stream.encoding,
        errors="backslashreplace",
        newline=None,
        line_buffering=tries_again or raw.is_terminal,
    )


def problem_of(stream: TextIO | None) -> OSError | None:
    """The first error that a non-raising stream met; what is still buffered is written before.

    None for a terminal: what it showed is nothing to keep, and it may be gone for good reasons.
    """
    raw = getattr(getattr(stream, "buffer", None), "raw", None)
    if stream is None or not isinstance(raw, NonRaisingIO) or raw.is_terminal:
        return None
    with suppress(ValueError):  # closed
        stream.flush()
    return raw.problem


def is_gone(problem: OSError | None) -> bool:
    """Whether a stream cannot be written because its reader went away."""
    return problem is not None and problem.errno in GONE


def is_standard(stream: TextIO | None) -> bool:
    """Whether a stream is one that the process was given, not a stand-in."""
    return stream is not None and stream in (sys.__stdout__, sys.__stderr__)
