"""What a network makes of random numbers, where it needs nothing else.

The numbers are counted, not stored (``noise.py``), so that the same sample is had in training, on
the screen and from a run's folder.
"""

import numpy as np

from tuidl.compiler.graph import Graph
from tuidl.compiler.reverse import reverse_of
from tuidl.core.lazy import Array
from tuidl.model.diffusion import steps_back
from tuidl.model.model import Model
from tuidl.model.noise import drawn

SAMPLE_SEED = 0
"""Of the sample that scores and pictures are of."""


def is_generator(graph: Graph) -> bool:
    """Whether what the model answers with follows from noise alone."""
    noise = {data.name for data in graph.inputs if data.noise}
    return bool(noise) and {data.name for data in graph.answering.inputs} <= noise


def latents(graph: Graph, count: int, seed: int = SAMPLE_SEED) -> Array:
    """(count, numbers) of all noise inputs that the model answers to, side by side, float64. The
    first rows of a larger sample are those of a smaller one."""
    known = {data.name: data for data in graph.inputs}
    parts = [drawn(known[data.name], count, seed) for data in graph.answering.inputs]
    return np.concatenate(parts, axis=1)


def generated(model: Model, count: int, seed: int = SAMPLE_SEED) -> Array:
    """(count, *output shape): what the model makes of ``latents``, by diffusion in many
    steps."""
    graph = model.program.graph
    if (way := reverse_of(graph)) is not None:
        *_, (_, made) = steps_back(model, way, count, seed)
        return made.astype(model.engine.dtype).reshape(-1, *way.x.shape)
    return from_latents(model, latents(graph, count, seed))


def from_latents(model: Model, rows: Array) -> Array:
    """(n, *output shape): what the model makes of these rows of noise."""
    return model.predict(rows.reshape(-1, *model.program.graph.answering.spec.shape))
