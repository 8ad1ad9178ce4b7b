"""A head, which is one loss on one output, writes its instructions: metrics, loss and gradient."""

from tuidl.compiler.graph import Graph
from tuidl.compiler.lowering import GraphLowering, workspace
from tuidl.compiler.nodes import Head
from tuidl.ir.buffers import Batch, Buffer, Symbol, View
from tuidl.ir.instructions import Instruction, InstructionBuilder, Options, Phase
from tuidl.nn.layers.activations import ACTIVATIONS
from tuidl.nn.losses.base import LossContext
from tuidl.nn.metrics import METRICS, emit_tallies, tallies_of

LOSS = "loss"
"""The first slot of every routine's statistics: its mean loss, summed over the examples."""
OWN, ROWS = "own_loss", "rows"
"""Of a head, the sum of its answers' losses, and of their weights."""
COUNTED = "counted"
"""Of a head whose answers have weights, how many count in metrics: all, or those of the mask."""


def is_plain(graph: Graph) -> bool:
    """Whether there is one loss, on all answers alike: then its mean is that over the examples."""
    heads = graph.heads
    return (
        len(heads) == 1
        and heads[0].mask is None
        and heads[0].weights is None
        and heads[0].weight == 1.0
    )


def emit_head(
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
    _emit_metrics(builder, graph, head, output, target, mask, places)
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


def _emit_metrics(
    builder: InstructionBuilder,
    graph: Graph,
    head: Head,
    output: View,
    target: View,
    mask: View | None,
    places: dict[str, View],
) -> None:
    names = tallies_of(head.metrics)
    if not names:
        return
    own = {name: places[head.slot(name)] for name in names}
    is_of_shares = graph.closing(head) is not None or _compares_shares(head)
    threshold = 0.5 if is_of_shares else 0.0
    answer = _answer(builder, head, output) if is_of_shares else output
    emit_tallies(builder, head.spec, answer, target, own, threshold, mask, head.slot("metrics"))


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
