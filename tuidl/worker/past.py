"""Commands that look at a run's past, and the landscape that is computed beside it."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tuidl.core.errors import RunError, TuidlError
from tuidl.protocol import commands
from tuidl.protocol.commands import Command
from tuidl.protocol.event import Event
from tuidl.protocol.events import Refused
from tuidl.worker.command_queue import CommandQueue

if TYPE_CHECKING:
    from tuidl.training.state import TrainState
    from tuidl.worker.landscaping import Surveying
    from tuidl.worker.travel import TimeTravel

NEITHER_ENDS = (commands.Probe, commands.Pause, commands.Pace, commands.Survey)
"""Commands that wait while a step of the past is being reached."""


class Past:
    """``send`` gets the events; ``folder``: where the run is kept by now; ``log_error`` keeps the
    traceback of an unforeseen error."""

    def __init__(
        self,
        send: Callable[[Event], None],
        folder: Callable[[], Path | None],
        queue: CommandQueue,
        log_error: Callable[[], None],
    ) -> None:
        self._send, self._folder, self._queue = send, folder, queue
        self._log_error = log_error
        self.begin()

    def begin(self) -> None:
        """Forget the run before."""
        self._travel: TimeTravel | None = None
        self._surveying: Surveying | None = None

    @property
    def is_busy(self) -> bool:
        """Whether there is something to ``work`` on."""
        return self._surveying is not None

    @property
    def waits(self) -> bool:
        """Whether the training has to wait for that work."""
        return self._surveying is not None and self._surveying.waits

    def seen(self, state: "TrainState") -> "TrainState":
        """What probes look into, where ``state`` is that of the training."""
        return self._travel.state if self._travel is not None else state

    @property
    def is_away(self) -> bool:
        """Whether a step of the past is seen."""
        return self._travel is not None and self._travel.is_away

    def obey(self, command: Command, state: "TrainState | None") -> None:
        """Carry a command out; what cannot be is refused."""
        key = type(command).__name__.lower()
        try:
            if state is None:
                raise RunError("there is no run yet")
            self._obey(command, state)
        except TuidlError as error:
            self._send(Refused(error=str(error), key=key))
            self.leave(state)
        except Exception as error:  # the run goes on
            self._log_error()
            problem = f"{type(error).__name__}: {error}"
            self._send(Refused(error=f"the past cannot be seen: {problem}", key=key))
            self.leave(state)

    def _obey(self, command: Command, state: "TrainState") -> None:
        match command:
            case commands.GoTo(updates=None):
                self._send(self._of(state).back())
            case commands.GoTo(updates=int(updates)):
                self._send(self._of(state).go_to(updates, self._is_wanted))
            case commands.Compare(first=first, second=second):
                self._send(self._of(state).compare(first, second))
            case commands.Fork(updates=updates):
                self._send(self._of(state).fork(updates))
            case commands.Survey(plane=None):
                self._surveying = None
            case commands.Survey():
                from tuidl.worker.landscaping import Surveying

                self._surveying = Surveying(self._of(state), command)

    def leave(self, state: "TrainState | None") -> None:
        """Back to the present, before the training goes on."""
        if state is not None and self._travel is not None and self._travel.is_away:
            self._send(self._travel.back())

    def work(self) -> None:
        """Go on a little with the landscape, if one is being computed."""
        if self._surveying is None:
            return
        event, is_more = self._surveying.work()
        if not is_more:
            self._surveying = None
        if event is not None:
            self._send(event)

    def _of(self, state: "TrainState") -> "TimeTravel":
        from tuidl.worker.travel import TimeTravel

        if self._travel is None:
            self._travel = TimeTravel(state, self._folder())
        return self._travel

    def _is_wanted(self) -> bool:
        return not self._queue.has(lambda command: not isinstance(command, NEITHER_ENDS))
