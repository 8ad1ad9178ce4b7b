"""The form beside the text: a list of rows, and an entry line over a value."""

from typing import Any, ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from tuidl.charts.palette import Palette
from tuidl.compiler.graph import Node
from tuidl.glossary.pages import Line
from tuidl.preset.toml_lines import KeyPath
from tuidl.tui.editor.explaining import about_row, concept_of
from tuidl.tui.editor.rows import Row, rows_of
from tuidl.tui.widgets.chart import Chart, centred
from tuidl.tui.widgets.form_lines import Shown, form_lines, value_column


class FormList(Chart):
    """The rows. A key on one posts ``Wanted``; the screen makes the change in the text."""

    DEFAULT_CSS = """
    FormList { border: none; padding: 0; height: 1fr; }
    FormList:focus { border: none; }
    """
    BINDINGS: ClassVar = [
        Binding("enter", "do('activate')", "change", key_display="enter"),
        Binding("a", "do('add')", "add"),
        Binding("d", "do('delete')", "Delete", show=False),
        Binding("space", "do('switch')", "On/off", show=False),
        Binding("shift+up,K", "do('up')", "Move up", show=False),
        Binding("shift+down,J", "do('down')", "Move down", show=False),
        Binding("delete,backspace", "do('reset')", "Default", show=False),
        Binding("ctrl+z,super+z", "do('undo')", "undo"),
        Binding("ctrl+y,super+y", "do('redo')", "redo", show=False),
        Binding("left,minus", "do('less')", "Less", show=False),
        Binding("right,plus", "do('more')", "More", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "move(-10)", show=False),
        Binding("pagedown", "move(10)", show=False),
        Binding("home", "move(-100000)", show=False),
        Binding("end", "move(100000)", show=False),
        *(Binding(digit, f"write('{digit}')", show=False) for digit in "0123456789"),
        Binding("full_stop", "write('.')", show=False),
    ]

    class Wanted(Message):
        """A key asks for a change of a row; ``typed`` begins a new value."""

        def __init__(self, what: str, row: Row, typed: str = "") -> None:
            super().__init__()
            self.what, self.row, self.typed = what, row, typed

    class Moved(Message):
        """Another row is the chosen one."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.rows: list[Row] = []
        self.cursor = 0
        self.top = 0
        self.open_layer: int | None = None
        self.nodes: dict[int, Node] = {}
        self.wrong: KeyPath = ()
        self.is_stale = False
        self._table: dict[str, Any] = {}

    @property
    def row(self) -> Row | None:
        return self.rows[self.cursor] if self.rows else None

    @property
    def concept(self) -> str:  # type: ignore[override]
        """What the glossary has on the row under the cursor."""
        return concept_of(self.row, self._table) if self.row else "preset"

    def about(self, width: int) -> list[Line]:
        """What the key of that row means."""
        return about_row(self.row, width) if self.row else []

    def show(
        self, table: dict[str, Any] | None, nodes: dict[int, Node], wrong: KeyPath, stale: bool
    ) -> None:
        """Show a table; None keeps the one before."""
        self._table = self._table if table is None else table
        self.nodes, self.wrong, self.is_stale = nodes, wrong, stale
        self._refill()

    def open(self, layer: int | None) -> None:
        """Show the keys of one layer."""
        self.open_layer = layer
        self._refill()

    def go_to(self, path: KeyPath) -> None:
        """Put the cursor on the row of ``path``, or of what holds it."""
        while path:
            for i, row in enumerate(self.rows):
                if row.path == path and row.kind != "section":
                    self.cursor = i
                    self._moved()
                    return
            path = path[:-1]

    def found(self, row: Row) -> Row | None:
        """The row as it is now, since earlier keys may have changed or removed it."""
        place = (row.kind, row.path)
        return next((now for now in self.rows if (now.kind, now.path) == place), None)

    def _refill(self) -> None:
        before = self.row
        self.rows = rows_of(self._table, self.open_layer)
        places = {(row.kind, row.path): i for i, row in enumerate(self.rows)}
        if before is not None:
            self.cursor = places.get((before.kind, before.path), self.cursor)
        self.cursor = min(max(self.cursor, 0), len(self.rows) - 1)
        self._moved()

    def _moved(self) -> None:
        height = max(self.size.height, 1)
        if self.rows and self.rows[self.cursor].kind == "section" and self.cursor == 0:
            self.cursor = 1
        above = self.cursor - (1 if self.cursor else 0)
        self.top = min(max(self.top, self.cursor - height + 1), above)
        self.top = max(min(self.top, len(self.rows) - height), 0)
        self.changed()
        self.post_message(self.Moved())

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        if not self.rows:
            return centred("nothing to show yet", palette, width, height)
        focused = self.has_focus or self.has_class("-editing")
        shown = Shown(
            self.rows, self.top, self.cursor, self.nodes, self.wrong, focused, self.is_stale
        )
        return form_lines(shown, palette, width, height, unicode)

    def action_move(self, step: int) -> None:
        place = min(max(self.cursor + step, 0), len(self.rows) - 1)
        down = 1 if step > 0 else -1
        while 0 <= place < len(self.rows) and self.rows[place].kind == "section":
            place += down
        if 0 <= place < len(self.rows):
            self.cursor = place
            self._moved()

    def action_do(self, what: str) -> None:
        if self.row is not None:
            self.post_message(self.Wanted(what, self.row))

    def action_write(self, digit: str) -> None:
        """Begin a new value; a message like other keys, so that their order is kept."""
        field = self.row.field if self.row else None
        if self.row is None or field is None or not field.kinds & {"int", "float", "list"}:
            return
        self.post_message(self.Wanted("activate", self.row, digit))

    def on_resize(self, event: events.Resize) -> None:
        self._moved()

    def on_focus(self) -> None:
        self.changed()

    def on_blur(self) -> None:
        self.changed()

    def on_click(self, event: events.Click) -> None:
        place = self.top + event.y
        if place < len(self.rows) and self.rows[place].kind != "section":
            again = place == self.cursor or self.rows[place].kind in ("layer", "add")
            self.cursor = place
            self._moved()
            if again or event.x >= value_column(self.rows[place], self.size.width):
                self.action_do("activate")

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self.action_move(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self.action_move(-3)


class Form(Widget):
    """The list, with an entry line that appears where a value is written."""

    DEFAULT_CSS = """
    Form { layers: base entry; border: round $foreground 20%; border-title-color: $text-muted; }
    Form:focus-within { border: round $accent; border-title-color: $text; }
    Form Input { layer: entry; position: absolute; height: 1; border: none; padding: 0;
                 background: $accent 40%; display: none; }
    Form Input:focus { border: none; }
    Form Input.-open { display: block; }
    """

    class Entered(Message):
        """A value was typed for a row."""

        def __init__(self, row: Row, text: str) -> None:
            super().__init__()
            self.row, self.text = row, text

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._entered: Row | None = None

    def compose(self) -> ComposeResult:
        yield FormList(id="rows")
        yield Input(id="entry", select_on_focus=False)

    @property
    def list(self) -> FormList:
        return self.query_one(FormList)

    @property
    def entry(self) -> Input:
        return self.query_one("#entry", Input)

    @property
    def is_entering(self) -> bool:
        return self._entered is not None

    def begin(self, row: Row, typed: str = "") -> None:
        """Open the entry line on a row, with its value or with what was typed.

        Keys that came before the line had the focus are handled here.
        """
        rows, entry = self.list, self.entry
        if self._entered is not None and self._entered.path == row.path:
            if typed:
                entry.value += typed
                entry.cursor_position = len(entry.value)
            else:
                self.post_message(self.Entered(row, entry.value))
            return
        x = value_column(row, rows.size.width)
        self._entered = row
        rows.add_class("-editing")
        entry.styles.offset = (x, rows.cursor - rows.top)
        entry.styles.width = max(rows.size.width - x, 4)
        entry.value = typed or row.shown
        entry.add_class("-open")
        entry.focus()
        entry.cursor_position = len(entry.value)

    def end(self) -> None:
        """Close the entry line and go on among the rows."""
        self._entered = None
        self.entry.remove_class("-open")
        self.list.remove_class("-editing")
        self.list.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._entered is not None:
            self.post_message(self.Entered(self._entered, event.value))

    def on_input_blurred(self, event: Input.Blurred) -> None:
        """Leaving the line without enter leaves the value as it was."""
        if self._entered is not None:
            self._entered = None
            self.entry.remove_class("-open")
            self.list.remove_class("-editing")
            self.list.changed()
