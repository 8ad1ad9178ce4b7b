"""The columns of a table, of which one is the target and some are left out."""

from typing import ClassVar

from rich.cells import cell_len
from textual.binding import Binding
from textual.content import Content
from textual.events import Resize
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tuidl.core.printable import printable
from tuidl.data.tables.column_report import ColumnReport
from tuidl.tui.renderers.own_data import Role, column_line
from tuidl.tui.terminal.plain import plain
from tuidl.tui.widgets.chart import looks_of

WHAT_IS_GUESSED = "? is a guess: go there with ↑↓, and it is told below"
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
        self.columns: tuple[ColumnReport, ...] = ()
        self._as_found: tuple[ColumnReport, ...] = ()
        """The same before anything was chosen."""
        self.idle: dict[str, str] = {}
        self.target: str | None = None
        self.is_guess = False
        self.left_out: set[str] = set()

    @property
    def chosen(self) -> ColumnReport | None:
        """The column under the cursor."""
        place = self.highlighted
        return self.columns[place] if place is not None and place < len(self.columns) else None

    def show(
        self, columns: tuple[ColumnReport, ...], target: str | None, idle: dict[str, str]
    ) -> None:
        """List the columns; ``target`` is a guess, ``idle`` ones are left out, for the reason."""
        self.columns = self._as_found = columns
        self.target, self.is_guess, self.idle = target, True, idle
        self.left_out = set(idle) - {target}
        self.fill()
        self.highlighted = next((i for i, c in enumerate(columns) if c.name == target), 0)

    def refine(self, columns: tuple[ColumnReport, ...]) -> None:
        """The same columns, as they are read for the choice that was made."""
        if len(columns) == len(self.columns):
            self.columns = columns
            self.fill()

    def fill(self) -> None:
        """Draw all lines anew."""
        place = self.highlighted
        is_guessed = any(c.guesses and c.name not in self.left_out for c in self.columns)
        self.border_subtitle = plain(WHAT_IS_GUESSED) if is_guessed else None
        self.clear_options()
        self.add_options([Option(self._row(number)) for number in range(len(self.columns))])
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

    def _row(self, number: int) -> Content:
        column = self.columns[number]
        role = Role("input")
        if column.name == self.target:
            role = Role("target", self.is_guess)
        elif column.name in self.left_out:
            role = Role("left out", why=self.idle.get(column.name, ""))
        if column.role != role.name:  # read for another choice: the next proposal is on its way
            column = self._as_found[number]
        palette, unicode = looks_of(self)
        width = max(self.size.width - MARGIN, 20)
        name = max(cell_len(printable(each.name)) for each in self.columns)
        return Content.from_rich_text(column_line(column, role, palette, (width, name), unicode))
