"""Sequences that go from one recurrent layer to the next, and their gradients back, as both have
them: with time in front. What lies between, with examples in front, nobody reads."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from tuidl.compiler.copies import is_whole
from tuidl.compiler.uses import uses_of, writes
from tuidl.ir.buffers import Buffer, Region, View
from tuidl.ir.instructions import Instruction

SWAPS = {"swap_time", "swap_time_tile"}


def without_swaps(
    instructions: Sequence[Instruction], pinned: Collection[Buffer]
) -> tuple[Instruction, ...]:
    """The same instructions in the same order, without two that swap examples and time one after
    the other: what reads the result reads the original. ``pinned``: buffers of the host."""
    left, number = list(instructions), 0
    while number < len(left):
        if (second := _swapped_back(left, number, pinned)) is None:
            number += 1
            continue
        (original, _), (_, result) = left[number].operands, left[second].operands
        del left[second], left[number]
        left = [_reading(step, result.buffer, original) for step in left]
    return tuple(left)


def _swapped_back(
    instructions: Sequence[Instruction], number: int, pinned: Collection[Buffer]
) -> int | None:
    """The number of the instruction that alone reads what this one writes, and undoes it, if its
    result is only read, and the original is not written any more."""
    step = instructions[number]
    if step.kernel not in SWAPS:
        return None
    original, between = step.operands
    first, *others = uses_of(instructions, between.buffer)
    if first != number or len(others) != 1 or instructions[others[0]].kernel != step.kernel:
        return None
    again, result = instructions[others[0]].operands
    if not (is_whole(between) and is_whole(result)) or again.rows != between.rows:
        return None
    buffers = (original.buffer, between.buffer, result.buffer)
    if original.buffer.region is not Region.WORKSPACE or any(b in pinned for b in buffers):
        return None
    is_read_alone = (
        original.shape == result.shape
        and _writers(instructions, result.buffer) == [others[0]]
        and all(writer < number for writer in _writers(instructions, original.buffer))
        and _alike(instructions, step, original.buffer, result.buffer)
    )
    return others[0] if is_read_alone else None


def _writers(instructions: Sequence[Instruction], buffer: Buffer) -> list[int]:
    """The numbers of the instructions that write the buffer."""
    return [n for n in uses_of(instructions, buffer) if writes(instructions[n], buffer)]


def _alike(instructions: Sequence[Instruction], step: Instruction, *buffers: Buffer) -> bool:
    """Whether all that has to do with the buffers sees the examples of a shard, or those of a
    batch, as the step does."""
    uses = {n for buffer in buffers for n in uses_of(instructions, buffer)}
    return all(instructions[n].tiled == step.tiled for n in uses)


def _reading(step: Instruction, old: Buffer, original: View) -> Instruction:
    """The step with ``original`` in the place of all that a buffer holds."""
    if all(view.buffer is not old for view in step.operands):
        return step
    operands = tuple(
        replace(
            view,
            buffer=original.buffer,
            offset=view.offset + original.offset,
            per_example=view.per_example + original.per_example,
        )
        if view.buffer is old
        else view
        for view in step.operands
    )
    return replace(step, operands=operands)
