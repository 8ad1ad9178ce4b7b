"""The processor time of the screen's own process."""

import time


class CpuShare:
    """Processor time of this process as a share of one core; 0 before it has been measured."""

    def __init__(self) -> None:
        self.share = 0.0
        self._since = (time.process_time(), time.monotonic())

    def measure(self) -> None:
        """Update ``share`` to the mean since the call before."""
        now = (time.process_time(), time.monotonic())
        self.share = (now[0] - self._since[0]) / max(now[1] - self._since[1], 1e-9)
        self._since = now
