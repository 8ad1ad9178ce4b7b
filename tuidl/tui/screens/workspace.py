"""All runs in a table: columns of any key, sorted, filtered, in groups; several marked at once."""

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Static

from tuidl.runs.joining import Joining, trials
from tuidl.runs.listing import Listed
from tuidl.runs.table import Heading
from tuidl.runs.trials import sweep_of
from tuidl.tui.dialogs.pick import PickScreen
from tuidl.tui.screens.shown_runs import ShownRuns
from tuidl.tui.terminal.plain import warn
from tuidl.tui.widgets.filter_line import FilterLine
from tuidl.tui.widgets.key_line import KeyLine
from tuidl.tui.widgets.run_table import RunTable

OF_ONE_RUN = frozenset(
    (
        "view_run", "resume_run", "rename_run", "evaluate_run", "predict_run", "export_run",
        "note_run", "tag_run", "edit",
    )
)  # fmt: skip


KEYS = """\
/        filter: words, or a condition as in tuidl runs --where:
           optimizer.learning_rate < 0.01 and accuracy > 0.9
           data.source == "digits" and not pinned     "keep" in tags
         enter or down: back to the table; esc: all runs again
left, right   the column    s  sort by it; once more: the other way round
k        choose columns: any setting, score or fact; space picks
< >      move the column    -  take it away
g        choose keys for groups; enter opens one, o all of them
space    mark (of a group all)   a  mark all shown, or none
c        curves of the marked runs, over each other
=        in what the marked runs differ  S  only the trials of its sweep
*        pin: stays on top       d  delete   u  undo
enter    go on with a run, or show its curves
v view   r resume   m modify   E evaluate   p predict   x export
f2 rename   n note   t tags     esc  no filter, no marks, back
q        back                   ?  this page"""


