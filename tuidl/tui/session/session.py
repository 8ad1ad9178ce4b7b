"""The run on the screen: commands to the engine, and its events."""

import os
import time
from contextlib import suppress
from pathlib import Path

from tuidl.core.errors import TuidlError
from tuidl.core.printable import printable_lines
from tuidl.core.user_folders import user_folder
from tuidl.preset.schema import Preset
from tuidl.protocol import commands, events
from tuidl.protocol.commands import Command
from tuidl.storage.contents import CHECKPOINTS, EVENTS
from tuidl.storage.locations import runs_folder
from tuidl.tui.session.display import Host
from tuidl.tui.session.engine import Engine, ending_of, reason_of
from tuidl.tui.session.past import past_of
from tuidl.tui.session.prober import Prober
from tuidl.tui.session.run import Phase, Run

PATIENCE = 5.0
"""Seconds of silence, while something is awaited, after which the screen shows how to end it."""
LONG_PATIENCE = 30.0
"""The same while it trains or compiles, when one step or one kernel may take so long."""
AT_WORK = (Phase.RUNNING, Phase.COMPILING)
KILLED = 9
ANEW = "Nothing of this run was saved yet: it starts from the beginning."


class Session:
    """One engine process at a time, and the run that it trains.

    ``folder``: where the preset's relative paths start. ``backend``: None for the processor, and
    for the one that a kept run began on. ``log``: how the engine's log is called.
    """

    def __init__(
        self, host: Host, threads: int | None, backend: str | None, log: str = "engine"
    ) -> None:
        self.host, self._threads, self._backend = host, threads, backend
        path = user_folder("log") / f"{log}-{os.getpid()}.log"
        self.engine = Engine(path, self.handle, self._engine_ended, self._odd, host.report)
        self.prober = Prober(self.engine)
        self.folder = Path()
        self._loaded: Preset | None = None
        self._run: Path | None = None
        self._next: Run | None = None
        self._number = self._heard = 0
        """Of the load that was sent last, and of the one that the engine speaks of."""
        self._unsent: list[Command] = []
        """Commands for an engine that is only starting."""
        self._held: list[Command] | None = None
        """Commands that wait until a thread has read the log of the run to be loaded."""
        self._reading_since = 0.0
        self._has_warned_of_log = False

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
        self._next.asked, self._held = not paused, None
        self._number += 1
        self.prober.begin()
        if screen := self.host.run_display():
            screen.preset = preset
            screen.begin(self._next)
        pace = screen.first_pace if screen else None
        try:
            command = commands.Load(
                preset=preset.to_toml(),
                source=preset.name,
                folder=str(self.folder.absolute()),
                backend=self._backend, threads=self._threads, paused=paused,
                run=None if run is None else str(run),
                learning_rate=learning_rate,
                number=self._number,
                watch=pace is None,
                pace=pace or None,
            )  # fmt: skip
            commands.to_json(command)
        except (OSError, UnicodeEncodeError, TuidlError) as error:
            # The folder is gone, or its name is no UTF-8.
            self._refuse(error, self.folder)
            return
        if run is None or past is not None:
            self.send(command)
            return
        self._held, self._reading_since = [command], time.monotonic()
        self.host.start_worker(self._read_then_send(run, self._held), group="reading")

    async def _read_then_send(self, run: Path, held: list[Command]) -> None:
        """Read the log of ``run`` in a thread, show what it holds, then send ``held``; nothing if
        another run is loaded meanwhile. Keys pressed while it is read are among ``held``."""

        def is_current() -> bool:
            return self._held is held

        try:
            past = await past_of(run, is_current)
        except (OSError, TuidlError) as error:
            if is_current():
                self._refuse(error, run)
            return
        if not is_current():
            return
        if self._next is not None:
            past.asked = self._next.asked  # keys pressed while it was read
        self._next, self._held = past, None
        if screen := self.host.run_display():
            screen.begin(past)
        for command in held:
            self.send(command)

    def _refuse(self, error: Exception, path: Path) -> None:
        """Show why a run cannot be loaded, as if the engine had refused it."""
        self._held, self._heard = None, self._number
        problem = str(error) if isinstance(error, TuidlError) else f"{path}: {error}"
        self.handle(events.Refused(error=printable_lines(problem)))

    def close(self) -> None:
        """Stop reading; the application ends."""
        self._held = None

    def go_on(self) -> None:
        """After the engine was lost: go on from where the run was last saved; where it never was,
        load it anew."""
        screen = self.host.run_display()
        if screen is None or self._loaded is None:
            return
        run, before = screen.shown, self._run
        self.host.clear_notifications()
        if folder := self._checkpointed(run):
            paused = not run.was_running
            self.load(self._loaded, paused, run=folder, past=run.going_on())
            return
        if run.started is not None:
            self.host.warn(ANEW)
        is_there = before is not None and (before / EVENTS).is_file()
        self.load(self._loaded, run=before if is_there else None)

    def restart(self) -> None:
        """Replace a silent engine by another one, and load again."""
        self.host.start_worker(self._restart(), group="restart")

    async def _restart(self) -> None:
        await self.engine.stop()
        if self._loaded is not None:
            self.load(self._loaded, run=self._run)

    @property
    def silence(self) -> float:
        """Seconds for which the engine has sent nothing about the run that it is to load; 0 where
        nothing is awaited, or not for long."""
        waits = self._next is not None and self._held is None and self.engine.silence > PATIENCE
        return self.engine.silence if waits else 0.0

    @property
    def patience(self) -> str:
        """A line for a user who waits for long; empty otherwise."""
        screen = self.host.run_display()
        if self._next is None and screen is not None and screen.shown.phase in AT_WORK:
            seconds = self.engine.silence
            words = f"nothing heard for {seconds:.0f} s: a long step, or it hangs; r: start anew"
            return words if seconds > LONG_PATIENCE else ""
        if self._held is not None:
            seconds = time.monotonic() - self._reading_since
            return f"reading its log for {seconds:.0f} s; q: leave" if seconds > PATIENCE else ""
        if not self.silence:
            return ""
        doing = "reading data" if self._heard == self._number else "starting"
        return f"silent for {self.silence:.0f} s, perhaps {doing}; r: another engine, q: leave"

    def send(self, command: Command) -> None:
        """Send a command. Where there is no engine, one is started for a run to be loaded;
        other commands are for an engine that is gone."""
        self.prober.renew()
        if self._held is not None:
            self._held.append(command)
            return
        if self.engine.send(command):
            return
        if isinstance(command, commands.Load):
            self._unsent = [command]
            self.host.start_worker(self.start())
        elif self._unsent:
            self._unsent.append(command)

    async def start(self) -> None:
        """Start an engine, and send it the commands that wait for it."""
        try:
            await self.engine.start()
        except Exception as error:  # no such program, too many files or processes, no memory
            self._unsent.clear()
            self._lost(f"the engine cannot be started ({reason_of(error)})")
            return
        self._warn_of_log()
        unsent, self._unsent = self._unsent, []
        for command in unsent:
            self.engine.send(command)

    def _warn_of_log(self) -> None:
        output = self.engine.output
        if output.problem and not self._has_warned_of_log:
            self._has_warned_of_log = True
            self.host.warn(f"The engine has no log: {output.path}: {output.problem}")

    def run_folder(self, run: Run) -> Path | None:
        """The folder of the run on the screen; None where it has none."""
        path = self._run
        if path is None and run.started is not None:
            path = runs_folder() / run.started.run
        return path if path is not None and (path / EVENTS).is_file() else None

    def ask(self, *, hurries: bool = False) -> None:
        """Ask for the next frame of the screen in front, unless a run is being loaded; now, where a
        key ``hurries``."""
        screen = self.host.front_run_display()
        if screen is not None and self._next is None:
            try:
                (self.prober.hurry if hurries else self.prober.ask)(screen)
            except Exception as error:  # of one panel: shown, and the others are asked for next
                self.host.report(error)

    def handle(self, event: events.Event) -> None:
        """Take in an event of the engine."""
        if isinstance(event, events.Loading):
            self._heard = event.number
        elif isinstance(event, events.Notice):
            self.host.warn(event.text)
        elif self._is_of_this_run(event):
            if isinstance(event, events.Frame):
                self.prober.handle(event)
            elif isinstance(event, events.Alert):
                self.host.alarm(event.in_words)
            if screen := self.host.run_display():
                screen.handle(event)
            if self.prober.hurries:
                self.ask(hurries=True)
            if isinstance(event, events.Paused | events.RunEnded):
                self.ask()  # how it stands now is to be seen at once

    def _is_of_this_run(self, event: events.Event) -> bool:
        """False for late events of the run before."""
        if self._heard != self._number:
            return False
        if isinstance(event, events.RunStarted | events.Refused | events.RunFailed):
            self._next = None
        return self._next is None

    def _odd(self, text: str) -> None:
        self.host.warn(f"A line of the engine is no event, and is passed over: {text}")

    def _engine_ended(self, status: int) -> None:
        if self._unsent:
            return  # another one is being started for these
        words, where = self.engine.last_words(1), self.engine.output.where
        if words and where:
            words.append(f"log: {where}")
        elif status == -KILLED:
            words.append("Where a process takes too much memory, the system kills it.")
        self._lost(f"the engine process ended ({ending_of(status)})", *words)

    def _lost(self, reason: str, *more: str) -> None:
        """Show that there is no engine any more, why, and how to go on."""
        self._next = self._held = None
        screen = self.host.run_display()
        if screen is None:
            text = "\n".join([f"{reason}; opening a preset starts it again", *more])
            self.host.notify(text, severity="error", timeout=10)
            return
        self._give_back_name(screen.shown)
        screen.lost(reason, f"space starts it again{self._from_where(screen.shown)}", *more)

    def _give_back_name(self, run: Run) -> None:
        """Remove the folder that the engine claimed for a run, if nothing is in it."""
        if self._run is None and run.started is not None and Path(run.started.run).name:
            with suppress(OSError):
                (runs_folder() / Path(run.started.run).name).rmdir()

    def _from_where(self, run: Run) -> str:
        """The place from which the run would be resumed, in words."""
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
