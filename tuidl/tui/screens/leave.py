"""What is to become of a run that is left?"""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Label

from tuidl.tui.screens.dialog import Once


class LeaveScreen(ModalScreen[str | None], Once[str | None]):
    """``keep`` ends the run here and shows its summary, ``discard`` leaves it; None goes on."""

    BINDINGS: ClassVar = [
        Binding("k", "choose('keep')", "Keep"),
        Binding("d", "choose('discard')", "Discard"),
        Binding("escape,c", "choose('')", "Cancel"),
    ]

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label("Stop this run?", classes="title")
            yield Label("k  stop, and keep what it has learned on the screen")
            yield Label("d  stop, and leave")
            yield Label("c  cancel: it stays paused")
            with Horizontal(classes="buttons"):
                yield Button("Keep", id="keep", variant="primary")
                yield Button("Discard", id="discard")
                yield Button("Cancel", id="cancel")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.action_choose(event.button.id if event.button.id != "cancel" else "")

    def action_choose(self, choice: str | None) -> None:
        self.end(choice or None)
