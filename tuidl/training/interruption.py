"""Asking a run to stop, from wherever."""

from collections.abc import Callable


class Interrupter:
    """Holds why a run should stop; the trainer looks at it between stretches of steps."""

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
