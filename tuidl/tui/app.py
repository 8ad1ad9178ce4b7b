"""The playground: one engine process, and the screens that look at it."""

import asyncio
import importlib
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
from textual.app import SystemCommand
from textual.binding import Binding
from textual.events import Resize
from textual.screen import Screen

from tuidl.compiler.graph import Graph
from tuidl.core.errors import TuidlError
from tuidl.preset.schema import Preset
from tuidl.protocol import commands
from tuidl.tui.kept import KeptRuns
from tuidl.tui.plain_app import PlainApp
from tuidl.tui.process import driver, spare_pauses
from tuidl.tui.run import Phase
from tuidl.tui.screens.too_small import TooSmallScreen, is_too_small
from tuidl.tui.session import Session
from tuidl.tui.state import State
from tuidl.tui.stumbles import Stumbles, log_path
from tuidl.tui.themes import THEMES
from tuidl.tui.widgets.ascii_bar import use_scrollbars

if TYPE_CHECKING:
    from tuidl.logs.source import Source
    from tuidl.tui.screens.train import TrainScreen

EXIT_CODES = {signal.SIGTERM: 143, signal.SIGHUP: 143}


class Playground(PlainApp):
    """``preset``: opened at once; Home otherwise."""

    TITLE = "tuidl"
    CSS_PATH = Path(__file__).with_name("app.tcss")
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar = [
        Binding("question_mark,f1", "explain", "help", key_display="?"),
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True),
    ]

    def __init__(
        self,
        preset: Preset | None = None,
        *,
        folder: Path = Path(),
        threads: int | None = None,
        backend: str | None = None,
        state: State | None = None,
        unicode: bool = True,
        run: Path | None = None,
        learning_rate: float | None = None,
        view: "Source | None" = None,
    ) -> None:
        super().__init__(driver_class=driver())
        self.state = state or State.load()
        self.unicode = unicode
        use_scrollbars(unicode)
        self._first, self._first_folder = preset, folder
        self._first_run, self._first_rate, self._first_view = run, learning_rate, view
        self.kept = KeptRuns(self)
        self.session = Session(self, threads, backend)
        self.stumbles = Stumbles(log_path(self.session.engine.log.parent), self.kept.tell)
        self._cpu = (time.process_time(), time.monotonic())
        self.cost = 0.0
        for theme in THEMES.values():
            self.register_theme(theme)

    @property
    def palette_name(self) -> str:
        """Of Textual's own themes it only counts whether they are dark."""
        if os.environ.get("NO_COLOR"):
            return "monochrome"
        if self.theme in ("color-blind", "monochrome"):
            return self.theme
        return "default" if self.current_theme.dark else "light"

    async def on_mount(self) -> None:
        self.set_class(not self.unicode, "-ascii")
        self.theme = self.state.theme if self.state.theme in self.available_themes else "tuidl"
        for number in EXIT_CODES:
            asyncio.get_running_loop().add_signal_handler(number, self._terminated, number)
        self.set_interval(0.1, self.session.ask)
        self.set_interval(2.0, self._measure)
        if self._first_view is not None:
            self.view(self._first_view)  # which needs no engine
        elif self._first is None:
            self._go_home()
            self.call_after_refresh(self.session.start)
        else:
            await self.session.start()
            if self._first_run is not None:
                self.open_run(self._first_run, self._first, self._first_rate)
            else:
                self.open(self._first, self._first_folder)
            self.run_worker(_preload, thread=True)

    def _go_home(self) -> None:
        from tuidl.tui.screens.home import HomeScreen

        self.push_screen(HomeScreen())
        self.run_worker(_preload, thread=True)

    def on_resize(self, event: Resize) -> None:
        """A notice where the terminal is too small, for as long as it is."""
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

        A screen that is still being put up while the application ends finds its widgets missing;
        that is nobody's affair.
        """
        if self._exit:
            return
        if self.is_headless or os.environ.get("TUIDL_DEBUG"):
            super()._handle_exception(error)
            return
        self.exit(1, return_code=1, message=f"tuidl: error: {self.stumbles.note(error)}")

    def stumbled(self, error: Exception) -> None:
        """Tell of an error that ends nothing."""
        self.stumbles.tell(error)

    async def on_unmount(self) -> None:
        self.state.theme = self.theme
        self.state.save()
        await self.session.engine.stop()
        self.session.engine.output.close()

    # --- the run ----------------------------------------------------------------------------------

    def open(self, preset: Preset, folder: Path | None = None) -> None:
        """Show the training screen of a preset, and have the engine make ready for it."""
        self.session.folder = folder or self.session.folder
        from tuidl.tui.screens.train import TrainScreen

        behind, self.kept.behind = self.kept.behind, None
        self.push_screen(TrainScreen(preset, behind))
        self.call_after_refresh(self.session.load, preset)
        self.call_after_refresh(spare_pauses)

    def open_run(self, path: Path, preset: Preset, learning_rate: float | None = None) -> None:
        """Show the training screen of a run that is kept, ready to go on with it."""
        from tuidl.tui.screens.train import TrainScreen

        self.session.folder = path
        self.push_screen(TrainScreen(preset))
        self.call_after_refresh(self.session.load, preset, True, path, learning_rate)
        self.call_after_refresh(spare_pauses)

    def train_screen(self) -> "TrainScreen | None":
        """The screen of the run, wherever in the stack it is."""
        return next(filter(None, map(as_train_screen, self.screen_stack)), None)

    def top_train_screen(self) -> "TrainScreen | None":
        """The same, if nothing lies on it."""
        return as_train_screen(self.screen_stack[-1]) if self.screen_stack else None

    def _measure(self) -> None:
        """What the screen itself costs, as a share of one core."""
        now = (time.process_time(), time.monotonic())
        self.cost = (now[0] - self._cpu[0]) / max(now[1] - self._cpu[1], 1e-9)
        self._cpu = now

    # --- logs -------------------------------------------------------------------------------------

    def view(self, source: "Source") -> None:
        """Open the viewer on a log."""
        from tuidl.tui.screens.view import ViewScreen

        self.push_screen(ViewScreen(source))

    def cannot_view(self, screen: Screen[Any], problem: str) -> None:
        """A log that turns out to be none: the end, or back to where it was opened."""
        if self._first_view is not None:
            self.exit(2, return_code=2, message=f"tuidl: error: {problem}")
        elif screen.is_current:
            self.pop_screen()
            self.notify(problem, severity="error", timeout=10, markup=False)

    def leave_view(self) -> None:
        """Back to what is below; what was opened from the command line ends."""
        if len(self.screen_stack) > 2:
            self.pop_screen()
        else:
            self.exit(0)

    # --- actions ----------------------------------------------------------------------------------

    def flops_of(self, preset: Preset) -> int:
        """Operations of one example, forward and backward."""
        try:
            return 3 * Graph.build(preset).flops
        except TuidlError:
            return 0

    def with_new_seed(self, preset: Preset) -> Preset:
        training = msgspec.structs.replace(preset.training, seed=preset.training.seed + 1)
        return msgspec.structs.replace(preset, training=training)

    def leave_run(self, screen: "TrainScreen") -> None:
        from tuidl.tui.screens.leave import LeaveScreen

        if screen.shown.phase in (Phase.RUNNING, Phase.PAUSED) and screen.shown.epochs_done:
            self.session.send(commands.Pause())
            self.push_screen(LeaveScreen(), self._left)
        else:
            self._left("discard")

    def _left(self, choice: str | None) -> None:
        if choice == "keep":
            self.session.send(commands.Stop())
        elif choice == "discard":
            self.session.send(commands.Stop())
            self.pop_screen()
            if len(self.screen_stack) == 1:
                self._go_home()

    def edit(self, preset: Preset) -> None:
        from tuidl.tui.screens.edit import EditScreen
        from tuidl.tui.toml_edit import dumps

        self.push_screen(EditScreen(dumps(msgspec.to_builtins(preset))), self._edited)

    def edit_file(self, path: Path) -> None:
        """Modify the preset in a file, whether it can be trained or not, and open the outcome."""
        from tuidl.tui.preview import text_of
        from tuidl.tui.screens.edit import EditScreen

        def opened(edited: Preset | None) -> None:
            if edited is not None:
                self.open(edited, path.parent)

        self.push_screen(EditScreen(text_of(path), path=path), opened)

    def action_exit_playground(self) -> None:
        self.exit(0)

    def _edited(self, preset: Preset | None) -> None:
        """Start again from the edited preset, with the run before faintly behind its curves."""
        from tuidl.tui.screens.train import TrainScreen

        before = self.train_screen()
        if preset is None or before is None:
            return
        previous = before.shown if before.shown.epochs_done else before.previous
        self.switch_screen(TrainScreen(preset, previous))
        self.call_after_refresh(self.session.load, preset)

    def action_explain(self) -> None:
        from tuidl.tui.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            concept = getattr(self.focused, "concept", "")
            self.push_screen(HelpScreen(concept, getattr(self.screen, "keys", None)))

    def get_system_commands(self, screen: Screen[Any]) -> Any:
        yield from super().get_system_commands(screen)
        for title, text, action in getattr(screen, "palette_commands", ()):
            yield SystemCommand(title, text, action)


def as_train_screen(screen: Screen[Any]) -> "TrainScreen | None":
    """The screen, if it is the one of a run; its module takes a while to load, and Home goes
    without it."""
    kind = getattr(sys.modules.get("tuidl.tui.screens.train"), "TrainScreen", None)
    return screen if kind and isinstance(screen, kind) else None


def _preload() -> None:
    """Import what will be needed next, while the user still looks at what is there."""
    from tuidl.glossary import concepts

    for name in ("train", "help", "edit", "leave"):
        importlib.import_module(f"tuidl.tui.screens.{name}")
    concepts()
