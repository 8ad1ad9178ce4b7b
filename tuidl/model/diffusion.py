"""From noise to examples: the steps of diffusion back, each with the network's word on the noise.

Ho et al. (2020), with the smaller of their two variances. Noise is counted, not stored: that of
step t of a sample follows from the seed and t.
"""

from collections.abc import Iterator
from math import prod

import numpy as np

from tuidl.compiler.reverse import Reverse
from tuidl.core.lazy import Array
from tuidl.model.model import Model
from tuidl.model.noise import drawn


def steps_back(model: Model, way: Reverse, count: int, seed: int) -> Iterator[tuple[int, Array]]:
    """Of each step, the last first: its number t, and ``count`` examples as they are then (count,
    numbers), float64; after step t = 1 comes t = 0 with what is generated."""
    shares = way.shares()
    x = drawn(way.x, count, seed)
    yield way.steps, x
    for t in range(way.steps, 0, -1):
        before, now = shares[t - 1], shares[t]
        kept = now / before
        noise = noise_in(model, way, x, t)
        x = (x - (1 - kept) / np.sqrt(1 - now) * noise) / np.sqrt(kept)
        if t > 1:
            deviation = np.sqrt((1 - kept) * (1 - before) / (1 - now))
            x = x + deviation * drawn(way.x, count, seed, step=t)
        yield t - 1, x


def noise_in(model: Model, way: Reverse, x: Array, t: int) -> Array:
    """(n, numbers) the noise that the network sees in examples (n, numbers) of step t, float64."""
    graph = model.program.graph.answering
    given = np.empty((len(x), 1 + prod(way.x.shape)))
    for data in graph.inputs:
        columns = slice(data.start, data.start + prod(data.shape))
        given[:, columns] = t / way.steps if data.name == way.step.name else x
    said = model.predict(given.astype(model.engine.dtype).reshape(-1, *graph.spec.shape))
    return said.reshape(len(x), -1).astype(np.float64)
