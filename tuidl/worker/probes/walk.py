"""One step, phase by phase, with the real numbers of the batch that comes next."""

from typing import Annotated, Any

import msgspec
import numpy as np
from msgspec import Meta

from tuidl.compiler.graph import Graph, Node
from tuidl.compiler.nodes import Head, Target
from tuidl.core.lazy import Array
from tuidl.preset.networks import LossTerm
from tuidl.protocol.probes import BackwardStep, ForwardStep, StepTrace, UpdateStep
from tuidl.tasks.base import Task
from tuidl.tasks.choice import task_for
from tuidl.training.inspection import Inspected, inspect
from tuidl.training.state import TrainState
from tuidl.worker.probes.common import next_batch, next_step, numbers, task_in
from tuidl.worker.probes.worded import in_words, input_texts, target_texts


class Options(msgspec.Struct, forbid_unknown_fields=True):
    """How many ``numbers`` of each array to show, and how many whole ``examples``."""

    numbers: Annotated[int, Meta(ge=1, le=64)] = 6
    examples: Annotated[int, Meta(ge=1, le=64)] = 8


def walk(state: TrainState, options: Options) -> StepTrace:
    """``gather``: numbers of the examples and the first ones; ``forward`` and ``backward``: each
    layer's shapes and first values; ``loss``, and its share by example where that is simple;
    ``update``: parameters, their gradient, and the learning rate. Of several objectives it is the
    one whose turn comes. Nothing is changed."""
    feed, number = next_batch(state), state.rotation.at(state.updates)[0]
    with state.counting(number):
        seen = inspect(state.model, feed, number)
    graph, shown = state.program.graph, options.numbers
    objective = graph.objectives[number]
    head = _shown_head(graph, objective)
    task, first = _task_of_head(state, head), feed.order[: options.examples]
    predicted = task.close(_outputs_of(graph, head, seen))[: len(first)]
    targets = _targets_of(graph, head, feed.y[first], seen)
    losses = None
    if head.mask is None:
        losses = task.losses(predicted, targets.astype(np.float64))
    epoch, step = next_step(state)
    is_answer = head.node == graph.predicted and head.constant is None and head.drawn is None
    return StepTrace(
        batch=len(feed),
        of=len(state.train_feed),
        examples=tuple(feed.order[: options.examples].tolist()),
        shape=graph.spec.shape,
        classes=in_words(task.names) if task.has_labels and task.spec.rows == 1 else (),
        inputs=numbers(feed.x[first].reshape(len(first), -1)),
        targets=numbers(targets),
        input=_first(feed.x[first[:1]], shown),
        target=_first(targets[:1], shown),
        predicted=numbers(predicted.reshape(len(first), -1)),
        forward=_forward(graph, objective, seen, shown),
        closing=task.closing,
        loss=seen.loss,
        losses=None if losses is None else numbers(losses),
        loss_kind=head.loss.kind(),
        backward=tuple(
            BackwardStep(name=name, values=_first(values, shown), length=_length(values))
            for name, values in seen.gradients.items()
        ),
        update=_update(state, seen, shown),
        optimizer=objective.optimizer.kind(),
        learning_rate=float(state.learning_rates[number].of(epoch, step, 1)[0]),
        objective=objective.name,
        output=head.name,
        trains=tuple(sorted(objective.trains or ())),
        terms=_terms(state, number),
        weighted=head.weights is not None,
        texts=input_texts(state, feed.x[first]),
        target_texts=target_texts(state, targets) if is_answer else (),
        untaught=not head.loss.needs_target,
        groups=head.loss.groups,
    )


def _shown_head(graph: Graph, objective: Target) -> Head:
    """Of several losses, the one on what the model answers, or else the first."""
    heads = objective.heads
    return next((head for head in heads if head.node == graph.predicted), heads[0])


def _task_of_head(state: TrainState, head: Head) -> Task:
    return task_for(head.spec, head.loss) if state.preset.networks else task_in(state)


def _targets_of(graph: Graph, head: Head, y: Array, seen: Inspected) -> Array:
    """What a loss holds the outputs against, of the first rows of targets."""
    if head.constant is not None:
        return np.full((len(y), head.spec.target_width), head.constant)
    if head.drawn is not None:
        return seen.outputs[graph.name_of(head.drawn)][: len(y)].reshape(len(y), -1)
    return y[:, head.start : head.start + head.spec.target_width]


def _terms(state: TrainState, number: int) -> tuple[str, ...]:
    """The losses that an objective adds up, as formulas; none for a preset with one network."""
    if not state.preset.objectives:
        return ()
    return tuple(
        f"{'' if term.weight == 1 else f'{term.weight:g} · '}{term.loss.kind()}({_compared(term)})"
        for term in state.preset.objectives[number].losses
    )


def _compared(term: LossTerm) -> str:
    """The output, and what the loss holds it against, if anything."""
    if not term.loss.needs_target:
        return term.output
    target = "y" if term.target is None else term.target
    return f"{term.output}, {target if isinstance(target, str) else f'{target:g}'}"


def _forward(
    graph: Graph, objective: Target, seen: Inspected, shown: int
) -> tuple[ForwardStep, ...]:
    """Each layer that computes something, with its first values. A closing softmax or sigmoid
    belongs to the loss."""
    return tuple(
        ForwardStep(
            name=node.name,
            kind=node.layer.kind(),
            activation=_activation(node),
            input_shape=node.input_shape,
            shape=node.shape,
            values=_first(seen.outputs[node.name], shown),
        )
        for node in graph.nodes_of((objective,)).values()
        if node.name in seen.outputs
    )


def _activation(node: Node) -> str:
    return str(getattr(node.layer, "activation", "linear"))


def _outputs_of(graph: Graph, head: Head, seen: Inspected) -> Array:
    """What the loss is of, before the activation that belongs to it: the outputs of the last layer
    that does some work."""
    place = head.node
    while graph.nodes[place].name not in seen.outputs:
        place = graph.nodes[place].inputs[0]
    return seen.outputs[graph.nodes[place].name]


def _update(state: TrainState, seen: Inspected, shown: int) -> tuple[UpdateStep, ...]:
    """First values of every trained parameter, and of its gradient in the step looked at: none for
    those of other objectives."""
    parameters = state.model.parameters
    others = {
        slot.name: parameters[slot.name]
        for slot in state.program.parameters
        if slot.trainable and slot.name not in seen.parameters
    }
    kept = (
        UpdateStep(name=name, shape=of.shape, values=_first(of, shown), gradient=[])
        for name, of in others.items()
    )
    own = tuple(
        UpdateStep(
            name=name,
            shape=gradient.shape,
            values=_first(parameters[name], shown),
            gradient=_first(gradient, shown),
        )
        for name, gradient in seen.parameters.items()
    )
    return (*own, *kept)


def _first(values: Array, shown: int) -> Any:
    return numbers(values.reshape(-1)[:shown])


def _length(values: Array) -> Any:
    return numbers(np.sqrt((values.astype(np.float64) ** 2).sum()))
