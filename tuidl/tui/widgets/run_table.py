"""The table of runs: a cursor over rows and columns, of which only those seen are drawn."""

from collections.abc import Collection
from typing import Any, ClassVar

from rich.text import Text
from textual.binding import Binding
from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.message import Message

from tuidl.charts.palette import Palette
from tuidl.runs.listing import Listed
from tuidl.runs.table import Order, Row
from tuidl.tui.renderers.run_table import HEADER, TableView, shown_columns, table_lines
from tuidl.tui.widgets.chart import Chart

WHEEL = 3
"""Rows of a turn of the wheel."""


class RunTable(Chart):
    """``view``: what is seen. The screen gives it rows; it moves the cursor."""

    DEFAULT_CSS = "RunTable { height: 1fr; }"
    BINDINGS: ClassVar = [
        Binding("down,j", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("home", "end(-1)", show=False),
        Binding("end", "end(1)", show=False),
        Binding("right", "column(1)", show=False),
        Binding("left", "column(-1)", show=False),
    ]

    class Moved(Message):
        """The cursor is on another row or column."""

    class TitleClicked(Message):
        """The title of the column under the cursor was clicked."""

    class Opened(Message):
        """The row under the cursor was clicked once more."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.view = TableView()

    @property
    def chosen(self) -> Row | None:
        """The row under the cursor."""
        rows = self.view.rows
        return rows[self.view.cursor] if self.view.cursor < len(rows) else None

    def show(self, rows: list[Row], order: Order, groups: tuple[str, ...], score: str) -> None:
        """Other rows; the cursor stays on the run or group that it is on, else in its line."""
        before = self.chosen
        view = self.view
        view.rows, view.order, view.groups, view.score = rows, order, groups, score
        place = None if before is None else self._place(_identity(before))
        self._put_cursor(view.cursor if place is None else place)

    def choose(self, name: str) -> bool:
        """Put the cursor on a run; whether it is shown."""
        place = self._place(name)
        if place is not None:
            self._put_cursor(place)
        return place is not None

    def _place(self, identity: Any) -> int | None:
        found = (i for i, row in enumerate(self.view.rows) if _identity(row) == identity)
        return next(found, None)

    def show_columns(self, columns: tuple[str, ...], at: str | None = None) -> None:
        """Other columns; the cursor goes to that of the key ``at``, where it is given."""
        view = self.view
        if columns != view.columns:
            view.columns = columns
            view.widths.clear()
        if at is not None and at in columns:
            view.column = columns.index(at) + 1
        view.column = min(view.column, len(columns))
        self.changed()

    def mark(self, marked: Collection[str], is_open: Collection[tuple[Any, ...]]) -> None:
        """Other marks and open groups."""
        self.view.marked, self.view.is_open = marked, is_open
        self.changed()

    @property
    def _seen(self) -> int:
        """Rows that there is room for."""
        return max(self.content_size.height - HEADER, 1)

    def _put_cursor(self, row: int) -> None:
        view = self.view
        view.cursor = max(min(row, len(view.rows) - 1), 0)
        self._keep_in_sight()
        self.changed()
        self.post_message(self.Moved())

    def _keep_in_sight(self) -> None:
        view = self.view
        most = max(len(view.rows) - self._seen, 0)
        view.top = min(max(view.cursor - self._seen + 1, min(view.top, view.cursor)), most)

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        self._keep_in_sight()  # the room may be another
        return table_lines(self.view, palette, width, height, unicode)

    def action_move(self, rows: int) -> None:
        self._put_cursor(self.view.cursor + rows)

    def action_page(self, way: int) -> None:
        self._put_cursor(self.view.cursor + way * self._seen)

    def action_end(self, way: int) -> None:
        self._put_cursor(len(self.view.rows) if way > 0 else 0)

    def action_column(self, way: int) -> None:
        self._put_column(self.view.column + way)

    def _put_column(self, column: int) -> None:
        self.view.column = min(max(column, 0), len(self.view.columns))
        self.changed()
        self.post_message(self.Moved())

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        self.action_move(WHEEL)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        self.action_move(-WHEEL)

    def on_click(self, event: Click) -> None:
        """On a row: the cursor; on that row again: open it; on a title: sort by it."""
        place = event.get_content_offset(self)
        if place is None:
            return
        keys = [key for key, x, size in shown_columns(self.view, self.content_size.width)
                if x <= place.x < x + size]  # fmt: skip
        if place.y < HEADER:
            if keys:
                self._put_column(_number(self.view.columns, keys[0]))
                self.post_message(self.TitleClicked())
        elif (row := self.view.top + place.y - HEADER) < len(self.view.rows):
            was_there = row == self.view.cursor
            self._put_cursor(row)
            if was_there and event.chain > 1:
                self.post_message(self.Opened())


def _number(columns: tuple[str, ...], key: str) -> int:
    return columns.index(key) + 1 if key in columns else 0


def _identity(row: Row) -> Any:
    """What a row is called, whatever becomes of it."""
    return row.run if isinstance(row, Listed) else row.values
