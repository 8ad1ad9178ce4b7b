"""Where did the first value appear that is not finite?"""

import math
from dataclasses import dataclass

import numpy as np

from tuidl.compiler.routine import Routine, Rows
from tuidl.ir.buffers import Region
from tuidl.ir.instructions import Phase
from tuidl.kernels import KERNELS
from tuidl.model.model import Model


@dataclass(frozen=True)
class Diagnosis:
    """The layer (or ``loss``), what it was doing, and the largest value of a layer before that."""

    layer: str
    what: str
    largest: float = 0.0
    largest_layer: str = ""

    def __str__(self) -> str:
        text = f"{self.layer} ({self.what})"
        if self.largest_layer and self.largest_layer != self.layer:
            text += f", after values up to {self.largest:.2g} in {self.largest_layer}"
        return text


def first_non_finite(model: Model, routine: Routine, rows: Rows) -> Diagnosis:
    """Run the step that failed again, one instruction after the other.

    Its examples and the parameters from before it are still in the arena.
    """
    for name, values in model.parameters.items():
        if not np.isfinite(values).all():
            layer, _, parameter = name.rpartition(".")
            return Diagnosis(layer, f"{parameter} after the update before")
    _clear_lanes(model, routine)
    largest, largest_layer = 0.0, ""
    for number, instruction in enumerate(routine.emitted.instructions):
        if instruction.phase is Phase.UPDATE:
            break
        if instruction.phase is Phase.METRIC:
            continue
        model.engine.run_instruction(rows, number)
        height = _height(model, routine, rows, number)
        if not math.isfinite(height):
            what = f"{instruction.phase.name.lower()}, {instruction.kernel}"
            return Diagnosis(instruction.node, what, largest, largest_layer)
        if height > largest:
            largest, largest_layer = height, instruction.node
    return Diagnosis("loss", "sum over the batch", largest, largest_layer)


def _clear_lanes(model: Model, routine: Routine) -> None:
    """Forget all that the failed step computed, parts of buffers that a short batch leaves unused
    among it; the examples stay."""
    for buffer in routine.layout.places:
        if buffer.region is Region.WORKSPACE and buffer not in routine.emitted.pinned:
            for lane in range(routine.shards):
                start = routine.address(buffer.view, lane, routine.capacity)
                size = buffer.elements(routine.examples_of(lane, routine.capacity))
                model.engine.arena[start : start + size] = 0


def _height(model: Model, routine: Routine, rows: Rows, number: int) -> float:
    """The largest magnitude that an instruction wrote in any shard; NaN where there is one."""
    kernel = KERNELS[routine.emitted.instructions[number].kernel]
    heights = [0.0]
    for lane in range(rows.lanes_of(number)):
        operands, _ = kernel.signature.decode(rows.rows[number, lane])
        for operand, (offset, shape) in zip(kernel.signature.operands, operands, strict=True):
            values = model.engine.arena[offset : offset + math.prod(shape)]
            if operand.written and values.size:
                heights.append(float(np.abs(values).max()))
    return float(np.max(heights))
