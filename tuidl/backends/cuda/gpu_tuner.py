"""How fast each way runs one kind of step, which to take next, and for how many steps."""

import time

from tuidl.backends.cuda.strategies import Way
from tuidl.core.autotuner import Autotuner

SECONDS = 0.04
"""How long the GPU works between two looks at whether to stop."""


class GpuTuner:
    """Of the steps of one routine: training is no measure for evaluation."""

    def __init__(self, ways: list[Way]) -> None:
        self._fastest = Autotuner(ways, ways[0])
        self._seconds: dict[Way, float] = {}

    def next(self) -> tuple[Way, int]:
        """The way to take, and the steps that fit: one as long as nobody knows."""
        way = self._fastest.next(time.perf_counter())
        return way, max(1, int(SECONDS / max(self._seconds.get(way, SECONDS), 1e-9)))

    def told(self, way: Way, seconds: float) -> None:
        """What a step took."""
        self._fastest.told(way, seconds)
        self._seconds[way] = seconds

    def drop(self, way: Way) -> None:
        """Never take it again."""
        self._fastest.drop(way)
