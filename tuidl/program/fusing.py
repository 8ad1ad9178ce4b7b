"""Instructions that others can do on the side: what they would read again is not even kept."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from tuidl.tape import Buffer, Instruction


def fuse(instructions: Sequence[Instruction]) -> tuple[Instruction, ...]:
    """The same in fewer instructions, to the last bit.

    Where max pooling alone reads what ReLU hands on, a window's gradient goes to a pixel above 0 or
    to none at all. Then nothing is left for ReLU's own gradient to do, and its output, the largest
    array of many a network, need not be kept for it.
    """
    pools = {i.operands[2].buffer: i for i in instructions if i.kernel == "max_pool2d"}
    winners: set[Buffer] = set()
    kept = [instructions[0]]
    for before, instruction in pairwise(instructions):
        if _is_left_to_do(before, instruction, pools):
            kept.append(instruction)
        else:
            winners.add(before.operands[0].buffer)
    return tuple(_of_positive_pixels(i) if _winner(i) in winners else i for i in kept)


def _is_left_to_do(
    before: Instruction, instruction: Instruction, pools: dict[Buffer, Instruction]
) -> bool:
    """Whether it is anything but ReLU's gradient behind that of the only pooling of its output."""
    if (before.kernel, instruction.kernel) != ("max_pool2d_gradient", "relu_gradient"):
        return True
    winner, _, dx = before.operands
    y, d = instruction.operands
    return dx.flat != d.flat or pools[winner.buffer].operands[0].flat != y.flat


def _winner(instruction: Instruction) -> Buffer | None:
    """Where a pooling keeps the places of its winners."""
    return instruction.operands[2].buffer if instruction.kernel == "max_pool2d" else None


def _of_positive_pixels(pool: Instruction) -> Instruction:
    return replace(pool, options={**pool.options, "positive": 1})
