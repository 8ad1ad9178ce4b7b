"""The time that passes while something goes on."""

from dataclasses import dataclass


@dataclass
class Stopwatch:
    """``seconds``: up to when it was stopped last."""

    seconds: float = 0.0
    _since: float | None = None

    def run(self, is_running: bool, now: float) -> None:
        """It runs, or does not, from ``now`` on."""
        if is_running and self._since is None:
            self._since = now
        elif not is_running and self._since is not None:
            self.seconds += now - self._since
            self._since = None
