"""Instructions on symbolic buffers, and what writes them.

Nothing here knows addresses or the number of examples: ``compiler.program`` gives both to finished
instructions.
"""

from dataclasses import dataclass, field
from enum import Enum, auto

from tuidl.ir.buffers import Buffer, Dimension, Region, Symbol, View


class Phase(Enum):
    """What an instruction is for."""

    FORWARD = auto()
    METRIC = auto()
    BACKWARD = auto()
    UPDATE = auto()


Options = dict[str, int | float | Symbol]


MOST_LANES = 16
"""That an instruction is shared out to."""


class Division(Enum):
    """How the lanes share out the products of a layer.

    EXAMPLES: each lane has a shard of the batch, and a gradient of every weight of its own.
    GRADIENTS: forward and the input's gradient likewise; the weights' gradient by tiles.
    TILES: each lane computes a part of every output, for the whole batch: weights are read once,
    and there is one gradient.
    """

    EXAMPLES = "by examples"
    GRADIENTS = "weight gradients by tiles"
    TILES = "by tiles"


PART: Options = {"part": Symbol.LANE, "parts": Symbol.LANES}
"""Which of how many parts of the output a lane of a tiled instruction computes."""


@dataclass(frozen=True)
class Instruction:
    """One kernel on its operands.

    ``shared``: done once for all shards, after all of them. ``barrier``: starts only when every
    lane has done all that stands before. ``tiled``: operands are those of the whole batch, and each
    lane computes a part of what is written. ``late``: nothing but the update waits for it.
    """

    kernel: str
    operands: tuple[View, ...]
    options: Options
    node: str
    phase: Phase = Phase.FORWARD
    shared: bool = False
    barrier: bool = False
    tiled: bool = False
    late: bool = False


@dataclass
class InstructionBuilder:
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
class EmitContext:
    """A layer's place in the network: what it reads and writes, and where its instructions go.

    ``training``: whether this is for training steps. ``draws``: whether random numbers are drawn:
    in training and where a loss is measured, not in predictions. ``examples``: the most that a
    shard has.
    ``input_shapes`` and ``shape`` are of one example.
    ``frozen``: parameters whose gradient nothing reads. ``records``: what a layer whose steps read
    few rows of its weights keeps from step to step.
    An entry of ``d_inputs`` is None where nobody asks for the gradient of that input; ``dy`` is
    None where the layer takes no part in learning at all (inference, or nothing to learn up to
    here).
    """

    builder: InstructionBuilder
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
    division: Division = Division.EXAMPLES
    draws: bool = False
    frozen: frozenset[str] = frozenset()
    records: dict[str, View] = field(default_factory=dict)

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
        self.builder.write(Instruction(kernel, operands, options, self.node))

    def backward(self, kernel: str, *operands: View, **options: int | float | Symbol) -> None:
        self.builder.write(Instruction(kernel, operands, options, self.node, Phase.BACKWARD))

    def tiles(
        self, phase: Phase, kernel: str, *operands: View, **options: int | float | Symbol
    ) -> None:
        """Forward or backward, for the whole batch, each lane for its part of what is written."""
        late = phase is Phase.BACKWARD and self.division is Division.GRADIENTS
        own = {**PART, **options}
        self.builder.write(
            Instruction(kernel, operands, own, self.node, phase, tiled=True, late=late)
        )

    def after_all(
        self, phase: Phase, kernel: str, *operands: View, **options: int | float | Symbol
    ) -> None:
        """Forward or backward, but only when every shard has done all that stands before."""
        self.builder.write(Instruction(kernel, operands, options, self.node, phase, barrier=True))

    def update(self, kernel: str, *operands: View, **options: int | float | Symbol) -> None:
        """Once a step, beside the optimizer; every lane of the update runs it."""
        phase = Phase.UPDATE
        self.builder.write(Instruction(kernel, operands, options, self.node, phase, shared=True))

    def buffer(self, name: str, *shape: Dimension) -> View:
        """Room of the shard's own: scratch, or what backward needs of forward."""
        return Buffer(f"{self.node}.{name}", Region.WORKSPACE, shape).view

    def shared(self, name: str, *shape: int) -> View:
        """Room for all shards together, in which each writes its part."""
        return Buffer(f"{self.node}.{name}", Region.SHARED, shape).view

    def zeros(self, *shape: Dimension) -> View:
        """Zeros that stay zeros, for a bias that is not wanted."""
        return Buffer(f"{self.node}.zeros", Region.CONSTANTS, shape).view
