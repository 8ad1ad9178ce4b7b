"""How long the gradient of each layer is: where it vanishes, nothing is learned."""

import math

import numpy as np

from tuidl.model import Model


def gradient_norms(model: Model) -> dict[str, float]:
    """The length of each layer's gradient in the last step, as the optimizer took it.

    The optimizer leaves the sum of all shards in the place of the first one.
    """
    squares: dict[str, float] = {}
    program, arena = model.program, model.engine.arena
    for slot in program.parameters:
        if slot.trainable:
            start = program.gradients + slot.offset
            values = arena[start : start + slot.size].astype(np.float64)
            layer = slot.name.rpartition(".")[0]
            squares[layer] = squares.get(layer, 0.0) + float(values @ values)
    return {layer: math.sqrt(total) for layer, total in squares.items()}
