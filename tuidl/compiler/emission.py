"""Networks, losses, metrics and optimizer write their instructions: those of one routine."""

from dataclasses import dataclass, field, replace
from itertools import accumulate

from tuidl.compiler.division import Sharding
from tuidl.compiler.graph import Graph
from tuidl.compiler.lowering import GraphLowering, Memory, workspace
from tuidl.compiler.nodes import Head, Target
from tuidl.compiler.penalties import emit_penalties, emit_penalty_gradients
from tuidl.compiler.table_updates import emit_update, refreshed
from tuidl.ir.buffers import Batch, Buffer, Region, Symbol, View
from tuidl.ir.instructions import PART, Instruction, InstructionBuilder, Options, Phase
from tuidl.nn.layers.activations import ACTIVATIONS
from tuidl.nn.losses.base import LossContext
from tuidl.nn.metrics import METRICS, TALLIES, classes_of, emit_tallies, tallies_of

LOSS = "loss"
"""The first slot of every routine's statistics: its mean loss, summed over the examples."""
OWN, ROWS = "own_loss", "rows"
"""Of a head, the sum of its answers' losses, and of their weights."""
COUNTED = "counted"
"""Of a head whose answers have weights, how many count in metrics: all, or those of the mask."""
PENALTY, EXAMPLES_SEEN = "penalty", "examples"
"""Of an objective, the penalties on weights, and how many examples it has had."""


@dataclass(frozen=True)
class LinearProgram:
    """A routine before it has addresses: instructions, and the buffers that the host touches."""

    instructions: tuple[Instruction, ...]
    x: Buffer
    dx: Buffer | None
    output: Buffer | None
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


def is_plain(graph: Graph) -> bool:
    """Whether there is one loss, on all answers alike: then its mean is that over the examples."""
    heads = graph.heads
    return (
        len(heads) == 1
        and heads[0].mask is None
        and heads[0].weights is None
        and heads[0].weight == 1.0
    )


def statistics_layout(graph: Graph) -> dict[str, tuple[int, int]]:
    """Slot and number of slots of the loss and of each tally in a shard's statistics."""
    sizes = {LOSS: 1}
    if not is_plain(graph):
        for objective in graph.objectives:
            sizes |= {f"{objective.name}/{name}": 1 for name in (PENALTY, EXAMPLES_SEEN)}
    for head in graph.heads:
        if not is_plain(graph):
            sizes |= {head.slot(OWN): 1, head.slot(ROWS): 1}
        if head.weights is not None:
            sizes |= {head.slot(COUNTED): 1}
        classes = classes_of(head.spec)
        for name in tallies_of(head.metrics):
            sizes[head.slot(name)] = TALLIES[name].width(classes)
    starts = [0, *accumulate(sizes.values())]
    return {name: (start, size) for (name, size), start in zip(sizes.items(), starts, strict=False)}


def emit_prediction(graph: Graph, memory: Memory, portion: Sharding) -> LinearProgram:
    """Forward only, to what the model answers (a closing softmax included), from inputs that are
    all given."""
    graph = graph.answering
    network = GraphLowering(graph, dict(enumerate(graph.nodes)), memory, portion)
    network.run()
    return _emitted(network, network.output.buffer)


def emit_evaluation(graph: Graph, memory: Memory, portion: Sharding) -> LinearProgram:
    """Forward, loss and metrics of all objectives."""
    nodes = graph.nodes_of(graph.objectives)
    network = GraphLowering(graph, nodes, memory, portion, heads=graph.heads)
    network.run()
    return _with_losses(graph, network, graph.objectives)


