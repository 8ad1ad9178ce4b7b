"""How long a step will take, from the sizes of its instructions and two figures of the machine.

An instruction takes as long as its arithmetic or its memory, whichever is slower. How much of a
large product's speed each kind of kernel reaches was measured once (median over networks of many
sizes, AVX-512); the forecast was within 30% for 13 of 16 of them, since then for 30 of 33 recurrent
ones, and is said to be one.
"""

from dataclasses import dataclass
from math import prod

from tuidl.compiler.costs import WAIT
from tuidl.compiler.routine import Routine
from tuidl.core.limits import FLOAT_BYTES
from tuidl.core.places_room import places_of, seen_share
from tuidl.ir.instructions import Instruction
from tuidl.ir.shapes import shapes_of
from tuidl.kernels import KERNELS
from tuidl.kernels.simd.winograd_choice import FEWEST_ANSWERS, suits_winograd

SHARES = {"conv2d_winograd": 1.2, "conv": 0.75, "dense": 0.75}
"""Of a large product's speed, by how a kernel's name begins; other kernels reach REST."""
REST = 0.2
RECURRENT = 0.88
"""Of a large product's speed, those of a recurrent layer's steps."""
UNITS = {"lstm": 200.0, "gru": 160.0, "simple_rnn": 40.0}
"""Operations of a large product in whose time a unit does the rest of a step, by how the kernel's
name begins; both ways alike."""
WINOGRAD = 1.4
"""Of 3 x 3 kernels by Winograd's tiles, in operations of the definition."""
NEARER = 4.0
"""How many times as fast numbers come that an instruction finds in the second-level cache."""
IN_CACHE = 2 << 20
"""Bytes of all operands up to which that is so."""
CALL = 150.0
"""Nanoseconds to call a kernel."""


@dataclass(frozen=True)
class Machine:
    """``operations``: floating-point operations a nanosecond of a large product on one thread.
    ``bytes``: read and written a nanosecond by one thread, far from the caches."""

    operations: float
    bytes: float


def step_nanoseconds(routine: Routine, machine: Machine, threads: int) -> float:
    """Of one step on a whole batch."""
    instructions = routine.emitted.instructions
    total = 0.0
    for first, end, lanes in routine.stages:
        works = [_nanoseconds(routine, i, machine, lanes) for i in instructions[first:end]]
        together = min(lanes, threads)
        total += sum(works) / together + (WAIT / 2 if together > 1 else 0)
    return total


def _nanoseconds(routine: Routine, instruction: Instruction, machine: Machine, lanes: int) -> float:
    """In all lanes together."""
    is_one = instruction.shared or instruction.tiled
    examples = routine.capacity if is_one else routine.examples_of(0, routine.capacity)
    shapes = shapes_of(instruction.operands, examples)
    signature = KERNELS[instruction.kernel].signature
    sizes = signature.bind(shapes)
    operations = signature.flops(sizes) * _done(instruction, shapes)
    for begin, rest in UNITS.items():
        if instruction.kernel.startswith(begin):
            one = _of_steps(machine, sizes, operations, rest)
            return one * (1 if is_one else lanes) + lanes * CALL
    touched = FLOAT_BYTES * sum(prod(shape) for shape in shapes)
    if not is_one:
        operations, touched = operations * lanes, touched * lanes
    near = NEARER if touched <= IN_CACHE else 1.0
    arithmetic = operations / (machine.operations * _share(instruction, shapes))
    return max(arithmetic, touched / (machine.bytes * near)) + lanes * CALL


def _of_steps(machine: Machine, sizes: dict[str, int], operations: float, rest: float) -> float:
    """Of a recurrent layer's steps, all or one: weights are packed once and read in each step."""
    steps, units, examples = sizes.get("t", 1), sizes["d"], sizes["n"]
    read = FLOAT_BYTES * operations / (2 * steps * examples)
    near = NEARER if read <= IN_CACHE else 1.0
    done = operations / RECURRENT + steps * examples * units * rest
    return max(done / machine.operations, steps * read / (machine.bytes * near))


def _done(instruction: Instruction, shapes: list[tuple[int, ...]]) -> float:
    """Of the operations that are counted, those that are done."""
    name = instruction.kernel.removesuffix("_tile")
    if name not in PIXELS_KERNEL_ANSWERS:
        return 1.0
    pixels, kernel, answers = (shapes[n] for n in PIXELS_KERNEL_ANSWERS[name])
    return seen_share(places_of(pixels, kernel, answers, instruction.options))


PIXELS_KERNEL_ANSWERS = {
    "conv2d_places": (0, 1, 3),
    "conv2d_places_weight_gradient": (0, 2, 1),
    "conv2d_places_input_gradient": (2, 1, 0),
}
"""Which operands they are."""


def _share(instruction: Instruction, shapes: list[tuple[int, ...]]) -> float:
    """Of a large product's speed that an instruction reaches."""
    name = instruction.kernel
    if name in ANSWERS_AND_KERNEL and _is_winograd(instruction, shapes):
        return WINOGRAD
    return next((share for begin, share in SHARES.items() if name.startswith(begin)), REST)


ANSWERS_AND_KERNEL = {
    "conv2d": (3, 1),
    "conv2d_weight_gradient": (1, 2),
    "conv2d_input_gradient": (0, 1),
}
"""Which operands they are."""


def _is_winograd(instruction: Instruction, shapes: list[tuple[int, ...]]) -> bool:
    """Whether Winograd's tiles serve, for the weights' gradient as if its images were bright."""
    answers, kernel = (shapes[n] for n in ANSWERS_AND_KERNEL[instruction.kernel])
    if "weight" in instruction.kernel and prod(answers[1:3]) < FEWEST_ANSWERS:
        return False
    return bool(suits_winograd(kernel, instruction.options["stride"], answers, prod(shapes[-1])))
