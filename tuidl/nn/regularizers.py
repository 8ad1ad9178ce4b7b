"""L1 and L2 on weights: they cost something, so that only what pays for itself stays large."""

from dataclasses import dataclass

from tuidl.ir.buffers import Symbol, View
from tuidl.ir.instructions import PART, Instruction, InstructionBuilder, Options, Phase


@dataclass(frozen=True)
class Regularizer:
    """The loss grows by ``l1`` times the sum of abs(w) and ``l2`` times the sum of w**2."""

    l1: float
    l2: float


def emit_penalty(
    builder: InstructionBuilder, node: str, strength: Regularizer, w: View, loss: View
) -> None:
    """Add the penalty on ``w`` to the ``loss`` of the shard's examples."""
    options: Options = {"l1": strength.l1, "l2": strength.l2, "examples": Symbol.EXAMPLES}
    builder.write(Instruction("penalty", (w.flat, loss), options, node))


def emit_penalty_gradient(
    builder: InstructionBuilder,
    node: str,
    strength: Regularizer,
    w: View,
    dw: View,
    *,
    tiled: bool = False,
) -> None:
    """Add the penalty's gradient to ``dw``: the shard's share of it, or by tiles all of it."""
    options: Options = {"l1": strength.l1, "l2": strength.l2}
    operands, back = (w.flat, dw.flat), Phase.BACKWARD
    if tiled:
        kernel, own = "penalty_gradient_tile", PART
    else:
        kernel, own = "penalty_gradient", {"examples": Symbol.EXAMPLES, "batch": Symbol.BATCH}
    builder.write(Instruction(kernel, operands, {**options, **own}, node, back, tiled=tiled))


def emit_output_penalty(
    builder: InstructionBuilder, node: str, strength: Regularizer, y: View, loss: View
) -> None:
    """Add the penalty on a layer's output ``y``, that of each example, to the ``loss`` of the
    shard's examples."""
    options: Options = {"l1": strength.l1, "l2": strength.l2, "examples": 1}
    builder.write(Instruction("penalty", (y.flat, loss), options, node))


def emit_output_penalty_gradient(
    builder: InstructionBuilder, node: str, strength: Regularizer, y: View, dy: View
) -> None:
    """Add its gradient to that of the output, as the mean over the batch has it."""
    options: Options = {
        "l1": strength.l1, "l2": strength.l2, "examples": 1, "batch": Symbol.BATCH,
    }  # fmt: skip
    operands, back = (y.flat, dy.flat), Phase.BACKWARD
    builder.write(Instruction("penalty_gradient", operands, options, node, back))
