"""Home's second list: the stored runs, and the actions on them."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding

from tuidl.core.errors import RunError
from tuidl.runs.overview import Overview, Shelved
from tuidl.runs.relisting import Relisting
from tuidl.tui.catalog.run_entries import RunEntries
from tuidl.tui.messages import RunsChanged
from tuidl.tui.screens.run_keys import RunKeys
from tuidl.tui.terminal.plain import warn
from tuidl.tui.widgets.chart import looks_of
from tuidl.tui.widgets.run_list import RunList
from tuidl.tui.widgets.tabs import Tabs

FOR_RUNS = frozenset(
    (
        "resume_run", "view_run", "compare_run", "delete_run", "export_run", "predict_run",
        "evaluate_run", "to_presets", "mark_run", "undo_delete", "rename_run", "note_run",
        "tag_run", "table",
    )
)  # fmt: skip

FOR_PRESETS = frozenset(("open_file", "to_runs"))


class RunListScreen(RunKeys):
    """The keys of the list of runs, which work only while it is visible."""

    RUN_BINDINGS: ClassVar = [
        Binding("v", "view_run", "view"),
        Binding("r", "resume_run", "resume"),
        Binding("c", "compare_run", "compare"),
        Binding("space", "mark_run", "mark"),
        Binding("f2", "rename_run", "rename"),
        Binding("d", "delete_run", "delete"),
        Binding("E", "evaluate_run", "evaluate"),
        Binding("p", "predict_run", "predict"),
        Binding("x", "export_run", "export"),
        Binding("w", "table", "table"),
        Binding("n", "note_run", "note"),
        Binding("t", "tag_run", "tags"),
        Binding("u", "undo_delete", "undo"),
    ]
    """The most wanted first: where there is little room the others are not named."""

    shows_runs: bool = False
    runs: list[Shelved] | None = None
    """None before they are listed."""

    def __init__(self) -> None:
        super().__init__()
        self._marked: set[Path] = set()
        self._to_choose: Path | None = None
        self._relisting, self._overview = Relisting(), Overview()
        self._entries = RunEntries()
        self._listings = 0

    @property
    def _run_list(self) -> RunList:
        return self.query_one(RunList)

    @property
    def _chosen_run(self) -> Path | None:
        entry = self._run_list.chosen if self.shows_runs else None
        return entry.path if entry else None

    @property
    def is_whole(self) -> bool:
        """False while the application ends, when results of threads find no panels."""
        return self.is_mounted and bool(self.query(RunList)) and bool(self.query("#preview"))

    def list_runs(self) -> None:
        """List them anew, in a thread: a thousand take a while. Only the last listing counts, as
        one that began before it may end after it."""
        self._listings += 1
        find = partial(self._find_runs, self._listings)
        self.run_worker(find, thread=True, group="runs", exclusive=True)

    def _find_runs(self, number: int) -> None:
        try:
            found = self._overview.look()
        except RunError as error:
            self.app.call_from_thread(warn, self, error)
            found = []
        self.app.call_from_thread(self._found, found, number)

    def _found(self, runs: list[Shelved], number: int) -> None:
        if not self.is_whole or number != self._listings:
            return
        if runs != self.runs:
            self.runs = runs
            self._marked &= {run.path for run in runs}
            self._show_runs()
            self.query_one(Tabs).rename(self.tab_names)
        self.runs_listed()

    def _show_runs(self) -> None:
        chosen = self._run_list.chosen if self.shows_runs else None  # unseen, it begins anew
        wanted = self._to_choose
        today, unicode = datetime.now().date(), looks_of(self)[1]
        shown = self._entries.of(self.runs or [], today, unicode, self._marked)
        self._run_list.show(shown, wanted or (chosen.path if chosen else None))
        self._to_choose = None

    def on_runs_changed(self, message: RunsChanged) -> None:
        """Below another screen they are listed once this one is seen again."""
        self._to_choose = message.chosen or self._to_choose
        if self._listings and self.is_current:
            self.list_runs()

    def runs_listed(self) -> None:
        """Called when the list of runs is up to date."""

    @property
    def tab_names(self) -> list[str]:
        return ["presets", f"runs ({len(self.runs):,})" if self.runs else "runs"]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action not in (FOR_PRESETS if self.shows_runs else FOR_RUNS)

    @property
    def palette_commands(self) -> list[tuple[str, str, Callable[[], None]]]:
        """What can be done with the chosen run, by name."""
        if self._chosen_run is None:
            return []
        return [
            ("Resume the run", "r: go on from where it was last saved", self.action_resume_run),
            ("Table of all runs", "w: sorted, filtered, in groups", self.action_table),
            ("View the run", "v: its curves", self.action_view_run),
            (
                "Compare",
                "c: those marked, or behind the next training",
                self.action_compare_run,
            ),
            ("Export the network", "x: weights, ONNX or a program", self.action_export_run),
            ("Predict", "p: what it makes of a file", self.action_predict_run),
            ("Evaluate", "E: how good it is on new examples", self.action_evaluate_run),
            ("Start again", "m: from its preset, modified", self.modify_run),
            ("Delete the run", "d: it, or those marked; asks first", self.action_delete_run),
            ("Undo deleting", "u: until tuidl is left", self.action_undo_delete),
            ("Rename the run", "f2: what commands call it by", self.action_rename_run),
            ("Note on the run", "n: a line to be found by", self.action_note_run),
            ("Tags of the run", "t: words to be found by", self.action_tag_run),
        ]

    def action_compare_run(self) -> None:
        """The marked runs over each other; the only or chosen one behind the next training."""
        paths = [run.path for run in self.runs or [] if run.path in self._marked]
        if len(paths) > 1:
            self.services.navigator.compare(paths)
        elif path := self._chosen_run:
            self.services.runs.put_behind_next(path)

    def action_table(self) -> None:
        """All runs in a table; the cursor begins on the chosen one."""
        from tuidl.tui.screens.workspace import WorkspaceScreen

        self.app.push_screen(WorkspaceScreen(self.services, self._relisting, self._chosen_run))

    def action_mark_run(self) -> None:
        """Mark the run for deleting, or take the mark away, and go on to the next."""
        if path := self._chosen_run:
            self._marked ^= {path}
            self._show_runs()
            self._run_list.action_cursor_down()

    def action_delete_run(self) -> None:
        """Delete the marked runs, or the chosen one."""
        paths = [run.path for run in self.runs or [] if run.path in self._marked]
        if not paths and (chosen := self._chosen_run):
            paths = [chosen]
        if paths:
            self.services.changes.delete(paths)
