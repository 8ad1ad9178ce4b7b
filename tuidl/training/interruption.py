"""Asking a run to stop, or to wait."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tuidl.training.state import TrainState


class Interrupter:
    """Holds why a run should stop; the trainer looks at it between chunks of steps."""

    looks_inside = False
    """Whether the run's steps are looked into, which takes memory of its own."""

    def __init__(self) -> None:
        self.reason: str | None = None
        self.on_stop: Callable[[], None] = lambda: None
        """Called at a stop, so that compiled code ends before its next step."""
        self.listening = False
        """Whether the trainer is at work and will see ``reason`` within a moment."""

    def stop(self, reason: str) -> None:
        """``reason`` ends up in the run's last event: interrupted, terminated."""
        self.reason = self.reason or reason
        self.on_stop()

    def attach(self, state: "TrainState") -> None:
        """Know the training that asks."""

    def detach(self) -> None:
        """Forget the training, so that the next one can have its memory."""
        self.on_stop = lambda: None

    def allowed(self, left: int) -> int:
        """How many of the ``left`` steps of the epoch may be done next; may wait before it says."""
        return left

    def glance(self) -> None:
        """Called amid an evaluation that was interrupted: what only looks at the parameters can be
        answered, and need not wait for its end."""

    def did(self, steps: int, loss: float) -> None:
        """So many more steps are done; ``loss``: of the last one."""


class StopsAfter(Interrupter):
    """Ends a run after so many steps of it, to the step."""

    def __init__(self, steps: int) -> None:
        super().__init__()
        self._left = steps

    def allowed(self, left: int) -> int:
        return min(left, max(self._left, 1))

    def did(self, steps: int, loss: float) -> None:
        self._left -= steps
        if self._left <= 0:
            self.stop("stopped")
