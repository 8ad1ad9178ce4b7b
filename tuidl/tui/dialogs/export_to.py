"""Where to write an exported network."""

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label

from tuidl.tui.dialogs.dialog import Dialog
from tuidl.tui.terminal.plain import plain


class ExportScreen(ModalScreen[Path | None], Dialog[Path | None]):
    """Ends with a folder, which need not be there yet, or None."""

    AUTO_FOCUS = "#path"
    BINDINGS: ClassVar = [Binding("escape", "cancel", "Cancel")]

    def __init__(self, folder: Path, format_name: str) -> None:
        super().__init__()
        self._given, self._format = folder, format_name

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(plain(f"Export to {self._format}, into the folder"), classes="title")
            yield Input(str(self._given), id="path")
            yield Label("", id="question")
            with Horizontal(classes="buttons"):
                yield Button("Export", id="export", variant="primary")
                yield Button("Cancel", id="cancel")

    def on_input_submitted(self) -> None:
        self._submit()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "export":
            self._submit()
        else:
            self.action_cancel()

    def _submit(self) -> None:
        text = self.query_one(Input).value.strip()
        try:
            path = Path(text).expanduser().absolute()
            is_usable = bool(text) and "\0" not in text and (path.is_dir() or not path.exists())
        except (OSError, RuntimeError, ValueError):
            is_usable = False
        if is_usable:
            self.end(path)
        else:
            self.query_one("#question", Label).update("Which folder?")

    def action_cancel(self) -> None:
        self.end(None)
