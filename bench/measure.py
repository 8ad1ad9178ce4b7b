"""Our own training step: gather, forward, loss, backward, update, without any Python.

Training tries several numbers of threads and keeps the fastest
(``tuidl/training/thread_tuner.py``), so one thread is a way of its own here.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from bench.peers import examples
from bench.peers.protocol import EXAMPLES, Way
from tuidl.backends.base import ArrayDataset, BatchPlan, StepChunk, Turns
from tuidl.model.model import Model
from tuidl.preset.schema import Preset
from tuidl.training.profiling import RATE, batch_of, random_feed
from tuidl.training.shuffling import permutation


def prepared(preset: Preset, threads: int, backend: str = "cpu") -> Model:
    """A compiled model; the preset's data need not be there."""
    model = Model(preset, batch=batch_of(preset), backend=backend, threads=threads)
    model.require_prepared()
    return model


def feed_of(model: Model, work: dict[str, Any]) -> ArrayDataset:
    """The examples that a description names, in random order; other random ones where there is no
    description."""
    if not work:
        return random_feed(model, EXAMPLES)
    count = work["examples"]
    feed = model.feed(examples.inputs(work), examples.targets(work).reshape(count, -1))
    return ArrayDataset(feed.x, feed.y, permutation(count, seed=0, epoch=0))


def ways(model: Model, threads: int, work: dict[str, Any] | None = None) -> dict[str, Way]:
    """Training on all threads and on one; on a GPU, in each of the ways that its engine knows."""
    feed = feed_of(model, work or {})
    program = model.program
    plans = [BatchPlan.of(one.train, program.batch, len(feed)) for one in program.objectives]
    steps = plans[0].steps(len(feed))
    slots = sum(size for _, size in program.statistics.values())
    chunk = StepChunk(0, np.full(steps, RATE), np.zeros(slots), np.zeros(steps))
    # Several objectives take turns, step by step, each with the next batch.
    turns = Turns(np.arange(steps) % len(plans), np.zeros(len(plans)))

    def epoch() -> int:
        if len(plans) == 1:
            return model.engine.run(plans[0], feed, chunk)
        return model.engine.run_turns(plans, feed, chunk, turns)

    def by(choose: Callable[[], None]) -> Way:
        def run(epochs: int) -> None:
            choose()
            for _ in range(epochs):
                if (done := epoch()) != steps:
                    raise RuntimeError(f"stopped at step {done} of {steps}: loss is not finite")

        return Way(run, steps)

    engine = model.engine
    if model.backend == "cuda":
        return {s.name: by(partial(engine.use_strategy, s.name)) for s in engine.strategies}
    numbers = dict.fromkeys((threads, 1))
    on = partial(setattr, engine, "threads")
    return {f"{n} thread{'s' if n > 1 else ''}": by(partial(on, n)) for n in numbers}
