"""Saves a preset: a path to type; overwriting a file must be confirmed."""

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label

from tuidl.tui.dialogs.dialog import Dialog
from tuidl.tui.terminal.plain import plain


class SaveScreen(ModalScreen[Path | None], Dialog[Path | None]):
    """Ends with where to write, or None. Enter on an existing file must be pressed twice."""

    AUTO_FOCUS = "#path"
    BINDINGS: ClassVar = [Binding("escape", "cancel", "Cancel")]

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._agreed: Path | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label("Save the preset as", classes="title")
            yield Input(str(self._path), id="path")
            yield Label("", id="question")
            with Horizontal(classes="buttons"):
                yield Button("Save", id="save", variant="primary")
                yield Button("Cancel", id="cancel")

    def on_input_changed(self) -> None:
        self._agreed = None
        self._show_message("")

    def on_input_submitted(self) -> None:
        self._save()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "save":
            self._save()
        else:
            self.action_cancel()

    def _save(self) -> None:
        text = self.query_one(Input).value.strip()
        if not text or "\0" in text:
            self._show_message("Which file?")
            return
        try:
            path = Path(text).expanduser().absolute()
            path = path / "preset.toml" if path.is_dir() else path
            path = path if path.suffix else path.with_suffix(".toml")
            is_there, has_folder = path.exists(), path.parent.is_dir()
        except (OSError, RuntimeError, ValueError) as error:
            self._show_message(f"{text}: {error}")
            return
        if not has_folder:
            self._show_message(f"There is no folder {path.parent}.")
        elif is_there and self._agreed != path:
            self._agreed = path
            self._show_message(f"{path.name} is there already. Enter again writes over it.")
        else:
            self.end(path)

    def _show_message(self, text: str) -> None:
        self.query_one("#question", Label).update(plain(text))

    def action_cancel(self) -> None:
        self.end(None)
