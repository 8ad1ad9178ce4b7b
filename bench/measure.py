"""Our own training step: gather, forward, loss, backward, update, without any Python.

Training tries several numbers of threads and keeps the fastest
(``tuidl/training/thread_tuner.py``), so one thread is a way of its own here.
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from bench.peers.protocol import EXAMPLES, Way
from tuidl.backends.base import BatchPlan, StepChunk
from tuidl.model.model import Model
from tuidl.preset.schema import Preset
from tuidl.training.profiling import RATE, batch_of, random_feed


def prepared(preset: Preset, threads: int, backend: str = "cpu") -> Model:
    """A compiled model; the preset's data need not be there."""
    model = Model(preset, batch=batch_of(preset), backend=backend, threads=threads)
    model.require_prepared()
    return model


def ways(model: Model, threads: int) -> dict[str, Way]:
    """Training on all threads and, where a step has several shards, on one; on a GPU, in each of
    the ways that its engine knows."""
    feed = random_feed(model, EXAMPLES)
    batches = BatchPlan.of(model.program.train, model.program.batch, len(feed))
    steps = batches.steps(len(feed))
    slots = sum(size for _, size in model.program.statistics.values())
    stretch = StepChunk(0, np.full(steps, RATE), np.zeros(slots), np.zeros(steps))

    def by(choose: Callable[[], None]) -> Way:
        def run(epochs: int) -> None:
            choose()
            for _ in range(epochs):
                done = model.engine.run(batches, feed, stretch)
                if done != steps:
                    raise RuntimeError(f"stopped at step {done} of {steps}: loss is not finite")

        return Way(run, steps)

    engine = model.engine
    if model.backend == "cuda":
        return {s.name: by(partial(engine.use_strategy, s.name)) for s in engine.strategies}
    numbers = [threads, 1] if model.program.shards > 1 and threads > 1 else [threads]
    on = partial(setattr, engine, "threads")
    return {f"{n} thread{'s' if n > 1 else ''}": by(partial(on, n)) for n in numbers}
