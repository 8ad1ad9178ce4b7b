"""The columns of a table, of which one is the target and some are left out."""

from typing import ClassVar

from rich.cells import cell_len
from textual.binding import Binding
from textual.content import Content
from textual.events import Resize
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tuidl.core.printable import printable
from tuidl.proposing.columns import ColumnFacts
from tuidl.tui.renderers.own_data import column_line
from tuidl.tui.widgets.chart import looks_of

MARGIN = 5
"""Cells of the frame, the padding and the scroll bar."""


class ColumnList(OptionList):
    """One line a column."""

    DEFAULT_CSS = """
    ColumnList { border: round $foreground 20%; background: $background; height: 1fr;
                 scrollbar-size-vertical: 1; text-wrap: nowrap; padding: 0 1; }
    ColumnList:focus { border: round $accent; background-tint: transparent; }
    ColumnList > .option-list--option-highlighted,
    ColumnList:focus > .option-list--option-highlighted { background: $foreground 15%;
                                                          text-style: bold; }
    """

    BINDINGS: ClassVar = [Binding("enter", "select", "train", key_display="enter")]

    def __init__(self) -> None:
        super().__init__(id="columns")
        self.columns: tuple[ColumnFacts, ...] = ()
        self.target: str | None = None
        self.is_guess = False
        self.left_out: set[str] = set()

    @property
    def chosen(self) -> ColumnFacts | None:
        """The column under the cursor."""
        place = self.highlighted
        return self.columns[place] if place is not None and place < len(self.columns) else None

    def show(self, columns: tuple[ColumnFacts, ...], target: str | None, idle: set[str]) -> None:
        """List the columns; ``target`` is a guess, ``idle`` columns are left out."""
        self.columns, self.target, self.is_guess = columns, target, True
        self.left_out = idle - {target}
        self.fill()
        self.highlighted = next((i for i, c in enumerate(columns) if c.name == target), 0)

    def fill(self) -> None:
        """Draw all lines anew."""
        place = self.highlighted
        self.clear_options()
        self.add_options([Option(self._row(column)) for column in self.columns])
        self.highlighted = place

    def tick(self) -> None:
        """Make the column under the cursor the target, which then is no guess."""
        if self.chosen is not None:
            self.target, self.is_guess = self.chosen.name, False
            self.left_out.discard(self.chosen.name)
            self.fill()

    def toggle(self) -> None:
        """Leave the column under the cursor out, or take it in again."""
        column = self.chosen
        if column is not None and column.name != self.target:
            self.left_out ^= {column.name}
            self.fill()

    def on_resize(self, event: Resize) -> None:
        self.fill()

    def _row(self, column: ColumnFacts) -> Content:
        role = "left out" if column.name in self.left_out else "input"
        role = "target" if column.name == self.target else role
        palette, unicode = looks_of(self)
        width = max(self.size.width - MARGIN, 20)
        name = max(cell_len(printable(each.name)) for each in self.columns)
        line = column_line(column, role, self.is_guess, palette, (width, name), unicode)
        return Content.from_rich_text(line)
