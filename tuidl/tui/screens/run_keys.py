"""What can be done with one stored run, by keys that are the same wherever runs are listed."""

from pathlib import Path

from textual.screen import Screen

from tuidl.runs.listing import DAMAGED
from tuidl.runs.overview import glance
from tuidl.tui.services.services import Services
from tuidl.tui.terminal.plain import warn

GOES_ON = ("unfinished", "interrupted")
"""States in which Enter goes on with a run; else it shows its curves."""


class RunKeys(Screen[None]):
    """Actions on the run under the cursor."""

    services: Services

    @property
    def _chosen_run(self) -> Path | None:
        """The folder of the run under the cursor."""
        raise NotImplementedError

    def _run_to(self, what: str) -> Path | None:
        """The same, where it can be had ``what`` done to it (``resumed``)."""
        return self._chosen_run

    def open_run(self) -> None:
        """What Enter does: go on with it, or look at it."""
        path = self._chosen_run
        if path is None:
            return
        run = glance(path)
        if run.state == DAMAGED:
            warn(self, run.problem)
        elif run.state in GOES_ON:
            self.services.runs.resume(path)
        else:
            self.services.runs.view(path)

    def action_view_run(self) -> None:
        if path := self._chosen_run:
            self.services.runs.view(path)

    def action_resume_run(self) -> None:
        if path := self._run_to("resumed"):
            self.services.runs.resume(path)

    def modify_run(self) -> None:
        if path := self._run_to("modified"):
            self.services.navigator.edit_run(path)

    def action_export_run(self) -> None:
        if path := self._run_to("exported"):
            self.services.runs.export(path)

    def action_predict_run(self) -> None:
        if path := self._run_to("predicted with"):
            self.services.runs.predict(path)

    def action_evaluate_run(self) -> None:
        if path := self._run_to("evaluated"):
            self.services.runs.evaluate(path)

    def action_undo_delete(self) -> None:
        self.services.changes.undo()

    def action_rename_run(self) -> None:
        if path := self._run_to("renamed"):
            self.services.changes.rename(path)

    def action_note_run(self) -> None:
        if path := self._run_to("given a note"):
            self.services.changes.note(path)

    def action_tag_run(self) -> None:
        if path := self._run_to("given tags"):
            self.services.changes.tag(path)
