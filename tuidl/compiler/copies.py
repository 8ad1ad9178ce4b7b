"""Copies that nobody needs: where what was copied is not looked at again, the copy may lie there.

An activation that is a layer of its own copies its input and works on the copy in place; behind a
batch normalisation, say, nobody reads that input again. The same bits, without a pass over memory.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from tuidl.compiler.uses import uses_of
from tuidl.ir.buffers import Buffer, Region, View, joined
from tuidl.ir.instructions import Instruction


def without_copies(
    instructions: Sequence[Instruction], pinned: Collection[Buffer]
) -> tuple[Instruction, ...]:
    """The same instructions in the same order, without copies between buffers of which one ends
    where the other begins. ``pinned``: buffers that the host reads or writes."""
    left, number = list(instructions), 0
    while number < len(left):
        if _is_spare(left, number, pinned):
            source, target = left.pop(number).operands
            left = [_renamed(step, target.buffer, source.buffer) for step in left]
        else:
            number += 1
    return tuple(left)


def _is_spare(instructions: Sequence[Instruction], number: int, pinned: Collection[Buffer]) -> bool:
    """Whether this is a copy that may lie where its original does."""
    step = instructions[number]
    if step.kernel != "copy" or step.tiled or step.shared or step.barrier:
        return False
    source, target = step.operands
    return _begins_where_ends(instructions, number, source, target, pinned)


def _begins_where_ends(
    instructions: Sequence[Instruction],
    number: int,
    source: View,
    target: View,
    pinned: Collection[Buffer],
) -> bool:
    """Whether the instruction is the last that has to do with the one's buffer, and the first with
    the other's."""
    if any(not is_whole(view) or view.buffer in pinned for view in (source, target)):
        return False
    begins, ends = uses_of(instructions, target.buffer)[0], uses_of(instructions, source.buffer)[-1]
    return source.buffer is not target.buffer and begins == number == ends


IN_PLACE = {"batch_normalization_input_gradient": (1, 9)}
"""Of kernels that write a number where they have read one: which operand is read, which written."""


def in_place(
    instructions: Sequence[Instruction], pinned: Collection[Buffer]
) -> tuple[Instruction, ...]:
    """The same instructions, of which those of IN_PLACE write to what they read, where nobody reads
    that again: it is in the cache already, and memory for the other is not needed."""
    steps = list(instructions)
    for number, step in enumerate(instructions):
        if step.kernel not in IN_PLACE:
            continue
        source, target = (steps[number].operands[n] for n in IN_PLACE[step.kernel])
        if _begins_where_ends(steps, number, source, target, pinned):
            steps = [_renamed(other, target.buffer, source.buffer) for other in steps]
    return tuple(steps)


def is_whole(view: View) -> bool:
    """Whether it is all of a buffer that a shard has for itself during a step."""
    begins_there = view.offset == 0 and view.per_example == 0
    is_own = view.buffer.region is Region.WORKSPACE
    return is_own and begins_there and joined(view.shape) == joined(view.buffer.shape)


def _renamed(step: Instruction, old: Buffer, new: Buffer) -> Instruction:
    if all(view.buffer is not old for view in step.operands):
        return step
    operands = tuple(
        replace(view, buffer=new) if view.buffer is old else view for view in step.operands
    )
    return replace(step, operands=operands)
