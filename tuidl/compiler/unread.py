"""Gradients that nobody reads: those of weights that a step does not train, as of a frozen layer or
of a GAN's discriminator while its generator learns, through which gradients only pass."""

from collections import Counter
from collections.abc import Collection, Sequence

from tuidl.ir.buffers import Buffer, Region
from tuidl.ir.instructions import Instruction, Phase
from tuidl.kernels import KERNELS


def without_unread(
    instructions: Sequence[Instruction], pinned: Collection[Buffer]
) -> list[Instruction]:
    """The same instructions in the same order, without those backward of which no other, nor the
    host, has to do with anything that they write. ``pinned``: buffers of the host."""
    left = list(instructions)
    while True:
        uses = Counter(buffer for step in left for buffer in {v.buffer for v in step.operands})
        kept = [step for step in left if not _is_unread(step, uses, pinned)]
        if len(kept) == len(left):
            return kept
        left = kept


def _is_unread(step: Instruction, uses: Counter[Buffer], pinned: Collection[Buffer]) -> bool:
    """Whether only this instruction knows what it writes. One that waits for all lanes stays: those
    behind it may do without waiting only because it does."""
    if step.phase is not Phase.BACKWARD or step.barrier or step.shared:
        return False
    operands = zip(KERNELS[step.kernel].signature.operands, step.operands, strict=True)
    written = {view.buffer for operand, view in operands if operand.written}
    return all(
        buffer.region is Region.WORKSPACE and uses[buffer] == 1 and buffer not in pinned
        for buffer in written
    )
