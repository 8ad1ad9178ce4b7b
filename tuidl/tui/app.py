"""The playground: one engine process, and the screens that look at it."""

import asyncio
import os
import signal
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import SystemCommand
from textual.binding import Binding
from textual.events import Resize
from textual.screen import Screen

from tuidl.preset.schema import Preset
from tuidl.tui.dialogs.too_small import TooSmallScreen, is_too_small
from tuidl.tui.messages import UnexpectedError
from tuidl.tui.screens.editing_app import EditingApp
from tuidl.tui.services.preloading import preload
from tuidl.tui.services.run_actions import RunActions
from tuidl.tui.services.run_changes import RunChanges
from tuidl.tui.services.services import Services
from tuidl.tui.session.cpu_share import CpuShare
from tuidl.tui.session.display import RunDisplay
from tuidl.tui.session.reported_errors import ReportedErrors, log_path
from tuidl.tui.session.session import Session
from tuidl.tui.state import State, TableStart
from tuidl.tui.terminal import process
from tuidl.tui.terminal.plain_app import QUIT
from tuidl.tui.themes import THEMES
from tuidl.tui.widgets.ascii_bar import use_scrollbars

if TYPE_CHECKING:
    from tuidl.logs.source import Source
    from tuidl.runs.joining import Joining

SECONDS_BETWEEN_LOOKS = 0.05
EXIT_CODES = {signal.SIGTERM: 143, signal.SIGHUP: 143}


