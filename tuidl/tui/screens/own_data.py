"""The user's own data: its columns, the target, and the preset that is proposed for it."""

from functools import partial
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import OptionList, Static

from tuidl.core.printable import printable
from tuidl.tui.previews.own_data import OwnData, Proposed
from tuidl.tui.renderers.own_data import column_words
from tuidl.tui.services.services import Services
from tuidl.tui.session.reported_errors import unforeseen
from tuidl.tui.terminal.plain import plain
from tuidl.tui.widgets.class_counts import ClassCounts
from tuidl.tui.widgets.column_list import ColumnList
from tuidl.tui.widgets.key_line import KeyLine
from tuidl.tui.widgets.proposal import ProposalPanel

NARROW = 150
KEYS = """\
up, down  choose a column
space     make it the target: what is to be predicted
i         leave it out, or take it in again
enter     train the proposed preset
m         modify the preset first
esc, q    back"""


class OwnDataScreen(Screen[None]):
    """Choose what is to be predicted; the proposed preset follows at once."""

    BINDINGS: ClassVar = [
        Binding("enter", "train", "train", key_display="enter"),
        Binding("space", "tick", "target"),
        Binding("i", "leave_out", "leave out"),
        Binding("m", "edit", "modify"),
        Binding("escape,q", "leave", "back"),
    ]
    keys = KEYS

    def __init__(self, services: Services, path: Path, overrides: tuple[str, ...] = ()) -> None:
        """``overrides``: KEY=VALUE texts of the command line, for the proposed preset."""
        super().__init__()
        self.services, self.path, self.overrides = services, path, overrides
        self.data = OwnData(path)
        self.proposed: Proposed | None = None

    def compose(self) -> ComposeResult:
        yield Static(Text("reading"), id="heading")
        is_stacked = self.app.size.width < NARROW
        sides = Vertical if is_stacked else Horizontal
        with sides(id="sides", classes="-stacked" if is_stacked else ""):
            with Vertical(id="left"):
                yield ColumnList()
                yield Static(id="guess")
                yield ClassCounts(id="classes")
            yield ProposalPanel(id="proposal")
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(ColumnList).border_title = "columns"
        self.query_one(ProposalPanel).border_title = "proposed preset"
        self.query_one(ColumnList).focus()
        counts = self.query_one(ClassCounts)
        counts.border_title, counts.display = "classes", False
        self._say("reading …")
        self.run_worker(self._read, thread=True, group="data")

    @property
    def _columns(self) -> ColumnList:
        return self.query_one(ColumnList)

    def _read(self) -> None:
        """In a thread: what the file is."""
        try:
            data = OwnData.of(self.path)
        except Exception as error:  # the screen stays
            data = OwnData(self.path, problem=unforeseen(error))
        self.app.call_from_thread(self._show, data)

    def _show(self, data: OwnData) -> None:
        if not self.query(ColumnList):
            return
        self.data = data
        self.refresh_bindings()
        self._columns.display = bool(data.columns)
        self.query_one("#sides").set_class(bool(data.columns), "-table")
        if not data.columns:
            self.query_one(ProposalPanel).focus()
        self._columns.border_title = "columns" if data.report else "arrays"
        self._columns.show(data.columns, data.likely, data.idle)
        if data.problem:
            self._say(self.path.name)
            self.query_one(ProposalPanel).show(Proposed(problem=data.problem))
            return
        self._propose()

    def _propose(self) -> None:
        """Have the preset made for what is ticked now."""
        self.proposed = None
        self.query_one(ProposalPanel).show(None)
        self._head()
        columns = self._columns
        make = partial(self._made, columns.target, frozenset(columns.left_out))
        self.run_worker(make, thread=True, group="proposal", exclusive=True)

    def _made(self, target: str | None, left_out: frozenset[str]) -> None:
        """In a thread, which may begin when the screen is gone: the preset for this choice."""
        try:
            proposed = Proposed.of(self.data, target, left_out, self.overrides)
        except Exception as error:  # the screen stays
            proposed = Proposed(problem=unforeseen(error))
        self.app.call_from_thread(self._show_proposed, target, left_out, proposed)

    def _show_proposed(
        self, target: str | None, left_out: frozenset[str], proposed: Proposed
    ) -> None:
        if not self.query(ColumnList):
            return
        columns = self._columns
        if (target, left_out) == (columns.target, frozenset(columns.left_out)):
            self.proposed = proposed
            self.query_one(ProposalPanel).show(proposed)
            columns.refine(proposed.columns)
            self.query_one(ClassCounts).show(() if self.data.report else proposed.classes)
            self.query_one("#left").display = bool(self.data.columns or proposed.classes)
            self._head()
            self._guess()

    def _head(self) -> None:
        """What the file is, and what is guessed."""
        columns, data, name = self._columns, self.data, printable(self.path.name)
        what = self.proposed.what if self.proposed and not data.report else ""
        if not data.columns:
            self._say(f"{name}: {what}" if what else name)
            return
        words = f"{name}: {what or data.about}"
        if columns.is_guess:
            guess = f"target {columns.target!r} is a guess, as {data.why}"
            words = f"{words}. The {guess}: space ticks another one"
        self._say(". ".join([words, *(data.report.notes if data.report else ())]))

    def _guess(self) -> None:
        """What is guessed of the column under the cursor, and what overrules it."""
        words = column_words(self._columns.chosen)
        place = self.query_one("#guess", Static)
        place.display = bool(words)
        place.update(plain(printable(words)))

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        self._guess()

    def _say(self, words: str) -> None:
        self.query_one("#heading", Static).update(plain(words))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action not in ("tick", "leave_out") or bool(self.data.columns)

    def action_tick(self) -> None:
        self._columns.tick()
        self._propose()

    def action_leave_out(self) -> None:
        self._columns.toggle()
        self._propose()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.action_train()

    def action_train(self) -> None:
        """Train what is proposed, at once."""
        if self.proposed is None or self.proposed.preview is None:
            return
        preset = self.proposed.preview.preset
        if preset is not None:
            self.services.navigator.open(preset, self.path.parent, paused=False)

    def action_edit(self) -> None:
        if self.proposed is not None and self.proposed.text:
            self.services.navigator.edit_text(self.proposed.text, self.path.parent)

    def action_leave(self) -> None:
        if self.is_current:
            self.app.pop_screen()
