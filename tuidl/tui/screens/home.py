"""Home: the presets, and what each one is about."""

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import Resize
from textual.screen import Screen
from textual.widgets import OptionList, Static

from tuidl.library import shipped
from tuidl.tui.charts.palette import Palette
from tuidl.tui.loader import Loader
from tuidl.tui.preview import Preview
from tuidl.tui.preview_lines import preview_lines
from tuidl.tui.shelf import Entry, entries
from tuidl.tui.widgets.chart import Chart
from tuidl.tui.widgets.key_line import KeyLine
from tuidl.tui.widgets.preset_list import PresetList

if TYPE_CHECKING:
    from tuidl.tui.app import Playground

NARROW = 100


class PreviewPanel(Chart):
    """What the chosen preset teaches, its network and some of its data."""

    preview: Preview | None = None

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        if self.preview is None:
            return []
        return preview_lines(self.preview, palette, width, height, unicode)


class HomeScreen(Screen[None]):
    """Choose what to train."""

    BINDINGS: ClassVar = [
        Binding("enter", "open", "Open"),
        Binding("m", "edit", "Modify"),
        Binding("o", "open_file", "Open a file"),
        Binding("slash", "filter", "Filter", key_display="/"),
        Binding("q", "app.exit_playground", "Quit"),
        Binding("escape", "list", "List", show=False),
    ]

    app: "Playground"

    def __init__(self) -> None:
        super().__init__()
        self._loader = Loader(self._loaded)
        self._opening: Path | None = None

    def compose(self) -> ComposeResult:
        yield Static(title(), id="title")
        with Horizontal():
            with Vertical(id="left"):
                yield PresetList(id="list")
            yield PreviewPanel(id="preview")
        yield KeyLine()

    def on_mount(self) -> None:
        self._list.focus()
        self.refill()

    def on_unmount(self) -> None:
        self._loader.close()

    def on_screen_resume(self) -> None:
        self.refill()

    def on_resize(self, event: Resize) -> None:
        self.set_class(event.size.width < NARROW, "-narrow")

    @property
    def _list(self) -> PresetList:
        return self.query_one(PresetList)

    @property
    def _panel(self) -> PreviewPanel:
        return self.query_one(PreviewPanel)

    def refill(self) -> None:
        """List what there is now: files may have come, gone or changed meanwhile."""
        recent = [Path(name) for name in self.app.state.recent]
        made = entries(shipped(), [path for path in recent if path.is_file()])
        chosen = self._list.chosen
        last = chosen.path if chosen else self._last_path()
        self._loader.forget_changed()
        self._list.show(made, last)
        self._show(self._list.chosen)

    def _last_path(self) -> Path | None:
        name = self.app.state.last_preset
        return shipped().get(name) or (Path(name) if name else None)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        self._show(self._list.chosen)

    def on_preset_list_filtered(self) -> None:
        self._show(self._list.chosen)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.action_open()

    def _show(self, entry: Entry | None) -> None:
        panel = self._panel
        if entry is None or entry.path != self._opening:
            self._opening = None
        panel.preview = self._loader.ask(entry.path) if entry else None
        panel.border_title = Content(entry.path.stem) if entry else ""
        panel.changed()

    def _loaded(self, preview: Preview) -> None:
        """Called from the loader's thread."""
        self.app.call_later(self._take, preview)

    def _take(self, preview: Preview) -> None:
        chosen = self._list.chosen if self.is_mounted else None
        if chosen and chosen.path == preview.path:
            self._panel.preview = preview
            self._panel.changed()
            if self._opening == preview.path:
                self.action_open()

    def action_open(self) -> None:
        entry = self._list.chosen
        if entry is None:
            return
        preview = self._loader.ask(entry.path)
        self._opening = None if preview.is_read else entry.path
        if not preview.is_read:
            return
        if preview.preset is None or preview.problem:
            self.notify("This preset has an error: m mends it.", severity="warning")
            return
        self._remember(entry.path)
        self.app.open(preview.preset, entry.path.parent)

    def action_edit(self) -> None:
        entry = self._list.chosen
        if entry is not None:
            self.app.edit_file(entry.path)

    def action_filter(self) -> None:
        self._list.begin_filter()

    def action_list(self) -> None:
        self._list.end_filter()
        self._list.focus()

    def action_open_file(self) -> None:
        from tuidl.tui.screens.open_file import OpenFileScreen

        self.app.push_screen(OpenFileScreen(), self._opened)

    def _opened(self, path: Path | None) -> None:
        if path is None:
            return
        path = path.absolute()
        self.app.state.opened(str(path))
        self._list.end_filter()
        self.refill()
        self._list.choose(path)
        self._show(self._list.chosen)
        self.action_open()

    def _remember(self, path: Path) -> None:
        name = next((name for name, known in shipped().items() if known == path), "")
        self.app.state.last_preset = name or str(path)


def title() -> Text:
    return Text.assemble(("tuidl", "bold"), "  see a network learn: choose one, press enter")
