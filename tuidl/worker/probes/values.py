"""Numbers predicted against the true ones, example by example."""

from typing import Annotated

import msgspec
from msgspec import Meta

from tuidl.core.errors import DataError
from tuidl.protocol.probes import Values
from tuidl.training.state import TrainState
from tuidl.worker.probes.common import held_out, inputs, numbers


class Options(msgspec.Struct, forbid_unknown_fields=True):
    """``count`` held-out examples, and which of the targets (``output``)."""

    count: Annotated[int, Meta(ge=1, le=1000)] = 300
    output: Annotated[int, Meta(ge=0)] = 0


def values(state: TrainState, options: Options) -> Values:
    """``true`` and ``predicted`` values, as the network is taught them (scaled, if they are)."""
    spec = state.program.graph.spec
    if spec.classes:
        raise DataError("values: the targets are classes, not numbers")
    if options.output >= spec.outputs:
        raise DataError(f"values: there are {spec.outputs} outputs, counted from 0")
    part, feed = held_out(state)
    some = slice(0, options.count)
    predicted = state.model.predict(inputs(state, feed, some))
    return Values(
        part=part,
        true=numbers(feed.y[some, options.output]),
        predicted=numbers(predicted[:, options.output]),
    )
