"""One step, phase by phase, with the real numbers of the batch that comes next."""

from typing import Annotated, Any

import msgspec
import numpy as np
from msgspec import Meta

from tuidl.backends.base import Array, ArrayDataset
from tuidl.compiler.graph import Node
from tuidl.protocol.probes import BackwardStep, ForwardStep, StepTrace, UpdateStep
from tuidl.training.inspection import Inspected, inspect
from tuidl.training.state import TrainState
from tuidl.worker.probes.common import numbers, task_in


class Options(msgspec.Struct, forbid_unknown_fields=True):
    """How many ``numbers`` of each array to show, and how many whole ``examples``."""

    numbers: Annotated[int, Meta(ge=1, le=64)] = 6
    examples: Annotated[int, Meta(ge=1, le=64)] = 8


def walk(state: TrainState, options: Options) -> StepTrace:
    """``gather``: numbers of the examples and the first ones; ``forward`` and ``backward``: each
    layer's shapes and first values; ``loss``, and its share by example where that is simple;
    ``update``: parameters, their gradient, and the learning rate. Nothing is changed."""
    feed = _next_batch(state)
    seen = inspect(state.model, feed)
    spec, shown = state.program.graph.spec, options.numbers
    task, first = task_in(state), feed.order[: options.examples]
    predicted = task.close(_last(state, seen))[: len(first)]
    losses = None
    if not state.preset.networks:  # of several losses none is the mean that is shown
        losses = task.losses(predicted, feed.y[first].astype(np.float64))
    epoch, step = state.place
    return StepTrace(
        batch=len(feed),
        of=len(state.train_feed),
        examples=tuple(feed.order[: options.examples].tolist()),
        shape=spec.shape,
        classes=task.names if task.has_labels else (),
        inputs=numbers(feed.x[first].reshape(len(first), -1)),
        targets=numbers(task.targets(feed.y[first])),
        input=_first(feed.x[first[:1]], shown),
        target=_first(task.targets(feed.y[first[:1]]), shown),
        predicted=numbers(predicted.reshape(len(first), -1)),
        forward=_forward(state, seen, shown),
        closing=task.closing,
        loss=seen.loss,
        losses=None if losses is None else numbers(losses),
        loss_kind=state.preset.loss.kind(),
        backward=tuple(
            BackwardStep(name=name, values=_first(values, shown), length=_length(values))
            for name, values in seen.gradients.items()
        ),
        update=_update(state, seen, shown),
        optimizer=state.preset.optimizer.kind(),
        learning_rate=float(state.rates.of(epoch, min(step, state.steps - 1), 1)[0]),
    )


def _next_batch(state: TrainState) -> ArrayDataset:
    """The examples that the next step will train on."""
    epoch, step = state.place
    feed = state.ordered(epoch)
    position = min(step, state.steps - 1) * state.batches.batch
    return ArrayDataset(feed.x, feed.y, feed.order[position : position + state.batches.batch])


def _forward(state: TrainState, seen: Inspected, shown: int) -> tuple[ForwardStep, ...]:
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
        for node in state.program.graph.nodes_for_loss
        if node.name in seen.outputs
    )


def _activation(node: Node) -> str:
    return str(getattr(node.layer, "activation", "linear"))


def _last(state: TrainState, seen: Inspected) -> Array:
    """The predicted output, before the activation that belongs to the loss."""
    graph = state.program.graph
    last = list(seen.outputs.values())[-1]
    return seen.outputs.get(graph.nodes[graph.predicted].name, last)


def _update(state: TrainState, seen: Inspected, shown: int) -> tuple[UpdateStep, ...]:
    """First values of every trained parameter, and of its gradient in the step looked at."""
    parameters = state.model.parameters
    return tuple(
        UpdateStep(
            name=name,
            shape=gradient.shape,
            values=_first(parameters[name], shown),
            gradient=_first(gradient, shown),
        )
        for name, gradient in seen.parameters.items()
    )


def _first(values: Array, shown: int) -> Any:
    return numbers(values.reshape(-1)[:shown])


def _length(values: Array) -> Any:
    return numbers(np.sqrt((values.astype(np.float64) ** 2).sum()))
