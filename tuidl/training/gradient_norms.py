"""How long the gradient of each layer is: where it vanishes, nothing is learned."""

import math

import numpy as np

from tuidl.backends.base import Array
from tuidl.model.model import Model

PIECE = 1 << 20
"""Numbers that are in memory as float64 at a time."""


def gradient_norms(model: Model, objective: int = 0) -> dict[str, float]:
    """The length of each layer's gradient in the last step, as the optimizer took it.

    ``objective``: whose step that was. The optimizer leaves the sum of all shards in the place of
    the first one.
    """
    squares: dict[str, float] = {}
    program, arena = model.program, model.engine.arena
    trained = program.objectives[objective]
    for slot in program.parameters:
        if slot.trainable and trained.has(slot):
            start = trained.gradients + slot.offset - trained.start
            layer = slot.name.rpartition(".")[0]
            square = _square(arena[start : start + slot.size])
            squares[layer] = squares.get(layer, 0.0) + square
    return {layer: math.sqrt(total) for layer, total in squares.items()}


def _square(vector: Array) -> float:
    """Of its length, in float64, a piece at a time."""
    total = 0.0
    for start in range(0, len(vector), PIECE):
        values = vector[start : start + PIECE].astype(np.float64)
        total += float(values @ values)
    return total
