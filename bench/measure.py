"""Microseconds of a training step: gather, forward, loss, backward, update, without any Python.

    python -m bench.measure SYSTEM THREADS

speaks the protocol of the peers. Training tries several numbers of threads and keeps the fastest
(``tuidl/training/crew.py``), so one thread is a way of its own here.
"""

import numpy as np

from bench.peers.protocol import EXAMPLES, Way, serve, started_as
from bench.systems import SYSTEMS
from tuidl import __version__
from tuidl.backends.base import Batches, Stretch
from tuidl.model import Model
from tuidl.preset import Preset
from tuidl.profiling import RATE, batch_of, random_feed


def prepared(preset: Preset, threads: int) -> Model:
    """A compiled model; the preset's data need not be there."""
    model = Model(preset, batch=batch_of(preset), threads=threads)
    model.require_prepared()
    return model


def ways(model: Model, threads: int) -> dict[str, Way]:
    """Training on all threads and, where a step has several shards, on one."""
    feed = random_feed(model, EXAMPLES)
    batches = Batches.of(model.program.train, model.program.batch, len(feed))
    steps = batches.steps(len(feed))
    slots = sum(size for _, size in model.program.statistics.values())
    stretch = Stretch(0, np.full(steps, RATE), np.zeros(slots), np.zeros(steps))

    def on(number: int) -> Way:
        def run(epochs: int) -> None:
            model.engine.threads = number
            for _ in range(epochs):
                done = model.engine.run(batches, feed, stretch)
                if done != steps:
                    raise RuntimeError(f"stopped at step {done} of {steps}: loss is not finite")

        return Way(run, steps)

    numbers = [threads, 1] if model.program.shards > 1 and threads > 1 else [threads]
    return {f"{n} thread{'s' if n > 1 else ''}": on(n) for n in numbers}


def main() -> None:
    system, threads, _ = started_as()
    model = prepared(SYSTEMS[system].preset(), threads)
    serve(f"tuidl {__version__}", model.program.graph.parameter_count, ways(model, threads))


if __name__ == "__main__":
    main()
