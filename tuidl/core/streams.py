"""Streams to a terminal that let no character pass which would do more than be shown."""

import re
from collections.abc import Iterable
from typing import Any, TextIO, cast

from tuidl.core.printable import printable_lines

STYLES = re.compile(r"(\x1b\[[0-9;]*m)")
"""Colours and weights of text."""
MOVES = re.compile(r"(\x1b\[[0-9;]*[mA]|\x1b\[2K|\x1b\[\?25[hl]|\r)")
"""What a progress bar needs besides: up, erase the line, hide and show the cursor."""


class Harmless:
    """A text stream whose text is made printable, but for what ``allowed`` matches.

    ``allowed``: with one group around all of it. Everything else is the stream's own affair.
    """

    def __init__(self, stream: TextIO, allowed: re.Pattern[str] | None = None) -> None:
        self.stream, self._allowed = stream, allowed

    def write(self, text: str) -> int:
        """Raises TypeError for bytes, as text streams do."""
        if not isinstance(text, str):
            raise TypeError(f"expected text, got {type(text).__name__}")
        if self._allowed is None:
            self.stream.write(printable_lines(text))
        else:
            parts = self._allowed.split(text)
            parts[::2] = map(printable_lines, parts[::2])
            self.stream.write("".join(parts))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def harmless(stream: TextIO, allowed: re.Pattern[str] | None = None) -> TextIO:
    """The stream as one that is harmless; of one that is so already, with other exceptions."""
    inner = stream.stream if isinstance(stream, Harmless) else stream
    return cast(TextIO, Harmless(inner, allowed))
