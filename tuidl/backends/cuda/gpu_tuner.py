"""How fast each strategy runs one kind of step, which to take next, and for how many steps."""

import time

from tuidl.backends.cuda.strategies import Strategy
from tuidl.core.autotuner import Autotuner

SECONDS = 0.04
"""How long the GPU works between two looks at whether to stop."""


class GpuTuner:
    """Of the steps of one routine: training is no measure for evaluation."""

    def __init__(self, strategies: list[Strategy]) -> None:
        self._fastest = Autotuner(strategies, strategies[0])
        self._seconds: dict[Strategy, float] = {}

    def next(self) -> tuple[Strategy, int]:
        """The strategy to take, and the steps that fit into SECONDS: one until it was measured."""
        strategy = self._fastest.next(time.perf_counter())
        return strategy, max(1, int(SECONDS / max(self._seconds.get(strategy, SECONDS), 1e-9)))

    def record(self, strategy: Strategy, seconds: float) -> None:
        """Note the seconds that a step took."""
        self._fastest.record(strategy, seconds)
        self._seconds[strategy] = seconds

    def drop(self, strategy: Strategy) -> None:
        """Never take it again."""
        self._fastest.drop(strategy)
