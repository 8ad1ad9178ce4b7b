"""Which instructions have to do with a buffer."""

from collections.abc import Sequence

from tuidl.ir.buffers import Buffer
from tuidl.ir.instructions import Instruction


def uses_of(instructions: Sequence[Instruction], buffer: Buffer) -> list[int]:
    """The numbers of the instructions that read or write the buffer."""
    return [n for n, i in enumerate(instructions) if any(v.buffer is buffer for v in i.operands)]
