"""Asks before runs are deleted."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Label

from tuidl.tui.dialogs.dialog import Dialog
from tuidl.tui.terminal.plain import plain

MOST_NAMED = 5


class DeleteScreen(ModalScreen[bool], Dialog[bool]):
    """Ends with True if the runs are to be deleted. Its key differs from the one that
    led here."""

    AUTO_FOCUS = "#cancel"
    BINDINGS: ClassVar = [
        Binding("y", "choose(True)", "Delete"),
        Binding("escape,c,n", "choose(False)", "Cancel"),
    ]

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self._names = names

    def compose(self) -> ComposeResult:
        count = len(self._names)
        which = "this run" if count == 1 else f"{count} runs"
        with Vertical(classes="dialog"):
            yield Label(plain(f"Delete {which}?"), classes="title")
            for name in self._names[:MOST_NAMED]:
                yield Label(plain(name))
            if count > MOST_NAMED:
                yield Label(plain(f"and {count - MOST_NAMED} more"))
            yield Label("")
            yield Label(plain("y  yes; u among the runs undoes it, until tuidl is left"))
            yield Label("c  cancel")
            with Horizontal(classes="buttons"):
                yield Button("Delete", id="delete", variant="error")
                yield Button("Cancel", id="cancel")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.action_choose(event.button.id == "delete")

    def action_choose(self, agreed: bool) -> None:
        self.end(agreed)
