"""Limits how often panels are drawn: most of the processor is for the engine."""

from dataclasses import dataclass

from tuidl.core.limits import default_threads

FEW_CORES = 2
SHARE_OF_A_CORE = 0.06
SHARE_WITH_CORES_TO_SPARE = 0.5
LONGEST_WAIT = 0.4
"""Seconds: events count too, and thousands of short epochs a second would leave no share at all."""


@dataclass
class FrameThrottle:
    """Delays the next panel until drawing takes a small share of the time."""

    share: float = SHARE_OF_A_CORE if default_threads() <= FEW_CORES else SHARE_WITH_CORES_TO_SPARE
    _drawn: float = 0.0
    _used: float = 0.0

    def allows(self, now: float, used: float) -> bool:
        """``now`` and ``used``: seconds on the clock, and of the processor by this process."""
        waited = now - self._drawn
        if waited < LONGEST_WAIT and (used - self._used) > self.share * waited:
            return False
        self._drawn, self._used = now, used
        return True
