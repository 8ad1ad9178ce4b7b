"""One step, phase by phase, with the real numbers of the batch that comes next."""

from typing import Annotated, Any

import msgspec
import numpy as np
from msgspec import Meta

from tuidl.backends.base import Array, ArrayDataset
from tuidl.compiler.graph import Node
from tuidl.nn.losses import Classification
from tuidl.protocol.probes import BackwardStep, ForwardStep, StepTrace, UpdateStep
from tuidl.training.inspection import Inspected, inspect
from tuidl.training.state import TrainState
from tuidl.worker.probes.common import numbers

LEAST_SHARE = 1e-12
"""A probability below this counts as this, where its logarithm is taken."""


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
    first = feed.order[: options.examples]
    epoch, step = state.place
    return StepTrace(
        batch=len(feed),
        of=len(state.train_feed),
        examples=tuple(feed.order[: options.examples].tolist()),
        shape=spec.shape,
        classes=spec.classes,
        inputs=numbers(feed.x[first].reshape(len(first), -1)),
        targets=numbers(feed.y[first]),
        input=_first(feed.x[first[:1]], shown),
        target=_first(feed.y[first[:1]], shown),
        predicted=_predicted(state, seen, options.examples),
        forward=_forward(state, seen, shown),
        closing=_closing(state),
        loss=seen.loss,
        losses=_losses(state, seen, feed, options.examples),
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


def _closing(state: TrainState) -> str:
    """What makes the last layer's outputs predictions: softmax, sigmoid or nothing."""
    loss = state.preset.loss
    return loss.closing_activation if isinstance(loss, Classification) else "linear"


def _activation(node: Node) -> str:
    return str(getattr(node.layer, "activation", "linear"))


def _answers(state: TrainState, seen: Inspected) -> Array:
    """The last outputs, with the closing softmax or sigmoid that belongs to the loss; (examples,
    outputs)."""
    last = list(seen.outputs.values())[-1]
    logits = last.reshape(len(last), -1).astype(np.float64)
    closing = _closing(state)
    if closing == "sigmoid":
        return np.asarray(1 / (1 + np.exp(-logits)))
    if closing != "softmax":
        return logits
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _predicted(state: TrainState, seen: Inspected, count: int) -> Any:
    return numbers(_answers(state, seen)[:count])


def _losses(state: TrainState, seen: Inspected, feed: ArrayDataset, count: int) -> Any:
    """What each of the first examples adds to the mean; None where it takes more than a line."""
    answers = _answers(state, seen)[:count]
    targets = feed.y[feed.order[:count]].astype(np.float64)
    kind, spec = state.preset.loss.kind(), state.program.graph.spec
    if getattr(state.preset.loss, "label_smoothing", 0.0):
        return None
    if kind == "mse":
        return numbers(((answers - targets) ** 2).mean(axis=1))
    if kind == "mae":
        return numbers(np.abs(answers - targets).mean(axis=1))
    if not spec.classes:
        return None
    true = targets[:, 0].astype(int)
    if answers.shape[1] == 1:
        right = np.where(true == 1, answers[:, 0], 1 - answers[:, 0])
    else:
        right = answers[np.arange(len(true)), true]
    return numbers(np.abs(np.log(np.maximum(right, LEAST_SHARE))))


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
