"""Stages: runs of instructions in which no lane waits for another.

A lane is a shard of examples, a part of an output that is computed by tiles, or a slice of the
parameters that the update changes. Where the lanes mean something else, all wait; and instructions
by tiles read and write all over a batch, so they wait for what they read.
"""

from collections.abc import Sequence

from tuidl.ir.buffers import Buffer
from tuidl.ir.instructions import Instruction, Phase
from tuidl.kernels import KERNELS

Stages = list[tuple[int, int, int]]
"""(first instruction, the one behind the last, lanes) of each."""


def stages_of(
    instructions: Sequence[Instruction], shards: int, tiles: int, update_lanes: int
) -> Stages:
    """The stages of a routine. Examples are copied in the first one, shard by shard: where that
    does not do any other work by examples, it is empty."""
    stages: Stages = []
    if instructions and (instructions[0].tiled or instructions[0].shared):
        stages.append((0, 0, shards))
    for i, instruction in enumerate(instructions):
        lanes = tiles if instruction.tiled else update_lanes if instruction.shared else shards
        first, end, width = stages[-1] if stages else (0, 0, lanes)
        if not i or first == end or _must_wait(instructions[first:end], instruction, lanes):
            stages.append((i, i + 1, lanes))
        else:
            stages[-1] = (first, i + 1, width)
    return stages


def _must_wait(stage: Sequence[Instruction], instruction: Instruction, lanes: int) -> bool:
    """Whether an instruction starts a stage; loss and gradients are looked at before the update.

    One lane alone has none to wait for.
    """
    before = stage[-1]
    if instruction.shared != before.shared or instruction.tiled != before.tiled:
        return True
    if instruction.phase is Phase.UPDATE and before.phase is not Phase.UPDATE:
        return True
    if instruction.tiled:
        return any(collide(other, instruction) for other in stage)
    return instruction.barrier and lanes > 1


def collide(before: Instruction, after: Instruction) -> bool:
    """Whether the order of two instructions matters: one writes what the other touches."""
    (read, written), (also_read, also_written) = _touched(before), _touched(after)
    return bool(written & (also_read | also_written) or read & also_written)


def _touched(instruction: Instruction) -> tuple[set[Buffer], set[Buffer]]:
    """Buffers that it reads, and those that it writes."""
    operands = KERNELS[instruction.kernel].signature.operands
    pairs = [(v.buffer, o.written) for v, o in zip(instruction.operands, operands, strict=True)]
    return {b for b, written in pairs if not written}, {b for b, written in pairs if written}


def defer_gradients(instructions: Sequence[Instruction]) -> tuple[Instruction, ...]:
    """Late instructions as late as can be, so that all lanes wait once for all of them."""
    found: list[Instruction] = []
    waiting: list[Instruction] = []
    for instruction in instructions:
        if instruction.late:
            waiting.append(instruction)
            continue
        is_update = instruction.phase is Phase.UPDATE
        if waiting and (is_update or any(collide(late, instruction) for late in waiting)):
            found += waiting
            waiting = []
        found.append(instruction)
    return (*found, *waiting)
