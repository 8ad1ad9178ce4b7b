"""The walk over a graph's nodes: each writes its instructions, buffers flow between them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tuidl.compiler.graph import FROM_EXAMPLES, Graph, Node
from tuidl.ir.buffers import Batch, Buffer, Dimension, Region, View
from tuidl.ir.instructions import EmitContext, Instruction, InstructionBuilder, Phase
from tuidl.nn.layers.activations import ACTIVATIONS
from tuidl.nn.layers.base import ActivatedLayer, Parameter


@dataclass(frozen=True)
class Memory:
    """The buffers that all routines share: parameters, their gradients, optimizer state."""

    parameters: dict[str, Buffer]
    gradients: dict[str, Buffer]
    all_parameters: Buffer
    all_gradients: Buffer
    state: dict[str, Buffer]


@dataclass(frozen=True)
class Sharding:
    """How a batch is shared out: the number of shards, and the most examples that one has."""

    shards: int
    examples: int


@dataclass
class Value:
    """What a node hands on, and a place for its gradient for each of its readers."""

    y: View
    dy: View | None
    free: list[View] = field(default_factory=list)


def workspace(name: str, *shape: Dimension) -> Buffer:
    """A buffer that every shard has of its own."""
    return Buffer(name, Region.WORKSPACE, shape)


class GraphLowering:
    """Has each node write its instructions. ``learns``: forward and backward, else forward only."""

    def __init__(
        self,
        graph: Graph,
        nodes: Sequence[Node],
        memory: Memory,
        portion: Sharding,
        learns: bool = False,
        input_gradient: bool = False,
    ) -> None:
        self.graph, self.nodes, self.memory, self.portion = graph, nodes, memory, portion
        self.learns = learns
        self.builder = InstructionBuilder()
        shape = graph.spec.shape
        self.x = workspace("input", Batch(), *shape)
        self.dx = workspace("d_input", Batch(), *shape) if input_gradient else None
        self._values: dict[int, Value] = {}

    @property
    def output(self) -> View:
        return self._values[len(self.nodes) - 1].y

    @property
    def d_output(self) -> View | None:
        return self._values[len(self.nodes) - 1].dy

    @property
    def outputs(self) -> dict[str, View]:
        """What each node hands on, by its name."""
        return {node.name: self._values[i].y for i, node in enumerate(self.nodes)}

    @property
    def gradients(self) -> dict[str, View]:
        """The gradient of each node's output, where it has one."""
        named = ((node.name, self._values[i].dy) for i, node in enumerate(self.nodes))
        return {name: dy for name, dy in named if dy is not None}

    def weights(self, node: str, name: str) -> tuple[View, View]:
        """A parameter and its gradient."""
        key = f"{node}.{name}"
        return self.memory.parameters[key].view, self.memory.gradients[key].view

    def run(self) -> None:
        self.builder.begin()
        self._keep(FROM_EXAMPLES, "input", self.x.view, self.dx.view if self.dx else None)
        for index, node in enumerate(self.nodes):
            self._emit(index, node)

    def _keep(self, index: int, name: str, y: View, dy: View | None) -> None:
        """Hand the value on. Where several layers read it, their gradients are added up, which
        happens before the node's own backward since it is written after that."""
        self._values[index] = value = Value(y, dy)
        if dy is None:
            return
        readers = self.graph.readers(index)
        others = [workspace(f"d_{name}_{k}", *y.shape).view for k in range(1, readers)]
        value.free = [dy, *others]
        if others:
            self.builder.begin()
        for other in others:
            operands = (other.flat, dy.flat)
            self.builder.write(Instruction("accumulate", operands, {}, name, Phase.BACKWARD))

    def _emit(self, index: int, node: Node) -> None:
        values = [self._values[i] for i in node.inputs]
        inputs = tuple(value.y for value in values)
        d_inputs = tuple(value.free.pop(0) if value.free else None for value in values)
        shape: tuple[Dimension, ...] = (Batch(), *node.shape)
        if node.layer.reshapes_only:
            dx = d_inputs[0]
            self._keep(index, node.name, inputs[0].reshape(*shape), dx and dx.reshape(*shape))
            return
        y = workspace(node.name, *shape).view
        learns = self.learns and (any(d_inputs) or bool(node.trainable))
        dy = workspace(f"d_{node.name}", *shape).view if learns else None
        context = self._scope(node, inputs, y, d_inputs, dy)
        self.builder.begin()
        node.layer.emit(context)
        if isinstance(node.layer, ActivatedLayer) and node.layer.activation != "linear":
            self.builder.begin()
            ACTIVATIONS[node.layer.activation].emit(context, y, dy)
        self._keep(index, node.name, y, dy)

    def _scope(
        self,
        node: Node,
        inputs: tuple[View, ...],
        y: View,
        d_inputs: tuple[View | None, ...],
        dy: View | None,
    ) -> EmitContext:
        known = self.memory.parameters
        return EmitContext(
            builder=self.builder,
            node=node.name,
            training=self.learns,
            shards=self.portion.shards,
            examples=self.portion.examples,
            input_shapes=node.input_shapes,
            shape=node.shape,
            inputs=inputs,
            y=y,
            d_inputs=d_inputs,
            dy=dy,
            parameters={p.name: known[f"{node.name}.{p.name}"].view for p in node.parameters},
            gradients={
                p.name: self._gradient(node, p) for p in node.parameters if p.trainable or p.frozen
            },
        )

    def _gradient(self, node: Node, parameter: Parameter) -> View:
        """Where a layer leaves the gradient of its parameter: nobody reads that of a frozen one."""
        name = f"{node.name}.{parameter.name}"
        if parameter.frozen:
            return workspace(f"d_{name}", *parameter.shape).view
        return self.memory.gradients[name].view
