"""What the table of runs shows: read in a thread, filtered, sorted, in groups."""

import time
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from rich.text import Text
from textual.events import Resize
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Static
from textual.worker import get_current_worker

from tuidl.core.errors import RunError
from tuidl.runs.listing import Listed, listed_run
from tuidl.runs.relisting import Relisting
from tuidl.runs.table import (
    Heading,
    Keys,
    Order,
    Row,
    grouped_rows,
    keys_of,
    rows_of,
    scored,
    wanted,
)
from tuidl.tui.messages import RunsChanged
from tuidl.tui.renderers.run_table import about_line
from tuidl.tui.renderers.run_table_words import counts, how_sorted
from tuidl.tui.screens.run_keys import RunKeys
from tuidl.tui.services.services import Services
from tuidl.tui.state import TableStart
from tuidl.tui.terminal import process
from tuidl.tui.terminal.plain import plain, warn
from tuidl.tui.widgets.chart import looks_of
from tuidl.tui.widgets.filter_line import FilterLine
from tuidl.tui.widgets.run_table import RunTable

SECONDS_BETWEEN_LOOKS, SHARE = 2.0, 20
"""At least, and at least so many times as long as a look takes: runs that begin appear."""
AT_ONCE, SECONDS_TO_TYPE = 2000, 0.15
"""Runs that are filtered with each letter; of more, once nothing was typed for a moment."""
AT_ONCE_CHANGED = 50
"""Changed runs that are shown before all are looked at again."""


