"""Where did the first value appear that is not finite?"""

from dataclasses import dataclass

import numpy as np

from tuidl.backends.base import Array
from tuidl.kernels import KERNELS
from tuidl.model import Model
from tuidl.program import Rows


@dataclass(frozen=True)
class Diagnosis:
    """The layer (or ``loss``), and what it was doing, in words."""

    layer: str
    what: str


def first_non_finite(model: Model, rows: Rows) -> Diagnosis:
    """Run the step that failed again, one instruction after the other.

    Its examples and the parameters from before it are still in the arena.
    """
    for name, values in model.parameters.items():
        if not np.isfinite(values).all():
            layer, _, parameter = name.rpartition(".")
            return Diagnosis(layer, f"{parameter} after the update before")
    engine = model.engine
    for number, instruction in enumerate(model.program.train.emitted.instructions):
        if instruction.shared:
            break
        engine.run_instruction(rows, number)
        signature = KERNELS[instruction.kernel].signature
        for lane in range(model.program.shards):
            operands, _ = signature.decode(rows.rows[number, lane])
            for operand, (offset, shape) in zip(signature.operands, operands, strict=True):
                size = int(np.prod(shape))
                values: Array = engine.arena[offset : offset + size]
                if operand.written and not np.isfinite(values).all():
                    phase = "backward" if instruction.backward else "forward"
                    return Diagnosis(instruction.node, f"{phase}, {instruction.kernel}")
    return Diagnosis("loss", "sum over the batch")
