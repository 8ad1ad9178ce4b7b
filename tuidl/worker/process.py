"""The engine process: commands come in on stdin, events go out on stdout, a line of JSON each.

What native code prints goes to stderr, so that stdout holds nothing but events. The process ends
with its parent: when the other end of stdin is closed.
"""

import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from tuidl.core.environment import prepare_environment
from tuidl.core.errors import PresetError, SaveError, TuidlError, out_of_memory
from tuidl.core.terminal import prepare_streams
from tuidl.protocol import commands, events
from tuidl.protocol.commands import Command
from tuidl.protocol.events import LONGEST_LINE, Event

if TYPE_CHECKING:
    from tuidl.preset.schema import Preset
    from tuidl.runs.recorder import RunRecorder
    from tuidl.training.state import TrainState

SECONDS_TO_QUIT = 1.0
LONGEST_HELD = 0.05
"""Seconds that the end of an epoch may wait for company: each delivery wakes the screen, which
takes a core from the engine. What comes after it, progress at the latest, brings it along."""
NICENESS = 5
"""Below the screen, whose keys wait for a core otherwise; nothing is lost where one is free."""


class Worker:
    """Trains the presets that it is given, one after the other."""

    def __init__(self, out: BinaryIO) -> None:
        from tuidl.worker.control import Control

        self._out = out
        self._control = Control(self._record_and_send, self._answer, self._kept_in, log_error)
        self._recorder: RunRecorder | None = None
        self._folder: Path | None = None
        self._flushed = 0.0
        self._has_said_so = False
        self._failed_probes: set[str] = set()

    def _kept_in(self) -> Path | None:
        """The folder of the run, also after its end; None where it has none."""
        if self._recorder is not None and self._recorder.folder is not None:
            self._folder = self._recorder.folder.path
        return self._folder

    def submit(self, command: Command) -> None:
        """May be called from any thread."""
        self._control.submit(command)

    def run(self) -> None:
        """Carry out commands until one of them ends the process."""
        command = self._control.rest()
        while not isinstance(command, commands.Quit):
            if isinstance(command, commands.Load):
                self._load(command)
            command = self._control.rest()

    def _load(self, command: commands.Load) -> None:
        """Train a preset to its end; nothing that goes wrong with it ends the process."""
        self._folder = None
        self._control.begin(command.paused, command.pace)
        if command.number is not None:
            self._send(events.Loading(number=command.number))
        try:
            preset, run = self._going_on(command) if command.run else self._new(command)
            for event in self._watched(run, preset) if command.watch else run:
                self._send(event)
        except TuidlError as error:
            key = error.key if isinstance(error, PresetError) else ""
            self._send(events.Refused(error=str(error), key=key))
        except BaseException as error:  # whatever it is, the screen must hear of it
            log_error()
            self._send(events.RunFailed(error=in_words(error), where={}))
        finally:
            if self._recorder is not None:
                self._kept_in()
                self._recorder.close()
                self._recorder = None

    def _new(self, command: commands.Load) -> tuple["Preset", Iterator[Event]]:
        from tuidl.preset.schema import Preset
        from tuidl.runs.recorder import RunRecorder, recorded
        from tuidl.training.start import trainer_for

        folder = Path(command.folder)
        preset = Preset.parse(command.preset, command.source, folder=folder)
        backend = self._chosen(command.backend or "cpu")
        self._recorder = self._able(RunRecorder.of_new(preset, backend))
        options = (backend, command.threads, self._control, self._recorder)
        try:
            trainer = trainer_for(preset, *options)
        except BaseException:
            if self._recorder:
                self._recorder.close()
            raise
        for note in trainer.notices():
            self._send(events.Notice(text=note))
        return preset, recorded(trainer, self._recorder) if self._recorder else trainer.run()

    def _watched(self, run: Iterator[Event], preset: "Preset") -> Iterator[Event]:
        """The run at a pace that can be watched: on a fast machine a short one would be over before
        the screen had said how fast it is to go."""
        from tuidl.compiler.pacing import watchable_pace

        for event in run:
            if isinstance(event, events.RunStarted):
                examples, batch = event.examples["train"], event.batch_size
                steps = event.epochs * -(-examples // batch)
                self._control.submit(
                    commands.Pace(steps_per_second=watchable_pace(preset, batch, steps))
                )
            yield event

    def _chosen(self, backend: str) -> str:
        """The name of the backend to use; says so where it was tuidl that chose it."""
        from tuidl.backends import choose

        choice = choose(backend)
        if choice.note:
            self._send(events.Notice(text=choice.note))
        return choice.name

    def _able(self, recorder: "RunRecorder") -> "RunRecorder | None":
        """The recorder; None where it could not keep anything, which a notice says once."""
        try:
            recorder.claim()
        except SaveError as error:
            if not self._has_said_so:
                self._send(events.Notice(text=f"Runs are not kept: {error}"))
            self._has_said_so = True
            return None
        return recorder

    def _going_on(self, command: commands.Load) -> tuple["Preset", Iterator[Event]]:
        from tuidl.runs.recorder import RunRecorder, recorded
        from tuidl.runs.resuming import resumed
        from tuidl.storage.folder import RunFolder

        assert command.run is not None
        folder = RunFolder(Path(command.run))
        backend = self._chosen(command.backend or folder.about.backend)
        self._recorder = recorder = RunRecorder(folder)
        trainer, problems = resumed(
            folder, recorder, self._control, command.threads, backend, command.learning_rate
        )
        for problem in problems:
            self._send(events.Notice(text=f"passed over: {problem}"))
        return folder.preset, recorded(trainer, recorder)

    def _answer(self, state: "TrainState", probe: commands.Probe) -> Event:
        """The answer to a probe. One that fails ends nothing; the first of a kind is a notice."""
        try:
            from tuidl.worker.probes.answer import answer

            return answer(state, probe)
        except BaseException as error:  # of a plugin, SystemExit too: training goes on
            log_error()
            problem = in_words(error)
            if probe.kind not in self._failed_probes:
                self._failed_probes.add(probe.kind)
                text = f"{probe.kind} cannot be shown: {problem}; training goes on"
                self._send(events.Notice(text=text))
            epoch, step = state.place
            return events.ProbeAnswer(
                id=probe.id, kind=probe.kind, epoch=epoch, step=step, error=problem
            )

    def refuse(self, error: str) -> None:
        self._send(events.Refused(error=error))

    def _record_and_send(self, event: Event) -> None:
        """For what a command brings about: the run itself does not know of it."""
        if isinstance(event, events.Edited | events.Progress) and self._recorder is not None:
            self._recorder.handle(event)
        self._send(event)

    def _send(self, event: Event) -> None:
        now = time.monotonic()
        with suppress(OSError):  # the screen is gone: the run is still to be saved
            self._out.write(
                events.to_json(events.bounded(event, LONGEST_LINE - 1)).encode() + b"\n"
            )
            if not isinstance(event, events.EpochEnded) or now - self._flushed > LONGEST_HELD:
                self._flushed = now
                self._out.flush()


def warm_up() -> None:
    """Import and load what every run needs, while the user is still choosing.

    What goes wrong here goes wrong again with the first run, which can say so.
    """
    try:
        import numpy as np

        from tuidl.kernels import blas
        from tuidl.kernels.loop import compiled_loop, loop_is_compiled

        blas.load()
        if loop_is_compiled(kind := np.dtype(np.float32)):
            compiled_loop(kind)
    except BaseException:
        log_error()


def listen(worker: Worker) -> None:
    """Hand on what comes in on stdin; its end means that the screen is gone."""
    try:
        for line in bounded_lines(sys.stdin.buffer):
            command = _command(worker, line)
            if command is not None:
                worker.submit(command)
            if isinstance(command, commands.Quit):
                break
    finally:
        worker.submit(commands.Quit())  # the run is still to be saved
        time.sleep(SECONDS_TO_QUIT)  # then it is compiling, which nothing else can end
        os._exit(0)


def _command(worker: Worker, line: bytes | None) -> Command | None:
    """The command that a line holds; None where it holds none, which is answered."""
    try:
        if line is None:
            raise ValueError(f"a line of more than {LONGEST_LINE >> 20} MiB")
        return commands.from_json(line)
    except Exception as error:  # damaged, nested without end, or of another version
        worker.refuse(f"not a command: {str(error) or type(error).__name__}")
        return None


def bounded_lines(stream: BinaryIO, longest: int = LONGEST_LINE) -> Iterator[bytes | None]:
    """Lines with their ends; None in place of one that is longer than ``longest`` bytes."""
    is_rest = False
    while line := stream.readline(longest):
        is_whole = line.endswith(b"\n") or len(line) < longest
        if not is_rest:
            yield line if is_whole else None
        is_rest = not is_whole


def log_error() -> None:
    """The traceback of the error at hand, for the log; a full disk has no room for it."""
    with suppress(OSError, ValueError, MemoryError, RecursionError):
        traceback.print_exc()


def in_words(error: BaseException) -> str:
    """An unforeseen error, in one line."""
    if isinstance(error, MemoryError):
        return out_of_memory(error)
    try:
        text = " ".join(str(error).split())
    except Exception:  # an error that cannot even be shown
        text = ""
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def main() -> None:
    """Run a worker on this process's own streams."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the screen's affair
    with suppress(OSError):
        os.nice(NICENESS)
    prepare_environment(1)
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    prepare_streams()  # a log on a full disk ends nothing
    worker = Worker(out)
    threading.Thread(target=listen, args=(worker,), daemon=True).start()
    warm_up()
    worker.run()
    os._exit(0)
