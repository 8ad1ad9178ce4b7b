"""Asks for a line of text."""

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from tuidl.tui.dialogs.dialog import Dialog
from tuidl.tui.terminal.plain import plain

Check = Callable[[str], str]
"""What is wrong with a text; empty where nothing is."""


class AskTextScreen(ModalScreen[str | None], Dialog[str | None]):
    """Ends with the text, perhaps an empty one, or None. It stays open on one that ``check`` finds
    something wrong with."""

    AUTO_FOCUS = "#text"
    BINDINGS: ClassVar = [Binding("escape", "cancel", "Cancel")]

    def __init__(self, title: str, text: str, hint: str, check: Check = lambda text: "") -> None:
        super().__init__()
        self._title, self._text, self._hint, self._check = title, text, hint, check

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(plain(self._title), classes="title")
            yield Input(self._text, id="text")
            yield Label("", id="question")
            yield Label(plain(f"{self._hint}   enter: done   esc: back"), classes="hint")

    def on_input_changed(self) -> None:
        self.query_one("#question", Label).update("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if problem := self._check(event.value):
            self.query_one("#question", Label).update(plain(problem))
        else:
            self.end(event.value)

    def action_cancel(self) -> None:
        self.end(None)
