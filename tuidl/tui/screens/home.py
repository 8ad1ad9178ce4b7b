"""Home: the presets, and what each one is about."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.events import Resize
from textual.screen import Screen
from textual.widgets import Footer, Input, OptionList, Static
from textual.widgets.option_list import Option

from tuidl.errors import PresetError, TuidlError
from tuidl.library import shipped
from tuidl.preset import Preset
from tuidl.tui.charts.palette import Palette
from tuidl.tui.preview import Preview, preview_lines
from tuidl.tui.samples import Samples
from tuidl.tui.widgets.chart import Chart

if TYPE_CHECKING:
    from tuidl.tui.app import Playground

NARROW = 90


@dataclass(frozen=True)
class Entry:
    """A preset in the list, by its name or file."""

    name: str
    path: Path


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
        Binding("slash", "filter", "Filter", key_display="/"),
        Binding("o", "open_file", "Open a file"),
        Binding("m", "edit", "Modify"),
        Binding("q", "app.exit_playground", "Quit"),
        Binding("escape", "list", "List", show=False),
    ]

    app: "Playground"

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[Entry] = []
        self._previews: dict[Path, Preview] = {}

    def compose(self) -> ComposeResult:
        yield Static(title(), id="title")
        with Horizontal():
            with Vertical(id="left"):
                yield Input(placeholder="type to filter", id="filter")
                yield OptionList(id="list")
            yield PreviewPanel(id="preview")
        yield Footer()

    def on_mount(self) -> None:
        recent = [Entry(Path(p).name, Path(p)) for p in self.app.state.recent if Path(p).is_file()]
        self._entries = [Entry(name, path) for name, path in shipped().items()] + recent
        self._fill("")
        self.query_one("#list").focus()

    def on_resize(self, event: Resize) -> None:
        self.set_class(event.size.width < NARROW, "-narrow")

    def _fill(self, wanted: str) -> None:
        options = self.query_one("#list", OptionList)
        options.clear_options()
        fitting = [e for e in self._entries if wanted.lower() in e.name.lower()]
        options.add_options([Option(entry.name, id=str(entry.path)) for entry in fitting])
        if not fitting:
            return
        names = [entry.name for entry in fitting]
        last = self.app.state.last_preset
        options.highlighted = names.index(last) if last in names else 0

    def on_input_changed(self, event: Input.Changed) -> None:
        self._fill(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.action_open()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        path = Path(event.option.id or "")
        panel = self.query_one(PreviewPanel)
        if path not in self._previews:
            self._previews[path] = Preview.of(path)
            self._load_samples(path)
        panel.preview = self._previews[path]
        panel.border_title = path.stem
        panel.changed()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.action_open()

    @work(thread=True)
    def _load_samples(self, path: Path) -> None:
        preview = self._previews[path]
        if preview.preset is None:
            return
        try:
            preview.samples = Samples(preview.preset)
        except TuidlError as error:
            preview.problem = str(error)
        self.app.call_from_thread(self.query_one(PreviewPanel).changed)

    def _chosen(self) -> Path | None:
        options = self.query_one("#list", OptionList)
        if options.highlighted is None:
            return None
        return Path(options.get_option_at_index(options.highlighted).id or "")

    def action_open(self) -> None:
        path = self._chosen()
        preview = self._previews.get(path) if path else None
        if path is None or preview is None:
            return
        if preview.preset is None:
            self.notify(preview.problem, severity="error")
            return
        self.app.state.last_preset = path.stem if path.stem in shipped() else path.name
        self.app.open(preview.preset, path.parent)

    def action_edit(self) -> None:
        path = self._chosen()
        preview = self._previews.get(path) if path else None
        if preview and preview.preset:
            self.app.edit_and_open(preview.preset, path.parent if path else Path())

    def action_filter(self) -> None:
        self.query_one("#filter").focus()

    def action_list(self) -> None:
        self.query_one("#filter", Input).value = ""
        self.query_one("#list").focus()

    def action_open_file(self) -> None:
        from tuidl.tui.screens.open_file import OpenFileScreen

        self.app.push_screen(OpenFileScreen(), self._opened)

    def _opened(self, path: Path | None) -> None:
        if path is None:
            return
        try:
            preset = Preset.load(path)
        except PresetError as error:
            self.notify(str(error), severity="error", timeout=10)
            return
        self.app.state.opened(str(path.absolute()))
        self.app.open(preset, path.parent)


def title() -> Text:
    return Text.assemble(("tuidl", "bold"), "  see a network learn")
