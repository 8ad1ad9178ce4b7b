"""Instructions whose work others do on the side: what they would read again is not even kept."""

from collections.abc import Sequence
from dataclasses import replace

from tuidl.tape import Instruction


def fuse(instructions: Sequence[Instruction]) -> tuple[Instruction, ...]:
    """The same in fewer instructions, to the last bit.

    Where max pooling alone reads what ReLU hands on, the largest of a window may as well become 0
    if it is less, and its gradient then go to nobody. With that ReLU is done, forward and backward;
    and what it would have changed, the largest array of many a network, is done with, too.
    """
    pools = [n for n, instruction in enumerate(instructions) if instruction.kernel == "max_pool2d"]
    fused = list(instructions)
    done: set[int] = set()
    for number in pools:
        relu = _relu_before(instructions, number)
        if relu:
            done |= relu
            options = {**instructions[number].options, "rectified": 1}
            fused[number] = replace(instructions[number], options=options)
    return tuple(instruction for n, instruction in enumerate(fused) if n not in done)


def _relu_before(instructions: Sequence[Instruction], pool: int) -> set[int]:
    """The numbers of ReLU and its gradient where only this pooling has to do with its output."""
    x, _, winner = instructions[pool].operands
    uses = [n for n, i in enumerate(instructions) if any(v.buffer is x.buffer for v in i.operands)]
    relu, last = pool - 1, uses[-1]
    if uses[-3:] != [relu, pool, last]:
        return set()
    before, gradient = instructions[relu], instructions[last]
    behind = instructions[last - 1]
    if (before.kernel, gradient.kernel) != ("relu", "relu_gradient"):
        return set()
    is_its_own = behind.kernel == "max_pool2d_gradient" and behind.operands[0] == winner
    whole = before.operands[0] == x.flat == gradient.operands[0]
    is_passed_on = is_its_own and behind.operands[2].flat == gradient.operands[1]
    return {relu, last} if whole and is_passed_on else set()
