"""Microseconds of a training step: gather, forward, loss, backward, update, without any Python."""

import statistics
import time
from dataclasses import dataclass

import numpy as np

from bench.systems import EXAMPLES, System
from tuidl.api import build
from tuidl.backends.base import Batches, Feed, Stretch
from tuidl.model import Model

SECONDS_OF_A_ROUND = 0.15


@dataclass(frozen=True)
class Measurement:
    """``rounds``: microseconds a step of each round."""

    system: str
    batch: int
    shards: int
    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.rounds)


def measure(system: System, threads: int, rounds: int) -> Measurement:
    """Train on random data for some rounds of about SECONDS_OF_A_ROUND each."""
    model = build(system.preset(), threads=threads)
    feed = _random_feed(model)
    batches = Batches.of(model.program.train, model.program.batch, len(feed))
    for _ in model.prepare():
        pass
    once = _epochs(model, batches, feed, 1)
    count = max(1, int(SECONDS_OF_A_ROUND / max(once, 1e-9)))
    count = max(1, int(SECONDS_OF_A_ROUND / (_epochs(model, batches, feed, count) / count)))
    steps = batches.steps(len(feed))
    times = [_epochs(model, batches, feed, count) / (count * steps) * 1e6 for _ in range(rounds)]
    return Measurement(system.name, batches.batch, model.program.shards, tuple(times))


def _epochs(model: Model, batches: Batches, feed: Feed, epochs: int) -> float:
    """Seconds of so many epochs, one call of the engine each."""
    steps = batches.steps(len(feed))
    slots = sum(size for _, size in model.program.statistics.values())
    rates, losses, totals = np.full(steps, 1e-4), np.zeros(steps), np.zeros(slots)
    started = time.perf_counter()
    for _ in range(epochs):
        done = model.engine.run(batches, feed, Stretch(0, rates, totals, losses))
        if done != steps:
            raise RuntimeError(f"stopped at step {done} of {steps}: the loss is not finite")
    return time.perf_counter() - started


def _random_feed(model: Model) -> Feed:
    spec, random = model.program.graph.spec, np.random.default_rng(0)
    x = random.normal(size=(EXAMPLES, *spec.shape))
    classes = len(spec.classes)
    y = random.integers(0, classes, EXAMPLES) if classes else random.normal(size=EXAMPLES)
    return model.feed(x, y[:, None])