def emit_training(
    graph: Graph,
    objective: Target,
    memory: Memory,
    portion: Sharding,
    *,
    input_gradient: bool = False,
) -> LinearProgram:
    """Forward, loss, metrics, backward, update for an objective, every layer by itself."""
    network = GraphLowering(
        graph,
        graph.nodes_of((objective,)),
        memory,
        portion,
        heads=objective.heads,
        learns=True,
        input_gradient=input_gradient,
    )
    network.run()
    emitted = _with_losses(graph, network, (objective,))
    builder = network.builder
    penalties = emit_penalty_gradients(graph, network, objective)
    update = InstructionBuilder(update=list(builder.update))
    emit_update(update, objective.optimizer, memory)
    backward = (*builder.backward, *penalties, *_added_up(memory))
    forward = refreshed(emitted.instructions, objective.optimizer, memory)
    return replace(emitted, instructions=(*forward, *backward, *update.update))


def _added_up(memory: Memory) -> list[Instruction]:
    """The shards' gradients of parameters that have one each, added to the vector of all, where
    others have but one."""
    if memory.copies is None:
        return []
    copies, back = memory.copies.view, Phase.BACKWARD
    return [
        Instruction(
            "add_copies", (copies, run), {"first": first, **PART}, "gradients", back, tiled=True
        )
        for run, first in memory.runs
    ]


def _with_losses(
    graph: Graph, network: GraphLowering, objectives: tuple[Target, ...]
) -> LinearProgram:
    """Add metrics and losses. Losses always write a gradient; evaluation has a place for it that
    nothing reads."""
    layout = statistics_layout(graph)
    target, seen = network.target, network.seen_target
    statistics = Buffer("statistics", Region.WORKSPACE, (sum(size for _, size in layout.values()),))
    places = {name: statistics.view.part(start, size) for name, (start, size) in layout.items()}
    builder = network.builder
    if not is_plain(graph):
        builder.write(Instruction("clear", (statistics.view.flat,), {}, LOSS))
    for number, objective in enumerate(objectives):
        for head in objective.heads:
            _emit_head(graph, network, head, seen, places, adds_up=number == 0)
        place = places[LOSS] if is_plain(graph) else places[f"{objective.name}/{PENALTY}"]
        emit_penalties(graph, network, objective, place)
        if not is_plain(graph):
            counted = places[f"{objective.name}/{EXAMPLES_SEEN}"]
            builder.write(Instruction("fill", (counted,), {"value": Symbol.EXAMPLES}, LOSS))
        if not is_plain(graph) and number == 0:
            builder.write(Instruction("add_weighted", (place, places[LOSS]), {"factor": 1.0}, LOSS))
    output = None
    if graph.predicted in network.nodes:
        output = network.output.buffer
    return _emitted(network, output, target, statistics)


def _emit_head(
    graph: Graph,
    network: GraphLowering,
    head: Head,
    targets: Buffer,
    places: dict[str, View],
    *,
    adds_up: bool,
) -> None:
    """A head's metrics and its loss. ``adds_up``: whether it has part in the routine's loss."""
    builder = network.builder
    output, d_output = network.take(head.node)
    target = _target(graph, network, head, targets, output)
    mask = weights = None
    if head.mask is not None:
        mask = weights = _columns(builder, head, "mask", targets, head.mask, (head.spec.rows,))
    if head.weights is not None:
        _emit_count(builder, head, mask, places[head.slot(COUNTED)])
        weights = _columns(builder, head, "weight", targets, head.weights, (head.spec.rows,))
    names = tallies_of(head.metrics)
    if names:
        own = {name: places[head.slot(name)] for name in names}
        is_of_shares = graph.closing(head) is not None or _compares_shares(head)
        threshold = 0.5 if is_of_shares else 0.0
        answer = _answer(builder, head, output) if is_of_shares else output
        emit_tallies(builder, head.spec, answer, target, own, threshold, mask, head.slot("metrics"))
    if d_output is None:
        d_output = workspace(head.slot("d_output"), *output.shape).view
    if is_plain(graph):
        plain = LossContext(builder, output, target, d_output, places[LOSS])
        head.loss.emit(plain, head.spec)
        return
    own_loss = places[head.slot(OWN)]
    context = LossContext(
        builder=builder,
        prediction=output,
        target=target,
        d_prediction=d_output,
        statistics=workspace(head.slot("mean"), 1).view,
        weights=weights,
        parts=View(own_loss.buffer, own_loss.offset, (2,)),
        name=head.slot(LOSS),
        shards=network.portion.shards,
    )
    _emit_loss(context, head, places, adds_up=adds_up)


