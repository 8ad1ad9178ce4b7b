"""What several probes share."""

from math import prod
from typing import Any

import numpy as np

from tuidl.backends.base import ArrayDataset
from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.tasks.base import Task
from tuidl.tasks.choice import task_of
from tuidl.training.state import TrainState

DIGITS = 4
"""Significant digits of what is sent: pictures need no more."""
BRIEF = 0.1, 100.0
"""The largest of a picture's numbers, where three decimals suffice."""


def numbers(values: Any) -> Any:
    """An array as (nested) lists of rounded floats; what is not finite becomes None."""
    array = np.asarray(values, np.float64)
    if array.ndim:
        return [numbers(row) for row in array]
    return float(f"{float(array):.{DIGITS}g}") if np.isfinite(array) else None


def precise(value: float) -> float | None:
    """A number with six significant digits; None where it is not finite."""
    return float(f"{value:.6g}") if np.isfinite(value) else None


def pair(values: Any) -> Any:
    """Two numbers, as ``numbers`` sends them."""
    first, second = numbers(values)
    return first, second


def held_out(state: TrainState) -> tuple[str, ArrayDataset]:
    """The part to show: validation, else test, else what is trained on."""
    for name in ("validation", "test"):
        if len(state.held_out[name]):
            return name, state.held_out[name]
    return "train", state.train_feed


def inputs(state: TrainState, feed: ArrayDataset, chosen: Array | slice) -> Array:
    """What the network predicts from, of some of the feed's examples, in its own shape."""
    graph, x = state.program.graph, feed.x[chosen]
    if graph.answering is not graph and len(graph.inputs) > 1:
        known = {data.name: data for data in graph.inputs}
        used = [known[data.name] for data in graph.answering.inputs]
        parts = [x[:, data.start : data.start + prod(data.shape)] for data in used]
        x = np.concatenate(parts, axis=1)
    return x.reshape(-1, *graph.answering.spec.shape)


FROM_NOISE = "the network answers to noise: nothing says what is true of it"


def require_inputs(state: TrainState, otherwise: str = FROM_NOISE) -> None:
    """Raises DataError, with the words ``otherwise``, where the network does not predict from the
    data's inputs."""
    graph = state.program.graph
    own = {data.name for data in graph.inputs if not data.noise}
    if not own.issuperset(data.name for data in graph.answering.inputs):
        raise DataError(otherwise)


def batch_of(state: TrainState, feed: ArrayDataset, count: int) -> ArrayDataset:
    """The first examples of a feed as a feed of their own."""
    count = min(count, len(feed), state.program.train.capacity)
    return ArrayDataset(feed.x[:count], feed.y[:count], np.arange(count, dtype=np.int64))


def next_step(state: TrainState) -> tuple[int, int]:
    """The epoch, from 1, and in it the number, from 0, of the step that would come next. Where the
    last one of an epoch is done that is the next epoch's first, be it evaluated yet or not."""
    epoch, step = state.place
    return (epoch, step) if step < state.steps else (epoch + 1, 0)


def next_batch(state: TrainState) -> ArrayDataset:
    """The examples that the next step will train on."""
    epoch, step = next_step(state)
    feed, position = state.ordered(epoch), step * state.batches.batch
    order = feed.order[position : position + state.batches.batch]
    return ArrayDataset(feed.x, feed.y, order, epoch=epoch)


def task_in(state: TrainState) -> Task:
    """What the outputs of the network in training mean."""
    return task_of(state.preset)


def answers_of(state: TrainState, x: Array) -> Array:
    """Predictions as the task decodes them: shares of classes or labels, or numbers.

    Raises DataError where the model answers to something else than the data's inputs.
    """
    require_inputs(state)
    is_closed = state.program.graph.answering.is_closed
    return task_in(state).decode(state.model.predict(x), is_closed)


def brief(values: Array) -> list[float | None]:
    """Many numbers of a picture (n,), quickly: to three decimals where all are finite and of such a
    size that these suffice, else as ``numbers`` sends them."""
    size = np.abs(values).max(initial=0.0)
    if BRIEF[0] <= size <= BRIEF[1]:
        found: list[float | None] = np.round(values.astype(np.float64), 3).tolist()
        return found
    made: list[float | None] = numbers(values)
    return made
