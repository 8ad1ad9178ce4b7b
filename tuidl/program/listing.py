"""A program as text: its memory, and every instruction with shapes, bytes and operations."""

from math import prod
from typing import TYPE_CHECKING

from tuidl.kernels import KERNELS
from tuidl.limits import FLOAT_BYTES
from tuidl.program.routine import Routine, shapes_of
from tuidl.tape import Instruction

if TYPE_CHECKING:
    from tuidl.program.program import Program


def listing(program: "Program") -> str:
    """The training routine, instruction by instruction, as the first shard runs it."""
    routine = program.train
    lines = [
        f"batch {program.batch} in {program.shards} shards, arena "
        f"{readable(FLOAT_BYTES * program.size, 'B')}: parameters {_bytes(program.span)}, "
        f"gradients {_bytes(program.span * program.shards)}, "
        f"optimizer state {_bytes(program.span * len(program.state))}"
    ]
    header = f"{'':>5}  {'kernel':<24} {'of':<14} {'operands':<58} {'bytes':>9} {'flops':>9}"
    instructions = routine.emitted.instructions
    for number, (first, end, lanes) in enumerate(routine.stages, 1):
        what = "shards in parallel" if not instructions[first].shared else "lanes of the update"
        lines += ["", f"stage {number}: {lanes} {what}", header]
        lines += [_line(routine, i, instructions[i]) for i in range(first, end)]
    return "\n".join(lines)


def cost_of(routine: Routine, instruction: Instruction, batch: int) -> tuple[int, int]:
    """Bytes touched and floating-point operations of an instruction in the first shard."""
    shapes = shapes_of(instruction.operands, routine.examples_of(0, batch))
    signature = KERNELS[instruction.kernel].signature
    touched = sum(prod(shape) for shape in shapes)
    return FLOAT_BYTES * touched, signature.flops(signature.bind(shapes))


def readable(number: float, unit: str = "") -> str:
    """``13.7 k``: a number with its thousands named."""
    for prefix in ("", "k", "M", "G", "T"):
        if abs(number) < 1000 or prefix == "T":
            break
        number /= 1000
    return f"{number:.0f} {unit}".strip() if not prefix else f"{number:.1f} {prefix}{unit}"


def _line(routine: Routine, index: int, instruction: Instruction) -> str:
    signature = KERNELS[instruction.kernel].signature
    shapes = shapes_of(instruction.operands, routine.examples_of(0, routine.capacity))
    words = [
        ("->" if operand.written and not signature.operands[max(i - 1, 0)].written else "")
        + "x".join(map(str, shape))
        for i, (operand, shape) in enumerate(zip(signature.operands, shapes, strict=True))
    ]
    touched, flops = cost_of(routine, instruction, routine.capacity)
    operands = " ".join(words)
    of = instruction.node
    return (
        f"{index:>5}  {instruction.kernel:<24} {of:<14} {operands:<58} "
        f"{readable(touched, 'B'):>9} {readable(flops):>9}"
    ).rstrip()


def _bytes(elements: int) -> str:
    return readable(FLOAT_BYTES * elements, "B")
