"""Chunks of steps: as many as fit into some time, on as many threads as help."""

import time
from collections.abc import Callable, Sequence

from tuidl.backends.base import ArrayDataset, BatchPlan, Engine, StepChunk, Turns
from tuidl.training.thread_tuner import ThreadTuner

SECONDS = 0.04
"""How long the compiled loop runs between two looks at the interrupter."""


class ChunkRunner:
    """``steps``: how long the next chunk should be. Changes nothing in the results."""

    def __init__(self, engine: Engine, most_threads: int) -> None:
        self.steps = 1
        self._engine = engine
        self.tuner = ThreadTuner(most_threads)

    def run(self, plan: BatchPlan, feed: ArrayDataset, chunk: StepChunk) -> tuple[int, float]:
        """The steps done, and the seconds taken."""
        return self._timed(lambda: self._engine.run(plan, feed, chunk))

    def run_turns(
        self, plans: Sequence[BatchPlan], feed: ArrayDataset, chunk: StepChunk, turns: Turns
    ) -> tuple[int, float]:
        """The same of objectives that take turns."""
        return self._timed(lambda: self._engine.run_turns(plans, feed, chunk, turns))

    def _timed(self, work: Callable[[], int]) -> tuple[int, float]:
        started = time.perf_counter()
        done = self._run(work, started)
        seconds = time.perf_counter() - started
        if done:
            fitting = int(done * SECONDS / max(seconds, 1e-9))
            self.steps = max(1, min(fitting, 4 * self.steps))
        return done, seconds

    def _run(self, work: Callable[[], int], started: float) -> int:
        engine = self._engine
        if len(self.tuner.choices) == 1:
            return work()
        engine.threads = self.tuner.next(started)
        done = work()
        if done:
            self.tuner.record(engine.threads, (time.perf_counter() - started) / done)
        engine.threads = self.tuner.chosen
        return done
