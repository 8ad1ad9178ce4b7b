"""A line on the terminal while something is loaded, which on a slow machine takes a while."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tuidl.core.printable import printable, shortened

STDERR = 2
LONGEST = 60
"""Characters of what is loaded: a line that wraps cannot be taken back."""


def loading_words(what: str) -> str:
    """``loading cnn_digits ...``, in ASCII: what the terminal shows is not looked at yet."""
    text = printable(shortened(what, LONGEST)).encode("ascii", "replace").decode()
    return f"loading {text} ..."


@contextmanager
def loading(what: str) -> Iterator[None]:
    """Say at once that something is being loaded, and take the line back afterwards; nothing where
    stderr is no terminal."""
    words = loading_words(what)
    _write(words)
    try:
        yield
    finally:
        _write("\r" + " " * len(words) + "\r")


def _write(text: str) -> None:
    with suppress(OSError):
        if os.isatty(STDERR):
            os.write(STDERR, text.encode())
