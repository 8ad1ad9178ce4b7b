"""What the playground does with runs that are kept: open, go on, compare."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tuidl.core.errors import RunError
from tuidl.logs.follower import Follower
from tuidl.logs.log import Log
from tuidl.logs.source import source_of_run
from tuidl.preset.schema import Preset
from tuidl.runs.overview import delete
from tuidl.runs.reading import stream_events
from tuidl.storage.contents import EVENTS
from tuidl.storage.folder import RunFolder
from tuidl.storage.locations import names, runs_folder
from tuidl.tui.run import Run

if TYPE_CHECKING:
    from tuidl.tui.app import Playground

MOST_OFFERED = 200
"""Runs that a list to choose from offers, the newest first."""


class KeptRuns:
    """Every problem with a run becomes a notice."""

    def __init__(self, app: "Playground") -> None:
        self._app = app
        self.behind: Run | None = None
        """The run whose curves stand behind the next training."""

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
            if folder.outcome is not None:
                raise RunError(f"{path.name} came to its end: m starts again from its preset")
            preset = folder.preset
        except RunError as error:
            self.tell(error)
        else:
            self._app.open_run(path, preset, learning_rate)

    def start_again(self, path: Path) -> None:
        """Modify the preset of a run, and train the outcome as a run of its own."""
        from tuidl.tui.screens.edit import EditScreen
        from tuidl.tui.toml_edit import dumps

        try:
            preset = RunFolder(path).preset
        except RunError as error:
            self.tell(error)
            return

        def edited(outcome: Preset | None) -> None:
            if outcome is not None:
                self._app.open(outcome, path)

        self._app.push_screen(EditScreen(dumps(msgspec.to_builtins(preset))), edited)

    def export(self, path: Path) -> None:
        """Have the network of a run written in another format."""
        from tuidl.tui.exporting import ask_and_export

        ask_and_export(self._app, path)

    def delete(self, path: Path, then: Callable[[], None]) -> None:
        """Delete a run, once the user has agreed."""
        from tuidl.tui.screens.delete import DeleteScreen

        def agreed(yes: bool | None) -> None:
            if yes:
                self._app.run_worker(work, thread=True)

        def work() -> None:
            try:
                delete(path)
            except RunError as error:
                self._app.call_from_thread(self.tell, error)
            self._app.call_from_thread(then)

        self._app.push_screen(DeleteScreen(path.name), agreed)

    def put_behind_next(self, path: Path) -> None:
        """Have a run's curves stand behind those of the next training."""

        def ready(run: Run) -> None:
            self.behind = run
            words = "its curves will stand faintly behind the next training"
            self._app.notify(f"{path.name}: {words}", markup=False)

        self.read_run(path, ready)

    def compare_with(self, then: Callable[[Run], None]) -> None:
        """Have the user choose a run to stand behind the one on the screen."""
        self._choose(lambda path: self.read_run(path, then))

    def read_run(self, path: Path, then: Callable[[Run], None]) -> None:
        """Read a run's log in a thread, as the training screen takes it."""

        def work() -> None:
            run = Run()
            try:
                for event in stream_events(path / EVENTS):
                    run.fold_event(event)
            except RunError as error:
                self._app.call_from_thread(self.tell, error)
            else:
                self._app.call_from_thread(then, run)

        self._app.run_worker(work, thread=True)

    def choose_to_compare(
        self, then: Callable[[Path, Log], None], besides: Path | None = None
    ) -> None:
        """Have the user choose a run, and hand on what its log says."""
        self._choose(lambda path: self.read(path, then), besides)

    def _choose(self, then: Callable[[Path], None], besides: Path | None = None) -> None:
        from tuidl.tui.screens.choose import ChooseScreen

        try:
            found = [name for name in names() if besides is None or name != besides.name]
        except RunError as error:
            self.tell(error)
            return
        if not found:
            self.tell("There is no run to compare with.")
            return

        def chosen(name: str | None) -> None:
            if name is not None:
                then(runs_folder() / name)

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
