"""How long the gradient of each layer is: where it vanishes, nothing is learned."""

import math

import numpy as np

from tuidl.compiler.arena import ParameterSlot
from tuidl.compiler.program import ObjectiveProgram
from tuidl.core.lazy import Array
from tuidl.model.model import Model

PIECE = 1 << 20
"""Numbers that are in memory as float64 at a time."""


def gradient_norms(model: Model, objective: int = 0) -> dict[str, float]:
    """The length of each layer's gradient in the last step, as the optimizer took it.

    ``objective``: whose step that was.
    """
    squares: dict[str, float] = {}
    trained = model.program.objectives[objective]
    for slot in model.program.parameters:
        if slot.trainable and trained.has(slot):
            layer = slot.name.rpartition(".")[0]
            square = square_of(gradient_of(model, trained, slot))
            squares[layer] = squares.get(layer, 0.0) + square
    return {layer: math.sqrt(total) for layer, total in squares.items()}


def gradient_of(model: Model, trained: ObjectiveProgram, slot: ParameterSlot) -> Array:
    """A view (numbers,) of one parameter's gradient in the last step of an objective: the optimizer
    leaves the sum of all shards in the place of the first one."""
    start = trained.gradients + slot.offset - trained.start
    return model.engine.arena[start : start + slot.size]


def square_of(vector: Array) -> float:
    """Of its length, in float64, a piece at a time."""
    total = 0.0
    for start in range(0, len(vector), PIECE):
        values = vector[start : start + PIECE].astype(np.float64)
        total += float(values @ values)
    return total
