"""A program as text: its memory, and every instruction with shapes, bytes and operations."""

from math import prod

from tuidl.compiler.program import Program
from tuidl.compiler.routine import Routine
from tuidl.core.limits import FLOAT_BYTES
from tuidl.ir.instructions import Instruction
from tuidl.ir.shapes import shapes_of
from tuidl.kernels import KERNELS
from tuidl.protocol.formatting import columns

HEADER = ("", "kernel", "of", "operands", "bytes", "flops")


def listing(program: Program) -> str:
    """The training routine of each objective, instruction by instruction, as the first shard runs
    it."""
    state = sum(objective.span * len(objective.state) for objective in program.objectives)
    lines = [
        f"batch {program.batch} in {program.shards} shards, arena "
        f"{readable(FLOAT_BYTES * program.size, 'B')}: parameters {_bytes(program.span)}, "
        f"gradients {_bytes(sum(o.span * o.copies for o in program.objectives))}, "
        f"optimizer state {_bytes(state)}"
    ]
    for objective in program.objectives:
        lines += ["", f"objective {objective.name}"] if objective.name else []
        lines += _stages(objective.train)
    return "\n".join(lines)


def _stages(routine: Routine) -> list[str]:
    lines: list[str] = []
    instructions = routine.emitted.instructions
    cells = [HEADER, *(_cells(routine, i, work) for i, work in enumerate(instructions))]
    header, *rows = columns(cells, aligned_left=(1, 2, 3))
    for number, (first, end, lanes) in enumerate(routine.stages, 1):
        lines += ["", f"stage {number}: {_lanes(lanes, instructions[first:end])}", header]
        lines += rows[first:end]
    return lines


def cost_of(routine: Routine, instruction: Instruction, batch: int) -> tuple[int, int]:
    """Bytes touched and floating-point operations of an instruction in the first shard."""
    shapes = shapes_of(instruction.operands, _examples(routine, instruction, batch))
    signature = KERNELS[instruction.kernel].signature
    touched = sum(prod(shape) for shape in shapes)
    return FLOAT_BYTES * touched, signature.flops(signature.bind(shapes))


def _examples(routine: Routine, instruction: Instruction, batch: int) -> int:
    return batch if instruction.tiled else routine.examples_of(0, batch)


def readable(number: float, unit: str = "") -> str:
    """``13.7 k``: a number with its thousands named."""
    for prefix in ("", "k", "M", "G", "T"):
        if abs(number) < 1000 or prefix == "T":
            break
        number /= 1000
    return f"{number:.0f} {unit}".strip() if not prefix else f"{number:.1f} {prefix}{unit}"


def _lanes(lanes: int, stage: tuple[Instruction, ...]) -> str:
    """Who does a stage."""
    if not stage:
        return f"{lanes} shards in parallel: copying examples"
    if stage[0].tiled:
        return f"{lanes} tiles of each output in parallel, for the whole batch"
    shared = stage[0].shared
    if lanes == 1:
        return "the whole update" if shared else "the whole batch"
    return f"{lanes} {'slices of the update' if shared else 'shards'} in parallel"


def _cells(routine: Routine, index: int, instruction: Instruction) -> tuple[str, ...]:
    signature = KERNELS[instruction.kernel].signature
    shapes = shapes_of(instruction.operands, _examples(routine, instruction, routine.capacity))
    words = [
        ("->" if operand.written and not signature.operands[max(i - 1, 0)].written else "")
        + "x".join(map(str, shape))
        for i, (operand, shape) in enumerate(zip(signature.operands, shapes, strict=True))
    ]
    touched, flops = cost_of(routine, instruction, routine.capacity)
    costs = (readable(touched, "B"), readable(flops))
    return (str(index), instruction.kernel, instruction.node, " ".join(words), *costs)


def _bytes(elements: int) -> str:
    return readable(FLOAT_BYTES * elements, "B")
