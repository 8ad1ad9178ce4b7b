"""Numbers predicted against the true ones, example by example."""

from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.data.preprocessing import FittedScaling
from tuidl.protocol.probes import Values
from tuidl.tasks.generation import Generation
from tuidl.training.state import TrainState
from tuidl.worker.probes.common import answers_of, held_out, inputs, numbers, task_in

MOST_SHARES = 1000


class Options(msgspec.Struct, forbid_unknown_fields=True):
    """``count`` held-out examples, and which of the targets (``output``); unsaid, the first, or all
    where they are shares or labels."""

    count: Annotated[int, Meta(ge=1, le=1000)] = 300
    output: Annotated[int, Meta(ge=0)] | None = None


def values(state: TrainState, options: Options) -> Values:
    """``true`` and ``predicted`` values in the unit of the data, though the network is taught
    scaled ones; labels and shares as probabilities. Raises DataError for classes."""
    task = task_in(state)
    spec = task.spec
    if not task.probes or isinstance(task, Generation):
        raise DataError("no target is held against what this network predicts")
    if "values" not in task.probes:
        raise DataError("values: the targets are classes, not numbers")
    if (options.output or 0) >= spec.outputs:
        raise DataError(f"values: there are {spec.outputs} outputs, counted from 0")
    part, feed = held_out(state)
    count = min(options.count, len(feed))
    whole = options.output is None and task.is_one_unit
    if whole:
        count = min(count, max(MOST_SHARES // spec.outputs, 1))
    some = slice(0, count)
    predicted = answers_of(state, inputs(state, feed, some)).reshape(count, -1)
    true = task.targets(feed.y[some])
    true, predicted = (_own_unit(state.preprocessing.targets, each) for each in (true, predicted))
    chosen = slice(None) if whole else options.output or 0
    return Values(
        part=part,
        true=numbers(true[:, chosen].reshape(-1)),
        predicted=numbers(predicted[:, chosen].reshape(-1)),
        output=None if whole else options.output or 0,
        outputs=spec.outputs,
    )


def _own_unit(scaling: FittedScaling | None, values: Array) -> Array:
    """Targets (examples, outputs) as the data has them; those of one of several outputs, whose
    place among all targets is not known here, stay as they are."""
    if scaling is None or len(scaling.scale) not in (1, values.shape[1]):
        return values
    return np.asarray(values, np.float64) * scaling.scale + scaling.offset
