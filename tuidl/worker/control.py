"""Steering a run while it goes on: pausing, stepping, changing values, looking inside."""

import math
import queue
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tuidl.core.errors import TuidlError, suggestion
from tuidl.protocol import commands, events
from tuidl.protocol.commands import LARGEST_WEIGHT, PRESET, Command
from tuidl.protocol.events import Event
from tuidl.training.changing import changed
from tuidl.training.interruption import Interrupter
from tuidl.worker.command_queue import CommandQueue
from tuidl.worker.past import Past

if TYPE_CHECKING:
    from tuidl.training.state import TrainState

LONGEST_WAIT = 0.04
"""Seconds between two looks at the commands while the run is slowed down."""


class Control(Interrupter):
    """Carries out commands between two chunks of steps, on the trainer's own thread.

    ``send`` gets every event that follows from a command; ``answer`` looks into the training for a
    probe. A command that ends the run (another preset, the end of the process) is left in
    ``pending``.
    """

    looks_inside = True

    def __init__(
        self,
        send: Callable[[Event], None],
        answer: "Callable[[TrainState, commands.Probe], Event]",
        folder: Callable[[], Path | None] = lambda: None,
        log_error: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__()
        self._send, self._answer = send, answer
        self._waiting = CommandQueue()
        self._past = Past(send, folder, self._waiting, log_error)
        self._goal: int | None = None
        self._is_waiting = False
        self._is_over = True
        self._loss: float | None = None
        self._pace: float | None = None
        self._last_step = 0.0
        self.state: TrainState | None = None
        self.pending: Command | None = None

    def begin(self, paused: bool, pace: float | None = None) -> None:
        """Make ready for another run; ``pace``: in steps a second."""
        self.detach()
        self.reason, self.pending, self._loss, self._pace = None, None, None, pace
        self._goal = 0 if paused else None
        self._is_waiting = self._is_over = False
        self._past.begin()

    def attach(self, state: "TrainState") -> None:
        self.state = state

    def detach(self) -> None:
        super().detach()
        self.state = None

    def submit(self, command: Command) -> None:
        """Have a command carried out soon; may be called from any thread."""
        self._waiting.put(command)
        self.on_stop()

    def allowed(self, left: int) -> int:
        while self.pending is None and not self._waiting.empty():
            self._obey(self._waiting.get())
        while (self._goal == 0 or self._past.waits) and not self.reason:
            if self._goal == 0:
                self._say_paused()
            self._obey_next()
        self._past.leave(self.state)
        self._past.work()
        if self._is_waiting:
            self._is_waiting = False
            self._send(events.Resumed())
        left = min(left, self._paced()) if self._pace else left
        return left if self._goal is None else min(left, self._goal)

    def glance(self) -> None:
        while self.state is not None and (probe := self._waiting.probe()) is not None:
            self._obey(probe)

    def _paced(self) -> int:
        """The steps that are due now at the pace that was asked for; waits until one is."""
        while self._pace and not self.reason:
            now = time.monotonic()
            due = int((now - self._last_step) * self._pace)
            if due >= 1 or self._goal == 0:
                self._last_step = now
                return max(min(due, 1 + int(LONGEST_WAIT * self._pace)), 1)
            wait = min(1.0 / self._pace, LONGEST_WAIT)
            with suppress(queue.Empty):
                self._obey(self._waiting.get(timeout=wait))
        return 1

    def did(self, steps: int, loss: float) -> None:
        self._loss = loss
        if self._goal is not None:
            self._goal = max(self._goal - steps, 0)

    def rest(self) -> Command:
        """After the run: answer probes until there is a command for a new one, and return that.

        What comes behind that command is meant for the new one.
        """
        self._is_over = True
        while self.pending is None:
            self._obey_next()
        return self.pending

    def _obey_next(self) -> None:
        """Wait for a command; meanwhile, do what else there is to do."""
        while self._waiting.empty():
            if self._goal != 0 and not self._is_over and not self._past.waits:
                return
            if not self._past.is_busy:
                break
            self._past.work()
        self._obey(self._waiting.get())

    def _obey(self, command: Command) -> None:
        """Carry a command out. One for another run ends this one, and is kept as ``pending``."""
        match command:
            case commands.Pause():
                self._goal = 0
            case commands.Resume():
                self._goal = None
            case commands.Step(count=count):
                self._goal = (self._goal or 0) + count
            case commands.Turn(objective=objective, count=count):
                self._turn(objective, count)
            case commands.Epoch():
                self._goal = self._steps_left()
            case commands.Pace(steps_per_second=pace):
                self._pace = pace
            case commands.Set(key=key, value=value):
                self._set(key, value)
            case commands.Scale(key=key, factor=factor):
                rate = self.state.editable.get(key) if self.state else None
                self._set(key, factor * rate.base if rate else factor)
            case commands.Change(preset=preset):
                self._change(preset)
            case commands.Probe() as probe:
                if self.state is not None:
                    self._send(self._answer(self._past.seen(self.state), probe))
            case commands.Look() as look:
                self._look(look)
            case commands.GoTo() | commands.Compare() | commands.Fork() | commands.Survey():
                self._goal = 0 if isinstance(command, commands.GoTo) else self._goal
                self._past.obey(command, self.state)
            case commands.Stop():
                self.reason = self.reason or "stopped"
            case _:
                self.pending = command
                self.reason = self.reason or "replaced"

    def _look(self, look: commands.Look) -> None:
        """Answer all that is asked for before anything changes. What is said of the last step goes
        into the log, so that whatever a screen shows can be found there."""
        from tuidl.training import event_builders  # which loads the compiler

        if (state := self.state) is None:
            return
        is_past, state = self._past.is_away, self._past.seen(state)
        if not (self._is_over or is_past) and state.progress.is_unreported:
            self._send(event_builders.progress(state))
            state.progress.reported = state.place
        began = time.perf_counter()
        for kind, options in look.probes:
            self._send(self._answer(state, commands.Probe(id=look.id, kind=kind, options=options)))
        frame = event_builders.frame(state, look.id, is_over=self._is_over and not is_past)
        cost = time.perf_counter() - began
        self._send(msgspec.structs.replace(frame, pace=self._pace, cost=cost, is_past=is_past))

    def _steps_left(self) -> int:
        return self.state.steps - self.state.place[1] if self.state else 0

    def _set(self, key: str, value: float) -> None:
        """Change a learning rate or a weight of the present, or refuse."""
        if self.state is None or self._is_over:
            self._send(events.Refused(key=key, error="there is no run whose value could change"))
        elif self.state.has_weight(key):
            self._set_weight(key, value)
        elif key not in (known := self.state.editable):
            error = f"cannot be changed while training goes on{suggestion(key, known)}"
            self._send(events.Refused(key=key, error=error))
        elif not (math.isfinite(value) and value > 0):
            self._send(events.Refused(key=key, error=f"expected a number > 0, got {value}"))
        else:
            self._past.leave(self.state)
            self._send(self.state.edit(key, value))

    def _set_weight(self, key: str, value: float) -> None:
        """One weight; the step that comes next, and what is looked at from now on, have it."""
        assert self.state is not None
        if not abs(value) < LARGEST_WEIGHT:
            error = f"expected a number between ±{LARGEST_WEIGHT:g}, got {value}"
            self._send(events.Refused(key=key, error=error))
            return
        self._past.leave(self.state)
        self._past.begin()  # it may have been this very step that is kept as the present
        self._send(self.state.edit(key, value))

    def _turn(self, objective: str, count: int) -> None:
        """Steps of one objective out of turn, and a pause."""
        key = commands.steps_key(objective)
        if self.state is None or self._is_over:
            self._send(events.Refused(key=key, error="there is no run that could do a step"))
        elif key not in (known := self.state.turns):
            error = f"no objective of several that takes turns{suggestion(key, known)}"
            self._send(events.Refused(key=key, error=error))
        else:
            self._past.leave(self.state)
            self._send(self.state.insert_steps(key, count))
            self._goal = (self._goal or 0) + count

    def _change(self, preset: str) -> None:
        """Go on with another preset, or refuse."""
        if self.state is None or self._is_over:
            self._send(events.Refused(key=PRESET, error="there is no run that could change"))
            return
        self._past.leave(self.state)
        self._past.begin()  # what it knows is of the network before
        try:
            for event in changed(self.state, preset):
                self._send(event)
        except TuidlError as error:
            self._send(events.Refused(key=PRESET, error=str(error)))

    def _say_paused(self) -> None:
        if self._is_waiting:
            return
        self._is_waiting = True
        assert self.state is not None
        (epoch, step), steps = self.state.place, self.state.steps
        self._send(events.Paused(epoch=epoch, step=step, steps=steps, loss=self._loss))
