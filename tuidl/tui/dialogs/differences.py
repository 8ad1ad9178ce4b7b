"""In what the marked runs differ, to be scrolled both ways."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.events import MouseScrollDown, MouseScrollUp
from textual.screen import ModalScreen
from textual.widgets import Label

from tuidl.charts.palette import Palette
from tuidl.runs.comparing import letter
from tuidl.runs.listing import Listed
from tuidl.tui.dialogs.dialog import Dialog
from tuidl.tui.renderers.differences import (
    Differences,
    difference_lines,
    differences_of,
    last_column,
    last_row,
)
from tuidl.tui.terminal.plain import plain
from tuidl.tui.widgets.chart import Chart

WHEEL, FAR = 3, 1_000_000


class DifferenceTable(Chart):
    """Letters of the runs and names of the rows stay in place while values are scrolled."""

    DEFAULT_CSS = "DifferenceTable { height: 1fr; }"
    BINDINGS: ClassVar = [
        Binding("down,j", "scroll_by(1, 0)", show=False),
        Binding("up", "scroll_by(-1, 0)", show=False),
        Binding("pagedown,space", "scroll_by(10, 0)", show=False),
        Binding("pageup", "scroll_by(-10, 0)", show=False),
        Binding("home", f"scroll_by(-{FAR}, -{FAR})", show=False),
        Binding("end", f"scroll_by({FAR}, 0)", show=False),
        Binding("right", "scroll_by(0, 1)", show=False),
        Binding("left", "scroll_by(0, -1)", show=False),
    ]

    def __init__(self, table: Differences) -> None:
        super().__init__(id="output")
        self.table, self.row, self.column = table, 0, 0

    def on_mount(self) -> None:
        self.changed()

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        self._hold()
        return difference_lines(self.table, self.row, self.column, palette, width, height, unicode)

    def subtitle_now(self) -> str:
        """Which run the first column is of."""
        name = f"{letter(self.column)} is {self.table.names[self.column]}"
        count = len(self.table.names)
        return name if count < 2 else f"{name}, {self.column + 1} of {count}"

    def _hold(self) -> None:
        """Not further than there is something to see."""
        width, height = self.content_size
        self.row = min(max(self.row, 0), last_row(self.table, height))
        self.column = min(max(self.column, 0), last_column(self.table, width))

    def action_scroll_by(self, rows: int, columns: int) -> None:
        self.row, self.column = self.row + rows, self.column + columns
        self._hold()
        self.changed()
        self.refresh()

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        self.action_scroll_by(WHEEL, 0)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        self.action_scroll_by(-WHEEL, 0)


class DifferencesScreen(ModalScreen[None], Dialog[None]):
    """``runs``: two or more, with their settings."""

    BINDINGS: ClassVar = [Binding("escape,q,enter,equals_sign", "close", "Back")]

    def __init__(self, runs: list[Listed]) -> None:
        super().__init__()
        self._runs = runs

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(plain(f"In what {len(self._runs)} runs differ"), classes="title")
            yield DifferenceTable(differences_of(self._runs))
            yield Label(plain("arrows: scroll   esc: back"), classes="hint")

    def on_mount(self) -> None:
        self.query_one(DifferenceTable).focus()

    def action_close(self) -> None:
        self.end()
