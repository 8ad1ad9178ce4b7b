"""What a command said: as long as it may be, to be scrolled."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Label, Static

from tuidl.tui.dialogs.dialog import Dialog
from tuidl.tui.terminal.plain import plain

Command = Callable[[], Awaitable[tuple[bool, str]]]
"""Whether it succeeded, and what it wrote, printable."""


def text_screen(title: str, text: str) -> "OutputScreen":
    """A text that is there already."""

    async def found() -> tuple[bool, str]:
        await asyncio.sleep(0)
        return True, text

    return OutputScreen(title, found)


class OutputScreen(ModalScreen[None], Dialog[None]):
    """``command``: its output is shown; ``write``: what the key w does, in ``words``."""

    BINDINGS: ClassVar = [
        Binding("escape,q,enter", "close", "Back"),
        Binding("w", "write", "Write"),
    ]

    def __init__(
        self, title: str, command: Command, write: Command | None = None, words: str = ""
    ) -> None:
        super().__init__()
        self._title, self._command = title, command
        self._write, self._words = write, words

    def compose(self) -> ComposeResult:
        hint = "up, down: scroll   esc: back"
        if self._write:
            hint = f"w: {self._words}   {hint}"
        with Vertical(classes="dialog"):
            yield Label(plain(self._title), classes="title")
            with VerticalScroll(id="page"):
                yield Static(plain("working ..."), id="output")
            yield Label("", id="question")
            yield Label(plain(hint), classes="hint")

    def on_mount(self) -> None:
        self.query_one("#page").focus()
        self.run_worker(self._run(), group="output")

    async def _run(self) -> None:
        succeeded, text = await self._command()
        output = self.query_one("#output", Static)
        output.update(Text(text))
        output.set_class(not succeeded, "-bad")

    def action_write(self) -> None:
        if self._write is not None:
            self.query_one("#question", Label).update("writing ...")
            self.run_worker(self._written(self._write), group="writing", exclusive=True)

    async def _written(self, write: Command) -> None:
        _, text = await write()
        self.query_one("#question", Label).update(plain(text.splitlines()[-1]))

    def action_close(self) -> None:
        self.end()
