"""Network, loss, metrics and optimizer write their instructions: those of one routine."""

from dataclasses import dataclass, field, replace
from itertools import accumulate

from tuidl.compiler.graph import Graph
from tuidl.compiler.lowering import GraphLowering, Memory, Sharding, workspace
from tuidl.ir.buffers import Batch, Buffer, Region, View
from tuidl.ir.instructions import Instruction, InstructionBuilder, Phase
from tuidl.nn.layers.activations import ACTIVATIONS
from tuidl.nn.losses import LossContext
from tuidl.nn.metrics import TALLIES, classes_of, emit_tallies, tallies_of
from tuidl.nn.regularizers import emit_penalty, emit_penalty_gradient


@dataclass(frozen=True)
class LinearProgram:
    """A routine before it has addresses: instructions, and the buffers that the host touches."""

    instructions: tuple[Instruction, ...]
    x: Buffer
    dx: Buffer | None
    output: Buffer
    target: Buffer | None = None
    statistics: Buffer | None = None
    outputs: dict[str, View] = field(default_factory=dict)
    gradients: dict[str, View] = field(default_factory=dict)
    """Of each node: what it hands on, and the gradient of that, while the routine is at it."""

    @property
    def pinned(self) -> set[Buffer]:
        """Buffers that hold their place from the first instruction to the last."""
        ends = (self.x, self.dx, self.output, self.target, self.statistics)
        return {buffer for buffer in ends if buffer is not None}


def statistics_layout(graph: Graph) -> dict[str, tuple[int, int]]:
    """Slot and number of slots of the loss and of each tally in a shard's statistics."""
    classes = classes_of(graph.spec)
    tallies = tallies_of(graph.preset.training.metrics)
    sizes = {"loss": 1} | {name: TALLIES[name].width(classes) for name in tallies}
    starts = [0, *accumulate(sizes.values())]
    return {name: (start, size) for (name, size), start in zip(sizes.items(), starts, strict=False)}


def emit_prediction(graph: Graph, memory: Memory, portion: Sharding) -> LinearProgram:
    """Forward only, to what the network answers (a closing softmax included)."""
    network = GraphLowering(graph, graph.nodes, memory, portion)
    network.run()
    return _emitted(network)


def emit_evaluation(graph: Graph, memory: Memory, portion: Sharding) -> LinearProgram:
    """Forward, loss and metrics."""
    network = GraphLowering(graph, graph.nodes_for_loss, memory, portion)
    network.run()
    return _with_loss(graph, network)


def emit_training(
    graph: Graph, memory: Memory, portion: Sharding, *, input_gradient: bool = False
) -> LinearProgram:
    """Forward, loss, metrics, backward, update, every layer by itself."""
    network = GraphLowering(graph, graph.nodes_for_loss, memory, portion, True, input_gradient)
    network.run()
    emitted = _with_loss(graph, network)
    builder = network.builder
    penalties = InstructionBuilder()
    penalties.begin()
    for node, name, strength in graph.penalties:
        emit_penalty_gradient(penalties, node, strength, *network.weights(node, name))
    update = InstructionBuilder(update=list(builder.update))
    state = [buffer.view for buffer in memory.state.values()]
    gradients, parameters = memory.all_gradients.view, memory.all_parameters.view
    graph.preset.optimizer.emit(update, gradients, parameters, state)
    whole = (*emitted.instructions, *builder.backward, *penalties.backward, *update.update)
    return replace(emitted, instructions=whole)


def _with_loss(graph: Graph, network: GraphLowering) -> LinearProgram:
    """Add metrics and loss. Losses always write a gradient; evaluation has a place for it that
    nobody reads."""
    layout = statistics_layout(graph)
    target = workspace("target", Batch(), graph.spec.target_width)
    statistics = Buffer("statistics", Region.WORKSPACE, (sum(size for _, size in layout.values()),))
    places = {name: statistics.view.part(start, size) for name, (start, size) in layout.items()}
    loss_place, builder, output = places.pop("loss"), network.builder, network.output
    if places:
        threshold = 0.5 if graph.is_closed else 0.0
        answer = _answer(graph, builder, output)
        emit_tallies(builder, graph.spec, answer, target.view, places, threshold)
    d_output = network.d_output or workspace("d_output", *output.shape).view
    context = LossContext(builder, output, target.view, d_output, loss_place)
    graph.preset.loss.emit(context, graph.spec)
    for node, name, strength in graph.penalties:
        emit_penalty(builder, node, strength, network.weights(node, name)[0], loss_place)
    return _emitted(network, target, statistics)


def _answer(graph: Graph, builder: InstructionBuilder, output: View) -> View:
    """What prediction answers, for metrics: where a closing softmax or sigmoid is left to the loss,
    the ``output`` is logits, and it is applied to a copy of them."""
    if not graph.is_closed:
        return output
    closing, answer = (
        ACTIVATIONS[graph.preset.loss.closing_activation],
        workspace("answer", *output.shape),
    )
    operands = (output.flat, answer.view.flat)
    builder.write(Instruction("copy", operands, {}, "metrics", Phase.METRIC))
    view = answer.view.rows if closing.by_rows else answer.view.flat
    builder.write(
        Instruction(closing.kernel, (view,), {**closing.options}, "metrics", Phase.METRIC)
    )
    return answer.view


def _emitted(
    network: GraphLowering, target: Buffer | None = None, statistics: Buffer | None = None
) -> LinearProgram:
    forward = tuple(network.builder.forward)
    ends = (network.x, network.dx, network.output.buffer, target, statistics)
    return LinearProgram(forward, *ends, network.outputs, network.gradients)
