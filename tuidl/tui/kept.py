"""What the playground does with runs that are kept: open, go on, compare."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tuidl.errors import RunError
from tuidl.logs.follower import Follower
from tuidl.logs.log import Log
from tuidl.logs.source import source_of_run
from tuidl.runs.folder import RunFolder
from tuidl.runs.places import names, runs_folder
from tuidl.runs.resuming import outcome

if TYPE_CHECKING:
    from tuidl.tui.app import Playground

MOST_OFFERED = 200
"""Runs that a list to choose from offers, the newest first."""


class KeptRuns:
    """Every problem with a run becomes a notice."""

    def __init__(self, app: "Playground") -> None:
        self._app = app

    def tell(self, problem: object) -> None:
        self._app.notify(str(problem), severity="warning", timeout=10, markup=False)

    def view(self, path: Path) -> None:
        """Open the viewer on a run, finished or not."""
        try:
            source = source_of_run(path)
        except RunError as error:
            self.tell(error)
        else:
            self._app.view(source)

    def resume(self, path: Path, learning_rate: float | None = None) -> None:
        """Show the training screen of a run, ready to go on from where it was last saved."""
        try:
            folder = RunFolder(path)
            if folder.is_running:
                raise RunError(f"{path.name} is being trained by another process: v shows it")
            if outcome(folder) is not None:
                raise RunError(f"{path.name} came to its end: m starts again from its preset")
            preset = folder.preset
        except RunError as error:
            self.tell(error)
        else:
            self._app.open_run(path, preset, learning_rate)

    def choose_to_compare(
        self, then: Callable[[Path, Log], None], besides: Path | None = None
    ) -> None:
        """Have the user choose a run, and hand on what its log says."""
        from tuidl.tui.screens.choose import ChooseScreen

        found = [name for name in names() if besides is None or name != besides.name]
        if not found:
            self.tell("There is no other run to compare with.")
            return

        def chosen(name: str | None) -> None:
            if name is not None:
                self.read(runs_folder() / name, then)

        offered = dict.fromkeys(found[:MOST_OFFERED], "")
        self._app.push_screen(ChooseScreen("Which run to put behind this one?", offered), chosen)

    def read(self, path: Path, then: Callable[[Path, Log], None]) -> None:
        """Read a run's log in a thread, and hand it on."""

        def work() -> None:
            try:
                log = Follower(source_of_run(path)).read_all()
            except RunError as error:
                self._app.call_from_thread(self.tell, error)
            else:
                self._app.call_from_thread(then, path, log)

        self._app.run_worker(work, thread=True)
