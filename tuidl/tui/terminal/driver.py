"""Keyboard input that sooner distinguishes a lone escape from the start of a longer sequence.

Textual's own loop looks ten times a second whether anything followed, so that escape alone was
answered after 100 ms at the earliest.
"""

import os
import selectors
from codecs import getincrementaldecoder
from contextlib import suppress
from typing import Any, TextIO

from textual.drivers.linux_driver import LinuxDriver

from tuidl.tui.terminal.internals import ParseEOF, ParseError, XTermParser

PATIENCE = 0.03
"""Seconds between two looks; what follows an escape comes with it, or within this."""
CHUNK = 4096
TERMINATED = 143


class Lasting:
    """A terminal's file that takes what is written to it even when the terminal is gone. Textual's
    writing thread would end with the first error, and the application, as soon as thirty writes
    wait for it, would stay for ever."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> None:
        with suppress(OSError, ValueError):
            self._file.write(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._file.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


class EagerDriver(LinuxDriver):
    """A terminal whose keys arrive at once, and that is not blank before the first screen."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._file: Any = Lasting(self._file)

    def start_application_mode(self) -> None:
        super().start_application_mode()  # type: ignore[no-untyped-call]
        words = getattr(self._app, "opening", "")
        if words and not self._app.screen_stack:
            wide, high = self._get_terminal_size()
            column = max((wide - len(words)) // 2, 0) + 1
            self.write(f"\x1b[{max(high // 2, 1)};{column}H{words[:wide]}")
            self.flush()

    def run_input_thread(self) -> None:
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")(errors="replace").decode
        with selectors.DefaultSelector() as selector, suppress(ParseEOF, ParseError, EOFError):
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(PATIENCE):
                    data = self._read()
                    if not data:
                        self._loop.call_soon_threadsafe(self._terminal_is_gone)
                        return
                    text = decode(data)
                    for message in parser.feed(text) if text else ():
                        self.process_message(message)
                for message in parser.tick():
                    self.process_message(message)

    def _read(self) -> bytes:
        """Typed bytes; none once the terminal is gone."""
        try:
            return os.read(self.fileno, CHUNK)
        except OSError:
            return b""

    def _terminal_is_gone(self) -> None:
        """End as at a hangup, which not every process gets a signal for."""
        self._app.exit(TERMINATED, return_code=TERMINATED)
