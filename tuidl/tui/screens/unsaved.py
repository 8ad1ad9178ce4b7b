"""What is to become of changes that nobody saved?"""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Label

from tuidl.tui.screens.dialog import Once


class UnsavedScreen(ModalScreen[str | None], Once[str | None]):
    """Ends with ``save`` or ``discard``; None goes on editing."""

    BINDINGS: ClassVar = [
        Binding("s", "choose('save')", "Save"),
        Binding("d", "choose('discard')", "Discard"),
        Binding("escape,c", "choose('')", "Cancel"),
    ]

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label("There are changes that are not saved.", classes="title")
            yield Label("s  save them as a file")
            yield Label("d  discard them")
            yield Label("c  cancel: go on editing")
            with Horizontal(classes="buttons"):
                yield Button("Save", id="save", variant="primary")
                yield Button("Discard", id="discard")
                yield Button("Cancel", id="cancel")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.action_choose(event.button.id if event.button.id != "cancel" else "")

    def action_choose(self, choice: str | None) -> None:
        self.end(choice or None)
