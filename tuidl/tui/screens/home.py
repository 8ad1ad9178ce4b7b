"""Home: the lists of presets and runs, each with a preview."""

from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.events import Resize
from textual.widgets import ContentSwitcher, OptionList, Static

from tuidl.charts.palette import Palette
from tuidl.preset.library import shipped
from tuidl.proposing.files import is_data_file
from tuidl.tui.catalog.preset_entries import Entry, entries
from tuidl.tui.catalog.preset_loader import Loader
from tuidl.tui.catalog.run_entries import RunEntry
from tuidl.tui.catalog.run_loader import RunLoader
from tuidl.tui.previews.preview import Preview
from tuidl.tui.previews.preview_lines import preview_lines
from tuidl.tui.previews.run_preview import RunPreview
from tuidl.tui.renderers.run_preview import run_lines
from tuidl.tui.screens.run_list import RunListScreen
from tuidl.tui.services.services import Services
from tuidl.tui.terminal.plain import plain
from tuidl.tui.widgets.chart import Chart
from tuidl.tui.widgets.key_line import KeyLine
from tuidl.tui.widgets.preset_list import PresetList
from tuidl.tui.widgets.run_list import RunList
from tuidl.tui.widgets.tabs import Tabs

NARROW = 100
INVITATION = ("see a network learn: choose one, press enter", "choose one, press enter")
"""Where there is room, and where there is little."""
KEYS = """\
enter    open a preset; go on with a run, or show its curves
1, 2     presets, runs (tab does too)         o        open a file, or your own data
m        modify a preset; train a run's preset again, modified
/        filter: then every letter types, m, o and q too; esc shows all again.
         So do capital letters, and those that are no keys

runs     v view   r resume   c curves behind the next training
         E evaluate   p predict   x export the network
         f2 rename   n note   t tags   space mark   d delete   u undo
         w all of them in a table: sorted, filtered, in groups
q        quit                                 ?        this page"""


class PreviewPanel(Chart):
    """What the chosen preset teaches, its network and some of its data; or how a run went."""

    preview: Preview | RunPreview | None = None

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        if self.preview is None:
            return []
        if isinstance(self.preview, RunPreview):
            return run_lines(self.preview, palette, width, height, unicode)
        return preview_lines(self.preview, palette, width, height, unicode)


