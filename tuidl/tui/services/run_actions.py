"""Actions on stored runs: view, resume, start again, export, compare."""

from collections.abc import Callable
from pathlib import Path

from tuidl.core.errors import RunError
from tuidl.logs.folder import source_at
from tuidl.logs.follower import Follower
from tuidl.logs.log import Log
from tuidl.logs.source import source_of_run
from tuidl.preset.noise import answers_to_noise
from tuidl.runs.reading import stream_events
from tuidl.storage.contents import EVENTS, RUN
from tuidl.storage.folder import RunFolder
from tuidl.storage.locations import names, runs_folder
from tuidl.tui.services.navigation import Navigator
from tuidl.tui.session.run import Run
from tuidl.tui.terminal.plain_app import PlainApp

MADE_OF_NOISE = "makes its answers out of noise, there is nothing to give it"
MOST_OFFERED = 200
"""Runs that a list to choose from offers, the newest first."""


class RunActions:
    """Every problem with a run becomes a notice of ``app``."""

    def __init__(self, app: PlainApp, navigator: Navigator) -> None:
        self._app, self._navigator = app, navigator
        self.behind: Run | None = None
        """The run whose curves stand behind the next training."""

    def view(self, path: Path) -> None:
        """Open the viewer on a run, finished or not."""
        try:
            source = source_of_run(path)
        except RunError as error:
            self._app.warn(error)
        else:
            self._navigator.view(source)

    def view_log(self, path: Path) -> None:
        """The same for the folder of a run, or wherever a log lies."""
        try:
            source = source_of_run(path) if (path / RUN).exists() else source_at(path)
        except RunError as error:
            self._app.warn(error)
        else:
            self._navigator.view(source)

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
            self._app.warn(error)
        else:
            self._navigator.open_run(path, preset, learning_rate)

    def export(self, path: Path) -> None:
        """Have the network of a run written in another format."""
        from tuidl.tui.services.exporting import ask_and_export

        ask_and_export(self._app, path)

    def predict(self, path: Path) -> None:
        """Have the user choose a file, and show what the run makes of it."""
        from tuidl.tui.services.using import ask_and_predict

        if self._is_asked(path):
            ask_and_predict(self._app, path)

    def evaluate(self, path: Path) -> None:
        """Show how good the run is on examples that it was not trained on."""
        if self._is_asked(path):
            self._navigator.judge(path)

    def _is_asked(self, path: Path) -> bool:
        """Whether the run's network answers to what it is given; says so where it does not."""
        try:
            is_asked = not answers_to_noise(RunFolder(path).preset)
        except RunError:
            return True  # what was asked for says why it cannot be read
        if not is_asked:
            self._app.warn(f"{path.name} {MADE_OF_NOISE}: tuidl generate {path.name}")
        return is_asked

    def put_behind_next(self, path: Path) -> None:
        """Have a run's curves stand behind those of the next training."""

        def ready(run: Run) -> None:
            self.behind = run
            words = "its curves will stand faintly behind the next training"
            self._app.notify(f"{path.name}: {words}", markup=False)

        self.read_run(path, ready)

    def compare_with(self, then: Callable[[Run], None]) -> None:
        """Have the user choose a run to stand behind the one on the screen."""
        self.choose(lambda path: self.read_run(path, then))

    def read_run(self, path: Path, then: Callable[[Run], None]) -> None:
        """Read a run's log in a thread, and pass the run to ``then``."""

        def work() -> None:
            run = Run()
            try:
                for event in stream_events(path / EVENTS):
                    run.handle(event)
            except RunError as error:
                self._app.call_from_thread(self._app.warn, error)
            else:
                self._app.call_from_thread(then, run)

        self._app.run_worker(work, thread=True)

    def choose_to_compare(
        self, then: Callable[[Path, Log], None], besides: Path | None = None
    ) -> None:
        """Have the user choose a run, and pass its log to ``then``."""
        self.choose(lambda path: self.read(path, then), besides)

    def choose(
        self,
        then: Callable[[Path], None],
        besides: Path | None = None,
        question: str = "Which run to put behind this one?",
    ) -> None:
        from tuidl.tui.dialogs.choose import ChooseScreen

        try:
            found = [name for name in names() if besides is None or name != besides.name]
        except RunError as error:
            self._app.warn(error)
            return
        if not found:
            self._app.warn("There is no run to compare with.")
            return

        def chosen(name: str | None) -> None:
            if name is not None:
                then(runs_folder() / name)

        offered = dict.fromkeys(found[:MOST_OFFERED], "")
        self._app.push_screen(ChooseScreen(question, offered), chosen)

    def read(self, path: Path, then: Callable[[Path, Log], None]) -> None:
        """Read a run's log in a thread, and pass it to ``then``."""

        def work() -> None:
            try:
                log = Follower(source_of_run(path)).read_all()
            except RunError as error:
                self._app.call_from_thread(self._app.warn, error)
            else:
                self._app.call_from_thread(then, path, log)

        self._app.run_worker(work, thread=True)