class ShownRuns(RunKeys):
    """``relisting``: what is known of the runs already; ``begins_on``: a run's folder; ``start``:
    how the table begins, where it was asked for on the command line."""

    def __init__(
        self,
        services: Services,
        relisting: Relisting,
        begins_on: Path | None = None,
        start: TableStart | None = None,
    ) -> None:
        super().__init__()
        self.services = services
        self._relisting, self._to_choose = relisting, begins_on
        self._start = start or TableStart()
        self._choices = self._start.choices or services.state.table
        self.runs: list[Listed] = []
        self.known = Keys({}, {})
        self._fitting: list[Listed] = []
        """Those that the filter last let through."""
        self._fitting_names: set[str] = set()
        self.marked: set[str] = set()
        self._is_open: set[tuple[Any, ...]] = set()
        self._is_reading = self._is_asked_again = self._is_whole = False
        self._is_asked = False
        """Whether what was last above it is a dialog."""
        self._next_look = 0.0
        self._typing: Timer | None = None
        self._kind: tuple[type, bool] | None = None
        """Of the row under the cursor, and whether there are groups: by these keys differ."""

    def on_mount(self) -> None:
        self.table.focus()
        self.filter_line.put(self._start.filter)
        self.set_interval(SECONDS_BETWEEN_LOOKS, self._look_again)
        self.reread()

    def on_screen_suspend(self) -> None:
        self._is_asked = isinstance(self.app.screen, ModalScreen)

    def on_screen_resume(self) -> None:
        """A dialog that changes runs says so; after another one nothing is read before its time."""
        if not self._is_asked:
            self.reread()

    def on_runs_changed(self, message: RunsChanged) -> None:
        self._to_choose = message.chosen
        self.reread()

    def on_resize(self, event: Resize) -> None:
        self._say()

    @property
    def table(self) -> RunTable:
        return self.query_one(RunTable)

    @property
    def filter_line(self) -> FilterLine:
        return self.query_one(FilterLine)

    # --- reading ------------------------------------------------------------------------------

    def reread(self) -> None:
        """Look at the runs in a thread; one look at a time."""
        if self._is_reading:
            self._is_asked_again = True
            return
        self._is_reading = True
        self.run_worker(self._read, thread=True, group="runs")

    def _look_again(self) -> None:
        if self.is_current and not self._is_reading and time.monotonic() >= self._next_look:
            self.reread()

    def _read(self) -> None:
        began, worker = time.monotonic(), get_current_worker()
        try:
            for runs in self._relisting.batches():
                if worker.is_cancelled:
                    return
                self.app.call_from_thread(self._listed, runs, keys_of(runs))
        except RunError as error:
            self.app.call_from_thread(warn, self, error)
        self.app.call_from_thread(self._have_read, time.monotonic() - began)

    def _have_read(self, seconds: float) -> None:
        if not self._has_parts:
            return
        if not self._is_whole:
            process.spare_pauses()
        if not self._is_whole and self._start.choices is not None:
            self.open_groups()
        self._is_reading, self._is_whole = False, True
        self._next_look = time.monotonic() + SHARE * seconds
        if self._is_asked_again:
            self._is_asked_again = False
            self.reread()
        else:
            self._say()

    @property
    def _has_parts(self) -> bool:
        """False once it is being closed: its parts go first."""
        return self.is_mounted and bool(self.query(RunTable))

    def _listed(self, runs: list[Listed], keys: Keys) -> None:
        """A look at all of them; one that began before a change may not know it."""
        if not (self._is_whole and self._is_asked_again):
            self._found(runs, keys)

    def _found(self, runs: list[Listed], keys: Keys) -> None:
        if not self._has_parts or runs == self.runs:
            return
        self.runs, self.known = runs, keys
        self.marked &= {run.run for run in runs}
        self.table.show_columns(self.columns)
        self._filter()

    def show_changed(self, paths: list[Path]) -> None:
        """Show a few runs as they are by now, before all are looked at again."""
        now = {path.name: listed_run(path) for path in paths[:AT_ONCE_CHANGED]}
        found = [
            replace(new, settings=run.settings) if (new := now.get(run.run)) is not None else run
            for run in self.runs
        ]
        self._found(found, self.known)

    # --- what is shown ------------------------------------------------------------------------

    @property
    def columns(self) -> tuple[str, ...]:
        """Those that the user chose, or the usual ones."""
        return tuple(self._choices.columns) or self.known.usual

    @property
    def order(self) -> Order:
        return Order(self._choices.sort, self._choices.reversed)

    @property
    def groups(self) -> tuple[str, ...]:
        return tuple(self._choices.groups)

    def _filter(self) -> None:
        """Those that are wanted; where the line is wrong, those that were, and what is wrong."""
        problem = ""
        try:
            self._fitting = wanted(self.runs, self.filter_line.text, self.known)
        except RunError as error:
            problem = str(error)
            self._fitting = [run for run in self.runs if run.run in self._fitting_names]
        self._fitting_names = {run.run for run in self._fitting}
        self.filter_line.say(problem)
        self._arrange()

    def _arrange(self) -> None:
        """Put the rows in order."""
        score = scored(self.known, self.order, self.columns)
        rows: list[Row]
        if self.groups:
            rows = grouped_rows(self._fitting, self.order, self.groups, score, self._is_open)
        else:
            rows = rows_of(self._fitting, self.order)
        self.table.show(rows, self.order, self.groups, score)
        if self._to_choose is not None and self.table.choose(self._to_choose.name):
            self._to_choose = None
        self._mark()

    def open_groups(self) -> None:
        """Open all groups, or close them where all are open."""
        headings = {row.values for row in self.table.view.rows if isinstance(row, Heading)}
        self._is_open = set() if headings <= self._is_open else headings
        self._arrange()

    def _mark(self) -> None:
        self.table.mark(frozenset(self.marked), frozenset(self._is_open))
        self._say()

    def _say(self) -> None:
        """How many runs there are, and what the table has no room for."""
        if not self.is_mounted:
            return
        palette, unicode = looks_of(self)
        view = self.table.view
        hidden = len(self.marked - self._fitting_names)
        said = counts(len(self.runs), len(self._fitting), len(self.marked), hidden, self._is_whole)
        width = self.size.width - 4
        words = f"{said}   {how_sorted(view)}"
        self.query_one("#heading", Static).update(
            plain(words if len(words) <= width else said), layout=False
        )
        about = about_line(self.table.chosen, view, unicode)
        self.query_one("#about", Static).update(
            Text(about, palette.style("muted"), no_wrap=True), layout=False
        )
        kind = type(self.table.chosen), bool(self.groups)
        if kind != self._kind:  # keys are looked up anew, which takes longer than all else here
            self._kind = kind
            self.refresh_bindings()

    def on_run_table_moved(self) -> None:
        self._say()

    def on_filter_line_changed(self) -> None:
        if self._typing is not None:
            self._typing.stop()
        if len(self.runs) <= AT_ONCE:
            self._filter()
        else:
            self._typing = self.set_timer(SECONDS_TO_TYPE, self._filter)

    def on_filter_line_left(self) -> None:
        self.table.focus()
