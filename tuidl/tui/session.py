"""The run on the screen: what the engine is told of it, and what it says."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from tuidl import commands, events
from tuidl.commands import Command
from tuidl.preset import Preset
from tuidl.runs.folder import EVENTS
from tuidl.runs.places import runs_folder
from tuidl.runs.reading import stream_events
from tuidl.tui.engine import Engine
from tuidl.tui.prober import Prober
from tuidl.tui.run import Phase, Run

if TYPE_CHECKING:
    from tuidl.tui.app import Playground


class Session:
    """One engine process at a time, and the run that it trains.

    ``folder``: where the preset's relative paths start. ``backend``: None for the processor, and
    for the one that a kept run began on.
    """

    def __init__(self, app: "Playground", threads: int | None, backend: str | None) -> None:
        self._app, self._threads, self._backend = app, threads, backend
        log = Path(platformdirs.user_log_dir("tuidl")) / f"engine-{os.getpid()}.log"
        self.engine = Engine(log, self.take, self._engine_ended)
        self.prober = Prober(self.engine)
        self.folder = Path()
        self._loaded: Preset | None = None
        self._run: Path | None = None
        self._next: Run | None = None

    def load(
        self,
        preset: Preset,
        paused: bool = True,
        run: Path | None = None,
        learning_rate: float | None = None,
    ) -> None:
        """Start a run of the preset, in place of the one that is there; or go on with ``run``."""
        self._loaded, self._next, self._run = preset, Run(), run
        self.prober.begin()
        if screen := self._app.train_screen():
            screen.preset = preset
            screen.begin(self._next)
        command = commands.Load(
            preset=preset.to_toml(),
            source=preset.name,
            folder=str(self.folder.absolute()),
            backend=self._backend,
            threads=self._threads,
            paused=paused,
            run=None if run is None else str(run),
            learning_rate=learning_rate,
        )
        if run is not None:
            _tell_past(self._next, run)
        self.send(command)

    def send(self, command: Command) -> None:
        """Tell the engine; where there is none, another one is started."""
        if not self.engine.send(command):
            self._app.run_worker(self._revive(command), exclusive=True)

    async def _revive(self, command: Command) -> None:
        await self.engine.start()
        if isinstance(command, commands.Load):
            self.engine.send(command)
        elif self._loaded is not None:
            self.load(self._loaded)

    def run_folder(self, run: Run) -> Path | None:
        """Where the run on the screen is kept; None where it is not."""
        path = self._run
        if path is None and run.started is not None:
            path = runs_folder() / run.started.run
        return path if path is not None and (path / EVENTS).is_file() else None

    def ask(self) -> None:
        """Have the engine look inside for the panels on top, unless a run is only beginning."""
        screen = self._app.top_train_screen()
        if screen is not None and self._next is None:
            self.prober.ask(screen)

    def take(self, event: events.Event) -> None:
        """What the engine says."""
        if isinstance(event, events.Notice):
            self._app.kept.tell(event.text)
            return
        if isinstance(event, events.RunStarted | events.Refused):
            self._next = None
        elif self._next is not None:
            return  # what the run before still had to say
        if isinstance(event, events.ProbeAnswer):
            self.prober.answered(event)
        if screen := self._app.train_screen():
            screen.take(event)

    def _engine_ended(self, status: int) -> None:
        words = self.engine.last_words(1)
        reason = f"signal {-status}" if status < 0 else f"status {status}"
        message = f"the engine process ended ({reason}); space starts it again"
        if screen := self._app.train_screen():
            screen.lost("\n".join([message, *words]))


def _tell_past(run: Run, path: Path) -> None:
    """What the run's log says of it."""
    for event in stream_events(path / EVENTS):
        if isinstance(event, events.EpochEnded | events.Progress | events.Edited):
            run.fold_event(event)
    run.phase = Phase.LOADING
