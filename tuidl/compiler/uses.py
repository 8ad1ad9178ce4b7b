"""Which instructions have to do with a buffer."""

from collections.abc import Sequence

from tuidl.ir.buffers import Buffer
from tuidl.ir.instructions import Instruction
from tuidl.kernels import KERNELS


def uses_of(instructions: Sequence[Instruction], buffer: Buffer) -> list[int]:
    """The numbers of the instructions that read or write the buffer."""
    return [n for n, i in enumerate(instructions) if any(v.buffer is buffer for v in i.operands)]


def writes(step: Instruction, buffer: Buffer) -> bool:
    """Whether the instruction writes the buffer."""
    operands = zip(KERNELS[step.kernel].signature.operands, step.operands, strict=True)
    return any(operand.written and view.buffer is buffer for operand, view in operands)
