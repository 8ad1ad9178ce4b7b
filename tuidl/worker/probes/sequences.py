"""A series, the network's predictions of its next values, and where it goes when left alone."""

from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from tuidl.core.errors import DataError
from tuidl.protocol.probes import Forecast
from tuidl.training.state import TrainState
from tuidl.worker.probes.common import held_out, inputs, numbers, task_in


class Options(msgspec.Struct, forbid_unknown_fields=True):
    """``count`` steps of the held-out part; of these the last ``free`` are forecast freely."""

    count: Annotated[int, Meta(ge=2, le=2000)] = 120
    free: Annotated[int, Meta(ge=0, le=1000)] = 60


def forecast(state: TrainState, options: Options) -> Forecast:
    """``true`` values, ``predicted`` each from the true ones before, and ``free``: from ``start``
    on each from the network's own predictions. ``window``: how many values it sees."""
    spec = state.program.graph.spec
    if "forecast" not in task_in(state).probes:
        raise DataError("forecast: needs a series of single numbers")
    part, feed = held_out(state)
    count = min(options.count, len(feed))
    x = inputs(state, feed, slice(0, count))
    true = task_in(state).targets(feed.y[:count])[:, 0]
    start = max(count - options.free, 0)
    window = x[start : start + 1].copy() if start < count else x[:0]
    own = []
    for _ in range(count - start):
        value = float(state.model.predict(window)[0, 0])
        own.append(value)
        following = np.full((1, 1, 1), as_input(state, value), window.dtype)
        window = np.concatenate([window[:, 1:], following], axis=1)
    return Forecast(
        part=part,
        window=spec.shape[0],
        start=start,
        true=numbers(true),
        predicted=numbers(state.model.predict(x)[:, 0]),
        free=numbers(own),
    )


def as_input(state: TrainState, value: float) -> float:
    """A predicted value as an input: inputs and targets are scaled each by its own scale."""
    learned = state.preprocessing
    if learned.targets is not None:
        value = value * learned.targets.scale[0] + learned.targets.offset[0]
    if learned.inputs is not None:
        value = (value - learned.inputs.offset[-1]) / learned.inputs.scale[-1]
    return value
