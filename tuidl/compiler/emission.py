"""Networks, losses, metrics and optimizer write their instructions: those of one routine."""

from dataclasses import dataclass, field, replace
from itertools import accumulate

from tuidl.compiler.division import Sharding
from tuidl.compiler.graph import Graph
from tuidl.compiler.head_emission import COUNTED, LOSS, OWN, ROWS, emit_head, is_plain
from tuidl.compiler.lowering import GraphLowering, Memory
from tuidl.compiler.nodes import Target
from tuidl.compiler.penalties import emit_penalties, emit_penalty_gradients
from tuidl.compiler.table_updates import emit_update, refreshed
from tuidl.ir.buffers import Buffer, Region, Symbol, View
from tuidl.ir.instructions import PART, Instruction, InstructionBuilder, Phase
from tuidl.nn.metrics import TALLIES, classes_of, tallies_of

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
            emit_head(graph, network, head, seen, places, adds_up=number == 0)
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


def _emitted(
    network: GraphLowering,
    output: Buffer | None,
    target: Buffer | None = None,
    statistics: Buffer | None = None,
) -> LinearProgram:
    forward = tuple(network.builder.forward)
    ends = (network.x, network.dx, output, target, statistics)
    return LinearProgram(forward, *ends, network.outputs, network.gradients)
