"""Layers, loss, metrics and optimizer write their instructions: the tape of one routine."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from tuidl.graph import Graph, Node
from tuidl.layers.activations import ACTIVATIONS
from tuidl.layers.base import ActivatedLayer, Shape
from tuidl.losses import LossScope
from tuidl.metrics import METRICS
from tuidl.tape import Batch, Buffer, Dimension, Instruction, Region, Scope, Tape, View


@dataclass(frozen=True)
class Memory:
    """The buffers that all routines share: parameters, their gradients, optimizer state."""

    parameters: dict[str, Buffer]
    gradients: dict[str, Buffer]
    all_parameters: Buffer
    all_gradients: Buffer
    state: dict[str, Buffer]


@dataclass(frozen=True)
class Emitted:
    """A routine before it has addresses: instructions, and the buffers that the host touches."""

    instructions: tuple[Instruction, ...]
    x: Buffer
    dx: Buffer | None
    output: Buffer
    target: Buffer | None = None
    statistics: Buffer | None = None

    @property
    def pinned(self) -> set[Buffer]:
        """Buffers that hold their place from the first instruction to the last."""
        ends = (self.x, self.dx, self.output, self.target, self.statistics)
        return {buffer for buffer in ends if buffer is not None}


def statistics_layout(graph: Graph) -> dict[str, tuple[int, int]]:
    """Slot and number of slots of the loss and of each metric in a shard's statistics."""
    sizes = {"loss": 1}
    sizes |= {name: METRICS[name].slots for name in graph.preset.training.metrics}
    starts = [0, *accumulate(sizes.values())]
    return {name: (start, size) for (name, size), start in zip(sizes.items(), starts, strict=False)}


def emit_prediction(graph: Graph, memory: Memory, examples: int) -> Emitted:
    """Forward only, to what the network answers (a closing softmax included)."""
    network = _Network(graph.nodes, graph.spec.shape, memory, examples, learns=False)
    network.run()
    return network.emitted()


def emit_evaluation(graph: Graph, memory: Memory, examples: int) -> Emitted:
    """Forward, loss and metrics."""
    network = _Network(graph.nodes_for_loss, graph.spec.shape, memory, examples, learns=False)
    network.run()
    return _with_loss(graph, network, _d_output(network))


def emit_training(
    graph: Graph, memory: Memory, examples: int, *, input_gradient: bool = False
) -> Emitted:
    """Forward, loss, metrics, backward, update."""
    nodes = graph.nodes_for_loss
    network = _Network(nodes, graph.spec.shape, memory, examples, True, input_gradient)
    network.run()
    d_output = network.d_output
    assert d_output is not None
    emitted = _with_loss(graph, network, d_output)
    update = Tape()
    state = [buffer.view for buffer in memory.state.values()]
    gradients, parameters = memory.all_gradients.view, memory.all_parameters.view
    graph.preset.optimizer.emit(update, gradients, parameters, state)
    whole = (*emitted.instructions, *network.tape.backward, *update.forward)
    return replace(emitted, instructions=whole)


def _with_loss(graph: Graph, network: "_Network", d_output: View) -> Emitted:
    layout = statistics_layout(graph)
    target = _lane("target", Batch(), graph.spec.target_width)
    total = sum(size for _, size in layout.values())
    statistics = Buffer("statistics", Region.LANE, (total,))
    for name in graph.preset.training.metrics:
        start, size = layout[name]
        part = statistics.view.part(start, size)
        METRICS[name].emit(network.tape, network.output, target.view, part)
    loss_part = statistics.view.part(0, 1)
    graph.preset.loss.emit(
        LossScope(network.tape, network.output, target.view, d_output, loss_part)
    )
    return network.emitted(target, statistics)


def _d_output(network: "_Network") -> View:
    """Losses write a gradient always; evaluation has this place for it and never reads it."""
    return _lane("d_output", *network.output.shape).view


def _lane(name: str, *shape: Dimension) -> Buffer:
    return Buffer(name, Region.LANE, shape)


class _Network:
    """Walks the nodes and has each write on the tape, with buffers for what flows between them."""

    def __init__(
        self,
        nodes: Sequence[Node],
        shape: Shape,
        memory: Memory,
        examples: int,
        learns: bool,
        input_gradient: bool = False,
    ) -> None:
        self.nodes, self.memory, self.examples, self.learns = nodes, memory, examples, learns
        self.tape = Tape()
        self.x = _lane("input", Batch(), *shape)
        self.dx = _lane("d_input", Batch(), *shape) if input_gradient else None
        self.output = self.x.view
        self.d_output = self.dx.view if self.dx else None

    def run(self) -> None:
        for node in self.nodes:
            self._emit(node)

    def emitted(self, target: Buffer | None = None, statistics: Buffer | None = None) -> Emitted:
        forward = tuple(self.tape.forward)
        output = self.output.buffer
        return Emitted(forward, self.x, self.dx, output, target, statistics)

    def _emit(self, node: Node) -> None:
        x, dx = self.output, self.d_output
        shape: tuple[Dimension, ...] = (Batch(), *node.shape)
        if node.layer.reshapes_only:
            self.output, self.d_output = x.reshape(*shape), dx and dx.reshape(*shape)
            return
        y = _lane(node.name, *shape)
        learns = self.learns and (dx is not None or bool(node.parameters))
        dy = _lane(f"d_{node.name}", *shape).view if learns else None
        names = [parameter.name for parameter in node.parameters]
        scope = Scope(
            self.tape, node.name, self.learns, self.examples, node.input_shape, node.shape,
            x, y.view, dx, dy,
            {name: self.memory.parameters[f"{node.name}.{name}"].view for name in names},
            {name: self.memory.gradients[f"{node.name}.{name}"].view for name in names},
        )  # fmt: skip
        self.tape.begin()
        node.layer.emit(scope)
        if isinstance(node.layer, ActivatedLayer) and node.layer.activation != "linear":
            self.tape.begin()
            ACTIVATIONS[node.layer.activation].emit(scope, y.view, dy)
        self.output, self.d_output = y.view, dy
