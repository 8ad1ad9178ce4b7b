"""The run on the screen: what the engine is told of it, and what it says."""

import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tuidl.core.errors import TuidlError
from tuidl.core.printable import printable
from tuidl.core.user_folders import user_folder
from tuidl.preset.schema import Preset
from tuidl.protocol import commands, events
from tuidl.protocol.commands import Command
from tuidl.runs.reading import stream_events
from tuidl.storage.contents import CHECKPOINTS, EVENTS
from tuidl.storage.locations import runs_folder
from tuidl.tui.engine import Engine
from tuidl.tui.prober import Prober
from tuidl.tui.run import Phase, Run

if TYPE_CHECKING:
    from tuidl.tui.app import Playground

PATIENCE = 5.0
"""Seconds of silence, while something is awaited, after which the screen says how to end it."""
LONG_PATIENCE = 30.0
"""The same while it trains or compiles, when one step or one kernel may take so long."""
AT_WORK = (Phase.RUNNING, Phase.COMPILING)
KILLED = 9
ANEW = "Nothing of this run was saved yet: it starts from the beginning."


class Session:
    """One engine process at a time, and the run that it trains.

    ``folder``: where the preset's relative paths start. ``backend``: None for the processor, and
    for the one that a kept run began on.
    """

    def __init__(self, app: "Playground", threads: int | None, backend: str | None) -> None:
        self._app, self._threads, self._backend = app, threads, backend
        log = user_folder("log") / f"engine-{os.getpid()}.log"
        self.engine = Engine(log, self.take, self._engine_ended, self._odd, app.stumbled)
        self.prober = Prober(self.engine)
        self.folder = Path()
        self._loaded: Preset | None = None
        self._run: Path | None = None
        self._next: Run | None = None
        self._number = self._heard = 0
        """Of the load that was sent last, and of the one that the engine speaks of."""
        self._unsent: list[Command] = []
        """What an engine is to be told that only starts."""
        self._has_told_of_log = False

    def load(
        self,
        preset: Preset,
        paused: bool = True,
        run: Path | None = None,
        learning_rate: float | None = None,
        past: Run | None = None,
    ) -> None:
        """Start a run of the preset, in place of the one that is there; or go on with ``run``.
        ``past``: what the screen knows of it; read from its log by default."""
        self._loaded, self._next, self._run = preset, past or Run(), run
        self._number += 1
        self.prober.begin()
        if screen := self._app.train_screen():
            screen.preset = preset
            screen.begin(self._next)
        try:
            command = commands.Load(
                preset=preset.to_toml(),
                source=preset.name,
                folder=str(self.folder.absolute()),
                backend=self._backend,
                threads=self._threads,
                paused=paused,
                run=None if run is None else str(run),
                learning_rate=learning_rate,
                number=self._number,
            )
            commands.to_json(command)
            if run is not None and past is None:
                _tell_past(self._next, run)
        except (OSError, UnicodeEncodeError, TuidlError) as error:
            # The folder is gone, or its name is no UTF-8; the log of the run cannot be read.
            self._heard = self._number
            problem = str(error) if isinstance(error, TuidlError) else f"{self.folder}: {error}"
            self.take(events.Refused(error=printable(problem)))
            return
        self.send(command)

    def go_on(self) -> None:
        """After the engine was lost: go on from where the run was last saved; where it never was,
        make ready to start anew."""
        screen = self._app.train_screen()
        if screen is None or self._loaded is None:
            return
        run, before = screen.shown, self._run
        self._app.clear_notifications()
        if folder := self._checkpointed(run):
            paused = not run.was_running
            self.load(self._loaded, paused, run=folder, past=run.going_on())
            return
        if run.started is not None:
            self._app.kept.tell(ANEW)
        is_there = before is not None and (before / EVENTS).is_file()
        self.load(self._loaded, run=before if is_there else None)

    def restart(self) -> None:
        """Have another engine in place of one that says nothing, and load again."""
        self._app.run_worker(self._restart(), group="restart", exclusive=True)

    async def _restart(self) -> None:
        await self.engine.stop()
        if self._loaded is not None:
            self.load(self._loaded, run=self._run)

    @property
    def silence(self) -> float:
        """Seconds for which the engine has said nothing of the run that it is to load; 0 where
        nothing is awaited, or not for long."""
        waits = self._next is not None and self.engine.silence > PATIENCE
        return self.engine.silence if waits else 0.0

    @property
    def patience(self) -> str:
        """What a user who waits for long should know."""
        screen = self._app.train_screen()
        if self._next is None and screen is not None and screen.shown.phase in AT_WORK:
            seconds = self.engine.silence
            words = f"nothing heard for {seconds:.0f} s: a long step, or it hangs; r: start anew"
            return words if seconds > LONG_PATIENCE else ""
        if not self.silence:
            return ""
        doing = "reading data" if self._heard == self._number else "starting"
        return f"silent for {self.silence:.0f} s, perhaps {doing}; r: another engine, q: leave"

    def send(self, command: Command) -> None:
        """Tell the engine. Where there is none, another one is started for a run to be loaded;
        other commands are for an engine that is gone."""
        if self.engine.send(command):
            return
        if isinstance(command, commands.Load):
            self._unsent = [command]
            self._app.run_worker(self.start())
        elif self._unsent:
            self._unsent.append(command)

    async def start(self) -> None:
        """Have an engine, and tell it what it is to be told."""
        try:
            await self.engine.start()
        except Exception as error:  # no such program, too many files or processes, no memory
            self._unsent.clear()
            self._lost(f"the engine cannot be started ({_reason(error)})")
            return
        self._tell_of_log()
        unsent, self._unsent = self._unsent, []
        for command in unsent:
            self.engine.send(command)

    def _tell_of_log(self) -> None:
        output = self.engine.output
        if output.problem and not self._has_told_of_log:
            self._has_told_of_log = True
            self._app.kept.tell(f"The engine has no log: {output.path}: {output.problem}")

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
            try:
                self.prober.ask(screen)
            except Exception as error:
                self._app.stumbled(error)

    def take(self, event: events.Event) -> None:
        """What the engine says."""
        if isinstance(event, events.Loading):
            self._heard = event.number
        elif isinstance(event, events.Notice):
            self._app.kept.tell(event.text)
        elif self._is_of_this_run(event):
            if isinstance(event, events.ProbeAnswer):
                self.prober.answered(event)
            if screen := self._app.train_screen():
                screen.take(event)

    def _is_of_this_run(self, event: events.Event) -> bool:
        """False for what the run before still has to say."""
        if self._heard != self._number:
            return False
        if isinstance(event, events.RunStarted | events.Refused | events.RunFailed):
            self._next = None
        return self._next is None

    def _odd(self, text: str) -> None:
        self._app.kept.tell(f"The engine said what is no event, which is passed over: {text}")

    def _engine_ended(self, status: int) -> None:
        self._unsent.clear()
        words, where = self.engine.last_words(1), self.engine.output.where
        if words and where:
            words.append(f"log: {where}")
        elif status == -KILLED:
            words.append("Where a process takes too much memory, the system kills it.")
        self._lost(f"the engine process ended ({_ending(status)})", *words)

    def _lost(self, reason: str, *more: str) -> None:
        """There is no engine any more: say why, and how to go on."""
        self._next = None
        screen = self._app.train_screen()
        if screen is None:
            text = "\n".join([f"{reason}; opening a preset starts it again", *more])
            self._app.notify(text, severity="error", timeout=10, markup=False)
            return
        self._give_back_name(screen.shown)
        screen.lost(reason, f"space starts it again{self._from_where(screen.shown)}", *more)

    def _give_back_name(self, run: Run) -> None:
        """Remove the folder that the engine claimed for a run, if nothing is in it."""
        if self._run is None and run.started is not None and Path(run.started.run).name:
            with suppress(OSError):
                (runs_folder() / Path(run.started.run).name).rmdir()

    def _from_where(self, run: Run) -> str:
        """Where the run would go on."""
        if run.is_over or run.saved is None or self._checkpointed(run) is None:
            return ""
        fold = f"fold {run.saved.fold}, " if run.saved.fold else ""
        return f", from {fold}epoch {run.saved.epoch}, step {run.saved.step}"

    def _checkpointed(self, run: Run) -> Path | None:
        """The folder of the run on the screen, if something was saved in it."""
        folder = self.run_folder(run)
        if folder is None or not any((folder / CHECKPOINTS).glob("[0-9]*.safetensors")):
            return None
        return folder


def _ending(status: int) -> str:
    """How a process ended, in words."""
    if status >= 0:
        return f"status {status}"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"
    return f"signal {-status}, {name}"


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or f"{type(error).__name__}: {error}"


def _tell_past(run: Run, path: Path) -> None:
    """What the run's log says of it."""
    for event in stream_events(path / EVENTS):
        if isinstance(event, events.EpochEnded | events.Progress | events.Edited):
            run.fold_event(event)
    run.phase = Phase.LOADING
