"""What work costs: on an ordinary core, by which it is divided; and forecast for a machine.

The figures by which work is divided are of no machine in particular, and the same on every one: how
work is divided decides the order of sums, and so the last bits of results. Only their ratios
matter, and those hardly differ.
"""

from math import prod

from tuidl.core.limits import FLOAT_BYTES
from tuidl.ir.instructions import Instruction
from tuidl.ir.shapes import shapes_of
from tuidl.kernels import KERNELS

OPERATIONS = 60.0
"""A nanosecond, in a product that is bound by arithmetic."""
NEAR, FAR = 40.0, 10.0
"""Bytes a nanosecond, from the second-level cache and from what is behind it."""
PACKING = 4.0
"""Bytes a nanosecond, of weights that a product copies to where it reads them in a row."""
NEAR_BYTES = 1 << 20
"""What is taken to stay in the second-level cache beside everything else."""
WAIT = 10_000.0
"""Nanoseconds until all lanes have waited for each other."""
LEAST_PART = 80_000.0
"""Nanoseconds of work that one of several parts has at least: small tiles pack for few rows."""


def parts_of(instruction: Instruction, batch: int, most: int) -> int:
    """Into how many parts, a power of two, an instruction by tiles is cut."""
    signature = KERNELS[instruction.kernel].signature
    shapes = shapes_of(instruction.operands, batch)
    touched = FLOAT_BYTES * sum(prod(shape) for shape in shapes)
    work = max(signature.flops(signature.bind(shapes)) / OPERATIONS, touched / FAR)
    return 1 << max(min(int(work / LEAST_PART), most), 1).bit_length() - 1
