"""What layers write their work on: symbolic buffers, and instructions that name them.

Nothing here knows addresses or the number of examples: ``program`` gives both to a finished tape.
"""

from dataclasses import dataclass, field
from enum import Enum, auto
from math import prod


@dataclass(frozen=True)
class Batch:
    """A dimension that grows with the examples of a shard: ``times`` rows for each."""

    times: int = 1


Dimension = int | Batch


def size_of(dimension: Dimension, examples: int) -> int:
    """The dimension's length for a shard of so many examples."""
    return dimension.times * examples if isinstance(dimension, Batch) else dimension


def joined(dimensions: tuple[Dimension, ...]) -> Dimension:
    """The one dimension that several neighbours make when they are flattened."""
    fixed = prod(d for d in dimensions if not isinstance(d, Batch))
    batches = [d for d in dimensions if isinstance(d, Batch)]
    return Batch(batches[0].times * fixed) if batches else fixed


class Region(Enum):
    """The part of the arena that a buffer lies in."""

    PARAMETERS = auto()
    GRADIENTS = auto()
    KEPT = auto()
    """Parameters that training keeps up to date without a gradient: moving averages."""
    STATE = auto()
    CONSTANTS = auto()
    SHARED = auto()
    """One for all shards, for what they tell each other: each writes a part of its own."""
    LANE = auto()


class Symbol(Enum):
    """An option's value that only the finished program knows."""

    LANE = auto()
    """Number of the lane (the shard, as a rule) that the row is for."""
    LANES = auto()
    """How many lanes the instruction runs in."""
    EXAMPLES = auto()
    """Examples of the shard."""
    FIRST_EXAMPLE = auto()
    """Place in the batch of the shard's first example."""
    BATCH = auto()
    """Examples of all shards together in this step."""
    SLICE_START = auto()
    SLICE_STOP = auto()
    """The part of the parameter vector that this lane of an update looks after."""


@dataclass(frozen=True, eq=False)
class Buffer:
    """A named array; in the regions LANE and GRADIENTS, every shard has one of its own."""

    name: str
    region: Region
    shape: tuple[Dimension, ...]

    def elements(self, examples: int) -> int:
        return size_of(joined(self.shape), examples)

    @property
    def view(self) -> "View":
        return View(self, 0, self.shape)


@dataclass(frozen=True)
class View:
    """A contiguous part of a buffer, seen in some shape.

    It starts ``offset + per_example * examples`` elements into the buffer.
    """

    buffer: Buffer
    offset: int
    shape: tuple[Dimension, ...]
    per_example: int = 0

    def reshape(self, *shape: Dimension) -> "View":
        return View(self.buffer, self.offset, shape, self.per_example)

    @property
    def flat(self) -> "View":
        return self.reshape(joined(self.shape))

    @property
    def rows(self) -> "View":
        """All dimensions but the last as one."""
        return self.reshape(joined(self.shape[:-1]), self.shape[-1])

    def part(self, offset: Dimension, *shape: Dimension) -> "View":
        """The view of ``shape`` that starts ``offset`` elements further on."""
        if isinstance(offset, Batch):
            return View(self.buffer, self.offset, shape, self.per_example + offset.times)
        return View(self.buffer, self.offset + offset, shape, self.per_example)


class Phase(Enum):
    """What an instruction is for."""

    FORWARD = auto()
    METRIC = auto()
    BACKWARD = auto()
    UPDATE = auto()


Options = dict[str, int | float | Symbol]


@dataclass(frozen=True)
class Instruction:
    """One kernel on its operands.

    ``shared``: done once for all shards, after all of them. ``barrier``: starts only when every
    lane has done all that stands before.
    """

    kernel: str
    operands: tuple[View, ...]
    options: Options
    node: str
    phase: Phase = Phase.FORWARD
    shared: bool = False
    barrier: bool = False


@dataclass
class Tape:
    """Instructions in the order of writing: forward at once, backward by node, last node first.

    ``update``: what layers do once in every step beside the optimizer.
    """

    forward: list[Instruction] = field(default_factory=list)
    update: list[Instruction] = field(default_factory=list)
    _backward: list[list[Instruction]] = field(default_factory=list)

    def begin(self) -> None:
        """What is written backward from here on runs before all that was written backward."""
        self._backward.append([])

    def write(self, instruction: Instruction) -> None:
        if instruction.phase is Phase.UPDATE:
            self.update.append(instruction)
        elif instruction.phase is Phase.BACKWARD:
            self._backward[-1].append(instruction)
        else:
            self.forward.append(instruction)

    @staticmethod
    def shared(name: str, *shape: int) -> Buffer:
        """Room for all lanes together, in which each writes its part."""
        return Buffer(name, Region.SHARED, shape)

    @property
    def backward(self) -> list[Instruction]:
        return [instruction for group in reversed(self._backward) for instruction in group]


@dataclass(frozen=True)
class Scope:
    """A layer's place in the network: what it reads and writes, and the tape to write on.

    ``training``: whether this is for training steps. ``examples``: the most that a shard has.
    ``input_shapes`` and ``shape`` are of one example.
    An entry of ``d_inputs`` is None where nobody asks for the gradient of that input; ``dy`` is
    None where the layer takes no part in learning at all (inference, or nothing to learn up to
    here).
    """

    tape: Tape
    node: str
    training: bool
    shards: int
    examples: int
    input_shapes: tuple[tuple[int, ...], ...]
    shape: tuple[int, ...]
    inputs: tuple[View, ...]
    y: View
    d_inputs: tuple[View | None, ...]
    dy: View | None
    parameters: dict[str, View]
    gradients: dict[str, View]

    @property
    def x(self) -> View:
        return self.inputs[0]

    @property
    def dx(self) -> View | None:
        return self.d_inputs[0]

    @property
    def input_shape(self) -> tuple[int, ...]:
        return self.input_shapes[0]

    def forward(self, kernel: str, *operands: View, **options: int | float | Symbol) -> None:
        self.tape.write(Instruction(kernel, operands, options, self.node))

    def backward(self, kernel: str, *operands: View, **options: int | float | Symbol) -> None:
        self.tape.write(Instruction(kernel, operands, options, self.node, Phase.BACKWARD))

    def after_all(
        self, phase: Phase, kernel: str, *operands: View, **options: int | float | Symbol
    ) -> None:
        """Forward or backward, but only when every shard has done all that stands before."""
        self.tape.write(Instruction(kernel, operands, options, self.node, phase, barrier=True))

    def update(self, kernel: str, *operands: View, **options: int | float | Symbol) -> None:
        """Once a step, beside the optimizer; every lane of the update runs it."""
        phase = Phase.UPDATE
        self.tape.write(Instruction(kernel, operands, options, self.node, phase, shared=True))

    def buffer(self, name: str, *shape: Dimension) -> View:
        """Room of the shard's own: scratch, or what backward needs of forward."""
        return Buffer(f"{self.node}.{name}", Region.LANE, shape).view

    def shared(self, name: str, *shape: int) -> View:
        """Room for all shards together, in which each writes its part."""
        return Buffer(f"{self.node}.{name}", Region.SHARED, shape).view

    def zeros(self, *shape: Dimension) -> View:
        """Zeros that stay zeros, for a bias that is not wanted."""
        return Buffer(f"{self.node}.zeros", Region.CONSTANTS, shape).view