class Playground(EditingApp):
    """``preset``: opened at once, trained at once if ``start``; ``file``: where it is. ``data``: a
    file to have a preset proposed for, with KEY=VALUE texts. Home otherwise."""

    TITLE = "tuidl"
    CSS_PATH = Path(__file__).with_name("app.tcss")
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar = [
        Binding("question_mark,f1", "explain", "help", key_display="?"),
        Binding(QUIT, "quit", "Quit", show=False, priority=True),
    ]

    def __init__(
        self,
        preset: Preset | None = None,
        *,
        folder: Path = Path(),
        file: Path | None = None,
        start: bool = False,
        threads: int | None = None,
        backend: str | None = None,
        state: State | None = None,
        unicode: bool = True,
        run: Path | None = None,
        learning_rate: float | None = None,
        view: "Source | None" = None,
        compare: list[Path] | None = None,
        joining: "Joining | None" = None,
        table: TableStart | None = None,
        data: tuple[Path, tuple[str, ...]] | None = None,
    ) -> None:
        super().__init__(driver_class=process.driver())
        self.state = state or State.load()
        self.unicode = unicode
        use_scrollbars(unicode)
        self._first, self._first_folder, self._starts = preset, folder, start
        if file is not None:
            self.state.began_with(file)
        self._first_run, self._first_rate, self._first_view = run, learning_rate, view
        self._first_data, self._first_compare, self._joining = data, compare, joining
        self._first_table = table
        self.session = Session(self, threads, backend)
        self.runs = RunActions(self, self)
        self.reported_errors = ReportedErrors(log_path(self.session.engine.log.parent), self.warn)
        self.changes = RunChanges(self)
        self.services = Services(
            self, self.session, self.runs, self.changes, self.state, CpuShare()
        )
        for theme in THEMES.values():
            self.register_theme(theme)

    async def on_mount(self) -> None:
        self.set_class(not self.unicode, "-ascii")
        self.theme = self.state.theme if self.state.theme in self.available_themes else "tuidl"
        for number in EXIT_CODES:
            asyncio.get_running_loop().add_signal_handler(number, self._terminated, number)
        self.changes.sweep()
        self.set_interval(SECONDS_BETWEEN_LOOKS, self.session.ask)
        self.set_interval(2.0, self.services.cpu.measure)
        if self._first_view is not None:
            self.view(self._first_view)  # which needs no engine
        elif self._first_compare is not None:
            self.compare(self._first_compare, self._joining)
        elif self._first_table is not None:
            self._open_table(self._first_table)
            self.call_after_refresh(self.session.start)
        elif self._first is None:
            self._go_home()
            if self._first_data is not None:
                self.open_data(*self._first_data)
            self.call_after_refresh(self.session.start)
        else:
            await self.session.start()
            if self._first_run is not None:
                self.open_run(self._first_run, self._first, self._first_rate)
            else:
                self.open(self._first, self._first_folder, paused=not self._starts)
            self.call_after_refresh(self.run_worker, preload, thread=True)

    def _go_home(self) -> None:
        from tuidl.tui.screens.home import HomeScreen

        self.push_screen(HomeScreen(self.services))
        self.call_after_refresh(self.run_worker, preload, thread=True)

    def _open_table(self, start: TableStart) -> None:
        from tuidl.runs.foreign import ForeignLogs
        from tuidl.runs.relisting import Relisting
        from tuidl.tui.screens.workspace import WorkspaceScreen

        relisting = Relisting(ForeignLogs(start.folders) if start.folders else None)
        self.push_screen(WorkspaceScreen(self.services, relisting, start=start))
        self.call_after_refresh(self.run_worker, preload, thread=True)

    def on_resize(self, event: Resize) -> None:
        """Show a notice for as long as the terminal is too small."""
        if not self.screen_stack:
            return  # the application ends
        is_shown = isinstance(self.screen, TooSmallScreen)
        if is_too_small(event.size.width, event.size.height) != is_shown:
            if is_shown:
                self.pop_screen()
            else:
                self.push_screen(TooSmallScreen())

    def _terminated(self, number: signal.Signals) -> None:
        self.exit(EXIT_CODES[number], return_code=EXIT_CODES[number])

    def _handle_exception(self, error: Exception) -> None:
        """One line on the way out and the rest in a log, never a traceback on the screen.

        A screen that is still being built while the application ends finds its widgets missing;
        that is not reported.
        """
        if self._exit:
            return
        if self.is_headless or os.environ.get("TUIDL_DEBUG"):
            super()._handle_exception(error)
            return
        self.exit(1, return_code=1, message=f"tuidl: error: {self.reported_errors.note(error)}")

    def report(self, error: Exception) -> None:
        """Show an unexpected error that ends nothing."""
        self.reported_errors.report(error)

    def on_unexpected_error(self, message: UnexpectedError) -> None:
        self.report(message.error)

    def start_worker(self, work: Coroutine[Any, Any, None], group: str = "default") -> None:
        """Run a coroutine beside the screens, for the session."""
        self.run_worker(work, group=group, exclusive=group != "default")

    async def on_unmount(self) -> None:
        self.state.theme = self.theme
        self.state.save()
        self.session.close()
        await self.session.engine.stop()
        self.changes.close()
        self.session.engine.output.close()

    # --- the run ----------------------------------------------------------------------------------

    def open(self, preset: Preset, folder: Path | None = None, paused: bool = True) -> None:
        """Show the training screen of a preset, and have the engine load it."""
        self.session.folder = folder or self.session.folder
        from tuidl.tui.screens.opening import screen_of

        behind, self.runs.behind = self.runs.behind, None
        self.push_screen(screen_of(preset, self.services, behind))
        self.call_after_refresh(self.load_shown, preset, paused)
        self.call_after_refresh(process.spare_pauses)

    def open_run(self, path: Path, preset: Preset, learning_rate: float | None = None) -> None:
        """Show the training screen of a stored run, ready to resume it."""
        from tuidl.tui.screens.opening import screen_of_run

        self.session.folder = path
        self.push_screen(screen_of_run(path, preset, self.services))
        self.call_after_refresh(self.load_shown, preset, True, path, learning_rate)
        self.call_after_refresh(process.spare_pauses)

    def open_data(self, path: Path, overrides: tuple[str, ...] = ()) -> None:
        """Show a file of data or a folder of pictures, to have a preset proposed for it."""
        from tuidl.tui.screens.own_data import OwnDataScreen

        self.push_screen(OwnDataScreen(self.services, path, overrides))

    def run_display(self) -> RunDisplay | None:
        """The screen of the run, at any place in the stack; none while the app takes them down."""
        stack = self.screen_stack if self.is_running else []
        return next((s for s in stack if isinstance(s, RunDisplay)), None)

    def front_run_display(self) -> RunDisplay | None:
        """The same, if it is in front."""
        display = self.run_display()
        return display if display is not None and display is self.screen_stack[-1] else None

    def leave_run(self) -> None:
        """Close the training screen; Home is opened where it was not behind it."""
        self.pop_screen()
        if len(self.screen_stack) == 1:
            self._go_home()

    def judge(self, path: Path) -> None:
        """Show how good a stored run is."""
        from tuidl.tui.screens.judgement import JudgementScreen

        self.push_screen(JudgementScreen(path, self.services.runs.choose))

    def view(self, source: "Source") -> None:
        """Open the viewer on a log."""
        from tuidl.tui.screens.viewer import ViewScreen

        self.push_screen(ViewScreen(source, self.services))

    def compare(self, paths: list[Path], joining: "Joining | None" = None) -> None:
        """Open the curves of many runs or logs, over each other; those that ``joining`` finds
        later join."""
        from tuidl.tui.screens.compare import CompareScreen

        self.push_screen(CompareScreen(self.services, paths, joining))

    def refuse_view(self, is_current: bool, problem: str) -> None:
        """Close the viewer of a log that cannot be read, if it ``is_current``; end the program
        where it was started for that log."""
        if self._first_view is not None:
            self.exit(2, return_code=2, message=f"tuidl: error: {problem}")
        elif is_current:
            self.pop_screen()
            self.notify(problem, severity="error", timeout=10, markup=False)

    def leave_view(self) -> None:
        """Close the viewer; end the program where it was started for a log or a comparison."""
        if len(self.screen_stack) > 2:
            self.pop_screen()
        else:
            self.exit(0)

    # --- actions ----------------------------------------------------------------------------------

    def action_exit_playground(self) -> None:
        self.exit(0)

    def action_explain(self) -> None:
        from tuidl.tui.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen.of(self.screen))

    def get_system_commands(self, screen: Screen[Any]) -> Any:
        yield from super().get_system_commands(screen)
        for title, text, action in getattr(screen, "palette_commands", ()):
            yield SystemCommand(title, text, action)
