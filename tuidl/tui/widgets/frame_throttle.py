"""Limits how often panels are drawn: most of the processor is for the engine."""

from dataclasses import dataclass

from tuidl.core.limits import default_threads

FEW_CORES = 2
SHARE_OF_A_CORE = 0.06
SHARE_WITH_CORES_TO_SPARE = 0.5
SHARE_WHILE_IT_WAITS = 0.5
"""Of a core, where the engine leaves one: a run that is slowed down or paused."""
LONGEST_WAIT = 0.4
"""Seconds: events count too, and thousands of short epochs a second would leave no share at all."""


@dataclass
class FrameThrottle:
    """Delays the next drawing until drawing takes a small share of the time. ``is_generous``: the
    engine does not need the processor."""

    share: float = SHARE_OF_A_CORE if default_threads() <= FEW_CORES else SHARE_WITH_CORES_TO_SPARE
    longest: float = LONGEST_WAIT
    is_generous: bool = False
    _drawn: float = 0.0
    _used: float = 0.0

    def allows(self, now: float, used: float) -> bool:
        """``now`` and ``used``: seconds on the clock, and of the processor by this process."""
        waited = now - self._drawn
        share = max(self.share, SHARE_WHILE_IT_WAITS) if self.is_generous else self.share
        if waited < self.longest and (used - self._used) > share * waited:
            return False
        self._drawn, self._used = now, used
        return True
