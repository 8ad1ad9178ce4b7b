"""Asking a run to stop, from wherever."""


class Interrupter:
    """Holds why a run should stop; the trainer looks at it between stretches of steps."""

    def __init__(self) -> None:
        self.reason: str | None = None
        self.listening = False
        """Whether the trainer is at work and will see ``reason`` within a moment."""

    def stop(self, reason: str) -> None:
        """``reason`` ends up in the run's last event: interrupted, terminated."""
        self.reason = self.reason or reason