class HomeScreen(RunListScreen):
    """Choose what to train, or a run to look at."""

    BINDINGS: ClassVar = [
        Binding("enter", "open", "open"),
        Binding("m", "edit", "modify"),
        *RunListScreen.RUN_BINDINGS,
        Binding("o", "open_file", "open a file"),
        Binding("slash", "filter", "filter", key_display="/"),
        Binding("tab,right,left", "to_runs", "runs", key_display="tab"),
        Binding("tab,right,left", "to_presets", "presets", key_display="tab"),
        Binding("1", "tab(0)", "presets", show=False),
        Binding("2", "tab(1)", "runs", show=False),
        Binding("q", "app.exit_playground", "quit"),
        Binding("escape", "list", "list", show=False),
    ]
    keys = KEYS

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.services = services
        self._state = services.state
        self._loader = Loader(self._loaded)
        self._run_loader = RunLoader(self._run_loaded)
        self._opening: Path | None = None

    def compose(self) -> ComposeResult:
        with Horizontal(id="top"):
            yield Static(Text("tuidl", "bold"), id="name")
            yield Tabs(self.tab_names)
            yield Static(id="title")
        with Horizontal():
            with Vertical(id="left"), ContentSwitcher(initial="list", id="lists"):
                yield PresetList(id="list")
                yield RunList(id="runs")
            yield PreviewPanel(id="preview")
        yield KeyLine()

    def on_mount(self) -> None:
        self._list.focus()
        self.refill()
        self.call_after_refresh(self.list_runs)

    def on_unmount(self) -> None:
        self._loader.close()
        self._run_loader.close()

    def on_screen_resume(self) -> None:
        self.refill()
        if self._listings:
            self.list_runs()

    def on_resize(self, event: Resize) -> None:
        is_narrow = event.size.width < NARROW
        self.set_class(is_narrow, "-narrow")
        self.query_one("#title", Static).update(plain(INVITATION[is_narrow]))

    @property
    def _list(self) -> PresetList:
        """The visible list."""
        return self._run_list if self.shows_runs else self._presets

    @property
    def _presets(self) -> PresetList:
        return self.query_one("#list", PresetList)

    @property
    def _panel(self) -> PreviewPanel:
        return self.query_one(PreviewPanel)

    def refill(self) -> None:
        """List the presets anew: files may have been added, removed or changed."""
        recent = [Path(name) for name in self._state.recent]
        made = entries(shipped(), [path for path in recent if path.is_file()])
        chosen = self._presets.chosen
        last = chosen.path if chosen else self._last_path()
        self._loader.forget_changed()
        self._presets.show(made, last)
        self._show(self._list.chosen)

    def action_to_runs(self) -> None:
        self.action_tab(1)

    def action_to_presets(self) -> None:
        self.action_tab(0)

    def on_tabs_chosen(self, event: Tabs.Chosen) -> None:
        self.action_tab(event.number)

    def action_tab(self, number: int) -> None:
        """Show the presets or the runs."""
        self.shows_runs = bool(number)
        self.query_one(Tabs).show(number)
        self.query_one(ContentSwitcher).current = "runs" if number else "list"
        self._list.focus()
        self.refresh_bindings()
        self._show(self._list.chosen)
        if number:
            self.list_runs()

    def runs_listed(self) -> None:
        if self.shows_runs:
            self._show(self._list.chosen)

    def _last_path(self) -> Path | None:
        name = self._state.last_preset
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
        if isinstance(entry, RunEntry):
            panel.preview = self._run_loader.ask(entry.path)
        else:
            panel.preview = self._loader.ask(entry.path) if entry else None
        panel.border_title = plain(entry.path.stem) if entry else ""
        panel.changed()

    def _loaded(self, preview: Preview) -> None:
        """Called from the loader's thread."""
        self.app.call_later(self._show_loaded, preview)

    def _show_loaded(self, preview: Preview) -> None:
        chosen = self._list.chosen if self.is_whole and not self.shows_runs else None
        if chosen and chosen.path == preview.path:
            self._panel.preview = preview
            self._panel.changed()
            if self._opening == preview.path:
                self.action_open()

    def _run_loaded(self, preview: RunPreview) -> None:
        """Called from the loader's thread."""
        self.app.call_later(self._show_loaded_run, preview)

    def _show_loaded_run(self, preview: RunPreview) -> None:
        if self.is_whole and self._chosen_run == preview.path:
            self._panel.preview = preview
            self._panel.changed()

    def action_open(self) -> None:
        if self.shows_runs:
            self.open_run()
        else:
            self._open_preset()

    def _open_preset(self) -> None:
        entry = self._list.chosen
        if entry is None:
            return
        preview = self._loader.ask(entry.path)
        self._opening = None if preview.is_read else entry.path
        if not preview.is_read:
            return
        if preview.preset is None or preview.problem:
            self.notify("This preset has an error: m opens the editor.", severity="warning")
            return
        self._state.began_with(entry.path)
        self.services.navigator.open(preview.preset, entry.path.parent)

    def action_edit(self) -> None:
        entry = self._list.chosen
        if self.shows_runs:
            self.modify_run()
        elif entry is not None:
            self.services.navigator.edit_file(entry.path)

    def action_filter(self) -> None:
        self._list.begin_filter()

    def action_list(self) -> None:
        self._list.end_filter()
        self._list.focus()

    def action_open_file(self) -> None:
        from tuidl.tui.dialogs.open_file import OpenFileScreen

        self.app.push_screen(OpenFileScreen(), self._opened)

    def _opened(self, path: Path | None) -> None:
        if path is None:
            return
        path = path.absolute()
        if path.is_dir() or is_data_file(path.name):
            self.services.navigator.open_data(path)
            return
        self._state.opened(str(path))
        self.action_tab(0)
        self._list.end_filter()
        self.refill()
        self._list.choose(path)
        self._show(self._list.chosen)
        self.action_open()
