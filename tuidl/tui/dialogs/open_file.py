"""Opens a preset or the user's own data: a path to type, and a tree of folders."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import ClassVar

from rich.text import Text, TextType
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.suggester import Suggester
from textual.widgets import DirectoryTree, Input, Label

from tuidl.core.printable import printable
from tuidl.proposing.files import holds_pictures, is_offered
from tuidl.tui.dialogs.dialog import Dialog
from tuidl.tui.terminal.plain import plain
from tuidl.tui.widgets.chart import looks_of

TITLE = "Open a preset, a table (.csv) or a folder of pictures"
MOST_SUGGESTED = 2000
"""Entries of a folder that are looked at for a suggestion."""


class PresetTree(DirectoryTree):
    """Folders and the files that are offered, without hidden ones."""

    ICON_NODE, ICON_NODE_EXPANDED, ICON_FILE = "▸ ", "▾ ", "  "

    def __init__(self, folder: Path, offers: Callable[[Path], bool]) -> None:
        super().__init__(folder, id="tree")
        self._offers = offers

    def on_mount(self) -> None:
        if not looks_of(self)[1]:
            self.ICON_NODE, self.ICON_NODE_EXPANDED = "> ", "v "
            self.show_guides = False

    def process_label(self, label: TextType) -> Text:
        return Text(printable(str(label)))

    def filter_paths(self, paths: Iterable[Path]) -> Iterable[Path]:
        return [p for p in paths if not p.name.startswith(".") and _is_offered(p, self._offers)]


class PathSuggester(Suggester):
    """Completes a path of which the beginning is typed; → accepts it."""

    def __init__(self, offers: Callable[[Path], bool] | None = None) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._offers = offers or _opens

    async def get_suggestion(self, value: str) -> str | None:
        folder, _, start = value.rpartition("/")
        if not start:
            return None
        try:
            place = Path(folder + "/").expanduser() if folder or "/" in value else Path()
            names = [p for _, p in zip(range(MOST_SUGGESTED), place.iterdir(), strict=False)]
            fitting = sorted(
                p for p in names if p.name.startswith(start) and _is_offered(p, self._offers)
            )
            if not fitting:
                return None
            end = "/" if fitting[0].is_dir() else ""
            return value[: len(value) - len(start)] + fitting[0].name + end
        except (OSError, RuntimeError, ValueError):
            return None


class OpenFileScreen(ModalScreen[Path | None], Dialog[Path | None]):
    """Ends with the file's path, or None."""

    AUTO_FOCUS = "#path"
    BINDINGS: ClassVar = [
        Binding("escape", "cancel", "Cancel"),
        Binding("backspace", "up", "Folder above"),
    ]

    def __init__(
        self,
        folder: Path | None = None,
        title: str = TITLE,
        offers: Callable[[Path], bool] | None = None,
        takes_folders: bool = False,
    ) -> None:
        """``offers``: which files are listed; presets, data and folders of pictures by default.
        ``takes_folders``: whether folders of pictures are chosen beside ``offers``, too."""
        super().__init__()
        self._title, self._offers = title, offers or _opens
        self._takes_folders = takes_folders or offers is None
        self._folder = (folder or Path.cwd()).absolute()

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(plain(self._title), classes="title")
            yield Input(placeholder="path of a file or folder", id="path",
                        suggester=PathSuggester(self._offers))  # fmt: skip
            yield Label(plain(str(self._folder)), id="folder", classes="hint")
            yield PresetTree(self._folder, self._offers)
            yield Label("", id="question")
            yield Label("↓ folders   backspace the folder above   esc back"
                        if looks_of(self)[1]
                        else "down: folders   backspace: the folder above   esc: back",
                        classes="hint")  # fmt: skip

    def on_resize(self) -> None:
        self._fit()

    def _fit(self) -> None:
        for tree in self.query("#tree"):
            tree.styles.height = max(min(self.app.size.height - 17, 24), 4)

    def on_input_changed(self) -> None:
        self._show_message("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        if not text:
            self.query_one("#tree").focus()
            return
        try:
            path = Path(text).expanduser()
            path = path if path.is_absolute() else self._folder / path
            is_folder, is_file = path.is_dir(), path.is_file()
        except (OSError, RuntimeError, ValueError) as error:
            self._show_message(f"{text}: {error}")
            return
        if is_folder and self._takes_folders and holds_pictures(path):
            self.end(path)
        elif is_folder:
            self._show(path)
        elif is_file:
            self.end(path)
        else:
            self._show_message(f"There is no file {path}.")

    def on_key(self, event: object) -> None:
        if getattr(event, "key", "") == "down" and self.focused is self.query_one("#path"):
            self.query_one("#tree").focus()

    def _show(self, folder: Path) -> None:
        """Show another folder."""
        self._folder = folder.absolute()
        self.query_one("#folder", Label).update(plain(str(self._folder)))
        tree = self.query_one(PresetTree)
        tree.path = self._folder
        tree.focus()
        self._show_message("")

    def _show_message(self, text: str) -> None:
        self.query_one("#question", Label).update(plain(text))

    def on_directory_tree_file_selected(self, event: DirectoryTree.FileSelected) -> None:
        self.end(event.path)

    def on_directory_tree_directory_selected(self, event: DirectoryTree.DirectorySelected) -> None:
        if self._takes_folders and holds_pictures(event.path):
            self.end(event.path)

    def action_up(self) -> None:
        self._show(self._folder.parent)

    def action_cancel(self) -> None:
        self.end(None)


def _opens(path: Path) -> bool:
    """Whether it is a preset or data."""
    return path.suffix == ".toml" or is_offered(path.name)


def _is_offered(path: Path, offers: Callable[[Path], bool]) -> bool:
    try:
        return path.is_dir() or offers(path)
    except OSError:
        return False
