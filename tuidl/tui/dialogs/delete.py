"""Asks before a run is deleted."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Label

from tuidl.tui.dialogs.dialog import Once
from tuidl.tui.terminal.plain import plain


class DeleteScreen(ModalScreen[bool], Once[bool]):
    """Ends with True if the run is to be deleted. Its key differs from the one that
    led here."""

    AUTO_FOCUS = "#cancel"
    BINDINGS: ClassVar = [
        Binding("y", "choose(True)", "Delete"),
        Binding("escape,c,n", "choose(False)", "Cancel"),
    ]

    def __init__(self, name: str) -> None:
        super().__init__()
        self._run = name

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label("Delete this run for good?", classes="title")
            yield Label(plain(self._run))
            yield Label("")
            yield Label("y  yes, delete its folder: curves, checkpoints, weights")
            yield Label("c  cancel")
            with Horizontal(classes="buttons"):
                yield Button("Delete", id="delete", variant="error")
                yield Button("Cancel", id="cancel")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.action_choose(event.button.id == "delete")

    def action_choose(self, agreed: bool) -> None:
        self.end(agreed)
