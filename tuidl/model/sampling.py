"""What a network makes of random numbers, where it needs nothing else.

The numbers are counted, not stored: they follow from the seed, the input's name and their places,
so that the same sample is had in training, on the screen and from a run's folder.
"""

import zlib
from math import prod
from typing import Any

import numpy as np

from tuidl.backends.base import Array
from tuidl.compiler.graph import Graph
from tuidl.kernels.noise import noise_normal_oracle, noise_uniform_oracle
from tuidl.kernels.step_state import SEED, STEP_STATE_SIZE
from tuidl.model.model import Model

SAMPLE_SEED = 0
"""Of the sample that scores and pictures are of."""
DRAW: dict[str, Any] = {"normal": noise_normal_oracle, "uniform": noise_uniform_oracle}


def is_generator(graph: Graph) -> bool:
    """Whether what the model answers with follows from noise alone."""
    noise = {data.name for data in graph.inputs if data.noise}
    return bool(noise) and {data.name for data in graph.answering.inputs} <= noise


def latents(graph: Graph, count: int, seed: int = SAMPLE_SEED) -> Array:
    """(count, numbers) of all noise inputs that the model answers to, side by side, float64. The
    first rows of a larger sample are those of a smaller one."""
    kinds = {data.name: data.noise for data in graph.inputs}
    state = np.zeros(STEP_STATE_SIZE)
    state[SEED] = seed
    parts = []
    for data in graph.answering.inputs:
        width = prod(data.shape)
        drawn = np.empty(count * width)
        source = zlib.crc32(data.name.encode())
        DRAW[kinds[data.name]](drawn, source, 0, width, state)
        parts.append(drawn.reshape(count, width))
    return np.concatenate(parts, axis=1)


def generated(model: Model, count: int, seed: int = SAMPLE_SEED) -> Array:
    """(count, *output shape): what the model makes of ``latents``."""
    return from_latents(model, latents(model.program.graph, count, seed))


def from_latents(model: Model, rows: Array) -> Array:
    """(n, *output shape): what the model makes of these rows of noise."""
    return model.predict(rows.reshape(-1, *model.program.graph.answering.spec.shape))