def _emit_count(builder: InstructionBuilder, head: Head, mask: View | None, place: View) -> None:
    """How many answers count in metrics."""
    name = head.slot("metrics")
    if mask is None:
        builder.write(Instruction("fill", (place,), {"value": Symbol.EXAMPLES}, name))
    else:
        builder.write(Instruction("sum_weights", (mask.flat, place), {"lane": 0}, name))


def _emit_loss(context: LossContext, head: Head, places: dict[str, View], *, adds_up: bool) -> None:
    """One loss of several: its own sums, and its part of the routine's loss and gradient."""
    head.loss.emit(context, head.spec)
    if context.weights is None:
        context.write("add_weighted", context.statistics, places[head.slot(OWN)], factor=1.0)
        context.write("fill", places[head.slot(ROWS)], value=Symbol.EXAMPLES)
    if adds_up:
        context.write("add_weighted", context.statistics, places[LOSS], factor=head.weight)
    if head.weight != 1.0:
        context.write("scale", context.d_prediction.flat, factor=head.weight)


def _target(
    graph: Graph, network: GraphLowering, head: Head, targets: Buffer, output: View
) -> View:
    """What a head's output is held against: (examples, ...)."""
    builder = network.builder
    if not head.loss.needs_target:
        return output
    if head.drawn is not None:
        return network.drawn(head.drawn)
    if head.constant is not None:
        view = workspace(head.slot("target"), *output.shape).view
        options: Options = {"value": head.constant}
        builder.write(Instruction("fill", (view.flat,), options, head.slot("target")))
        return view
    width = head.spec.target_width
    if width == graph.target_width:
        return targets.view
    return _columns(builder, head, "target", targets, head.start, (width,))


def _columns(
    builder: InstructionBuilder,
    head: Head,
    name: str,
    targets: Buffer,
    start: int,
    shape: tuple[int, ...],
) -> View:
    """A part of each row of targets in a buffer of its own."""
    view = workspace(head.slot(name), Batch(), *shape).view
    options: Options = {"start": start}
    operands = (targets.view.rows, view.rows)
    builder.write(Instruction("extract_columns", operands, options, head.slot(name)))
    return view


def _compares_shares(head: Head) -> bool:
    """Whether a metric of numbers is asked of logits: it compares the shares that they stand for
    with the targets. For metrics of classes logits do as well."""
    is_of_numbers = any(not METRICS[name].of_classes for name in head.metrics)
    return bool(head.loss.closing_activation) and is_of_numbers


def _answer(builder: InstructionBuilder, head: Head, output: View) -> View:
    """What prediction answers, for metrics: where a closing softmax or sigmoid is left to the loss,
    the ``output`` is logits, and it is applied to a copy of them."""
    closing = ACTIVATIONS[head.loss.closing_activation]
    answer, name = workspace(head.slot("answer"), *output.shape), head.slot("metrics")
    operands = (output.flat, answer.view.flat)
    builder.write(Instruction("copy", operands, {}, name, Phase.METRIC))
    view = answer.view.rows if closing.by_rows else answer.view.flat
    builder.write(Instruction(closing.kernel, (view,), {**closing.options}, name, Phase.METRIC))
    return answer.view


def _emitted(
    network: GraphLowering,
    output: Buffer | None,
    target: Buffer | None = None,
    statistics: Buffer | None = None,
) -> LinearProgram:
    forward = tuple(network.builder.forward)
    ends = (network.x, network.dx, output, target, statistics)
    return LinearProgram(forward, *ends, network.outputs, network.gradients)
