"""Opening a preset file: a path to type, and folders to look through."""

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import DirectoryTree, Input, Label


class OpenFileScreen(ModalScreen[Path | None]):
    """Ends with the file's path, or None."""

    BINDINGS: ClassVar = [Binding("escape", "cancel", "Cancel")]

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label("Open a preset (.toml)", classes="title")
            yield Input(placeholder="path of the file", id="path")
            yield DirectoryTree(Path.cwd(), id="tree")

    def on_mount(self) -> None:
        self.query_one("#path").focus()
        self.query_one("#tree").styles.height = 14

    def on_input_submitted(self, event: Input.Submitted) -> None:
        path = Path(event.value).expanduser()
        if path.is_file():
            self.dismiss(path)
        else:
            self.notify(f"no such file: {path}", severity="error")

    def on_directory_tree_file_selected(self, event: DirectoryTree.FileSelected) -> None:
        self.dismiss(event.path)

    def action_cancel(self) -> None:
        self.dismiss(None)