class WorkspaceScreen(ShownRuns):
    """The keys of the table."""

    DEFAULT_CSS = """
    WorkspaceScreen #heading { height: 1; padding: 0 2; }
    WorkspaceScreen #about { height: 1; padding: 0 2; }
    """
    BINDINGS: ClassVar = [
        Binding("enter", "open", "open"),
        Binding("slash", "filter", "filter", key_display="/"),
        Binding("s", "sort", "sort"),
        Binding("k", "columns", "columns"),
        Binding("g", "group", "group"),
        Binding("space", "mark_run", "mark"),
        Binding("c", "compare_runs", "curves"),
        Binding("equals_sign", "differences", "differences", key_display="="),
        Binding("asterisk", "pin", "pin", key_display="*"),
        Binding("S", "sweep", "its sweep"),
        Binding("d", "delete_run", "delete"),
        Binding("escape", "leave", "back", key_display="esc"),
        Binding("q", "back", show=False),
        Binding("o", "open_groups", "open all"),
        Binding("a", "mark_all", "mark all"),
        Binding("v", "view_run", "view"),
        Binding("r", "resume_run", "resume"),
        Binding("m", "edit", "modify"),
        Binding("f2", "rename_run", "rename"),
        Binding("n", "note_run", "note"),
        Binding("t", "tag_run", "tags"),
        Binding("u", "undo_delete", "undo"),
        Binding("E", "evaluate_run", "evaluate"),
        Binding("p", "predict_run", "predict"),
        Binding("x", "export_run", "export"),
        Binding("less_than_sign", "shift(-1)", show=False),
        Binding("greater_than_sign", "shift(1)", show=False),
        Binding("minus", "hide_column", show=False),
    ]
    keys = KEYS

    def compose(self) -> ComposeResult:
        yield Static(id="heading")
        yield FilterLine()
        yield RunTable(id="table")
        yield Static(id="about")
        yield KeyLine()

    def on_run_table_opened(self) -> None:
        self.action_open()

    def on_run_table_title_clicked(self) -> None:
        self.action_sort()

    @property
    def _chosen_run(self) -> Path | None:
        row = self.table.chosen
        return row.path if isinstance(row, Listed) else None

    def _run_to(self, what: str) -> Path | None:
        row = self.table.chosen
        if isinstance(row, Listed) and row.is_foreign:
            warn(self, f"{row.run} is a log of another program: it cannot be {what} here.")
            return None
        return self._chosen_run

    @property
    def chosen_runs(self) -> list[Listed]:
        """The marked runs, else that under the cursor, or all of its group."""
        row = self.table.chosen
        names = self.marked
        if not names and row is not None:
            names = set(row.runs) if isinstance(row, Heading) else {row.run}
        return [run for run in self.runs if run.run in names]

    @property
    def chosen_paths(self) -> list[Path]:
        return [run.path for run in self.chosen_runs]

    def _own_paths(self, what: str) -> list[Path]:
        """Those of them that tuidl made, which can be had ``what`` done to them."""
        runs = self.chosen_runs
        own = [run.path for run in runs if not run.is_foreign]
        if others := len(runs) - len(own):
            are = "is a log of another program" if others == 1 else "are logs of other programs"
            warn(self, f"{others:,} of {len(runs):,} {are}: what they are is not {what} here.")
        return own

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if not self.children:
            return True  # it is only being made
        if self.filter_line.is_typed:
            return False  # its keys type
        if action in OF_ONE_RUN:
            return self._chosen_run is not None
        return action != "open_groups" or bool(self.groups)

    def action_open(self) -> None:
        """Go on with a run or look at it; open or close a group."""
        row = self.table.chosen
        if isinstance(row, Heading):
            self._is_open ^= {row.values}
            self._arrange()
        elif row is not None and row.is_foreign:
            self.action_view_run()
        else:
            self.open_run()

    def action_view_run(self) -> None:
        """The curves of the chosen run or log alone."""
        if path := self._chosen_run:
            self.services.runs.view_log(path)

    def action_open_groups(self) -> None:
        self.open_groups()

    def action_edit(self) -> None:
        self.modify_run()

    def action_filter(self) -> None:
        self.filter_line.begin()

    def action_sort(self) -> None:
        """By the column under the cursor; by the same once more, the other way round."""
        key, choices = self.table.view.key, self._choices
        choices.reversed = key == choices.sort and not choices.reversed
        choices.sort = key
        self._arrange()
        self.table.action_end(-1)

    def action_columns(self) -> None:
        """Have the user choose columns."""

        def picked(keys: tuple[str, ...] | None) -> None:
            if keys is not None:
                self._choose_columns(keys)

        title = "Which columns, in which order? None: the usual ones"
        self.app.push_screen(PickScreen(title, self.known.all, self.columns), picked)

    def _choose_columns(self, keys: tuple[str, ...], at: str | None = None) -> None:
        self._choices.columns = list(keys)
        self.table.show_columns(self.columns, at)
        self._arrange()

    def action_shift(self, way: int) -> None:
        """Move the column under the cursor."""
        place = self.table.view.column - 1
        if place >= 0 and 0 <= place + way < len(self.columns):
            keys = list(self.columns)
            key = keys.pop(place)
            keys.insert(place + way, key)
            self._choose_columns(tuple(keys), key)

    def action_hide_column(self) -> None:
        """Take the column under the cursor away; the last one stays."""
        key = self.table.view.key
        if key in self.columns and len(self.columns) > 1:
            self._choose_columns(tuple(one for one in self.columns if one != key))

    def action_group(self) -> None:
        """Have the user choose keys that runs are grouped by."""

        def picked(keys: tuple[str, ...] | None) -> None:
            if keys is not None:
                self._choices.groups = list(keys)
                self._is_open.clear()
                self._arrange()

        offered = {key: words for key, words in self.known.all.items() if key != "run"}
        title = "Groups of the same what? None: no groups"
        self.app.push_screen(PickScreen(title, offered, self.groups), picked)

    def action_mark_run(self) -> None:
        """Mark a run, or all of a group, or take the marks away, and go on to the next."""
        row = self.table.chosen
        if row is None:
            return
        names = {row.run} if isinstance(row, Listed) else set(row.runs)
        self.marked = self.marked - names if names <= self.marked else self.marked | names
        self._mark()
        self.table.action_move(1)

    def action_mark_all(self) -> None:
        """Mark all that the filter lets through, or none of them."""
        names = {run.run for run in self._fitting}
        self.marked = self.marked - names if names <= self.marked else self.marked | names
        self._mark()

    def action_pin(self) -> None:
        """Pin the marked runs, or the chosen one."""
        if paths := self._own_paths("pinned"):
            self.services.changes.pin(paths)
            self.show_changed(paths)

    def action_delete_run(self) -> None:
        """Delete the marked runs, or the chosen one, or those of the chosen group."""
        if paths := self._own_paths("deleted"):
            self.services.changes.delete(paths)

    def action_differences(self) -> None:
        """In what the marked runs differ."""
        from tuidl.tui.dialogs.differences import DifferencesScreen

        runs = self.chosen_runs
        if len(runs) < 2:
            self.notify("Mark two runs or more with space, to see in what they differ.")
        else:
            self.app.push_screen(DifferencesScreen(runs))

    def action_compare_runs(self) -> None:
        """The curves of the marked runs over each other; of one behind the next training. Where
        they are all trials of a sweep, those that begin later join."""
        paths = self.chosen_paths
        if len(paths) > 1 or any(run.is_foreign for run in self.chosen_runs):
            self.services.navigator.compare(paths, self._whole_sweep())
        elif paths:
            self.services.runs.put_behind_next(paths[0])

    def _whole_sweep(self) -> Joining | None:
        """All trials of the sweep that the chosen runs are all of, if they are."""
        sweep = sweep_of([run.run for run in self.chosen_runs])
        every = sum(run.sweep == sweep for run in self.runs) if sweep else 0
        return trials(sweep) if sweep and every == len(self.chosen_runs) else None

    def action_sweep(self) -> None:
        """Only the trials of the sweep that the run under the cursor is one of."""
        row = self.table.chosen
        sweep = sweep_of([row.run] if isinstance(row, Listed) else list(row.runs)) if row else ""
        if sweep:
            self.filter_line.put(f"sweep == {sweep!r}")
        else:
            self.notify("That is no trial of a sweep.", markup=False)

    def action_leave(self) -> None:
        """No filter, no marks, then back."""
        if self.filter_line.text:
            self.filter_line.clear()
        elif self.marked:
            self.marked = set()
            self._mark()
        else:
            self.action_back()

    def action_back(self) -> None:
        if self.is_current:
            self.services.navigator.leave_view()
