"""What a network answers everywhere: along a line of one input, over a plane of two."""

import math
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from tuidl.backends.base import ArrayDataset
from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.protocol.probes import Curve, Plane, Values
from tuidl.training.state import TrainState
from tuidl.worker.probes.common import answers_of, inputs, numbers, pair, require_inputs, task_in
from tuidl.worker.probes.values import Options as ValuesOptions
from tuidl.worker.probes.values import values

MOST_POINTS = 400
MARGIN = 0.05


class Options(msgspec.Struct, forbid_unknown_fields=True):
    """``columns`` (and ``rows``) of places to ask the network at."""

    columns: Annotated[int, Meta(ge=2, le=200)] = 60
    rows: Annotated[int, Meta(ge=2, le=100)] = 30


class CurveOptions(Options, forbid_unknown_fields=True):
    """``or_values``: where the examples do not lie along a line, predictions against true values
    instead of a refusal."""

    or_values: bool = False


def curve(state: TrainState, options: CurveOptions) -> Curve | Values:
    """``points`` (x, y) to learn from, and the network's ``line`` over x.

    ``equation``: weight and bias where the network is one neuron, of the model and by least
    squares. An input (1, x) counts as one of x. Raises DataError where more than one number
    changes, or none does.
    """
    feed, seen_by = state.train_feed, _flat(state, state.train_feed)
    varying = np.flatnonzero(np.ptp(seen_by, axis=0) > 0)
    task = task_in(state)
    is_line = "curve" in task.probes and len(varying) == 1 and task.spec.outputs == 1
    if not is_line:
        if options.or_values:
            return values(state, ValuesOptions())
        raise DataError("curve: needs examples of one changing number and one target")
    column = int(varying[0])
    x, y = seen_by[:, column], task.targets(feed.y)[:, 0]
    places = _spread(x, options.columns)
    grid = np.repeat(seen_by[:1], len(places), axis=0)
    grid[:, column] = places
    answers = state.model.predict(grid.reshape(-1, *state.program.graph.answering.spec.shape))[:, 0]
    some = _some(len(x))
    slope, intercept = np.polyfit(x.astype(float), y.astype(float), 1)
    is_neuron = state.program.graph.parameter_count == 2
    model = np.polyfit(places.astype(float), answers.astype(float), 1)
    return Curve(
        points=numbers(np.column_stack([x, y])[some]),
        line=numbers(np.column_stack([places, answers])),
        best_line=pair([slope, intercept]),
        equation=pair(model) if is_neuron else None,
    )


def plane(state: TrainState, options: Options) -> Plane:
    """``points`` (x, y, class) of all parts, and ``shares`` (rows, columns) of the last class (or
    the winning class where there are more) over the plane between ``low`` and ``high``."""
    task = task_in(state)
    if "plane" not in task.probes:
        raise DataError("plane: needs examples of two numbers in classes")
    parts = [state.train_feed, state.held_out["validation"]]
    points = np.concatenate(
        [np.column_stack([_flat(state, feed), task.targets(feed.y)]) for feed in parts]
    )
    marks = np.concatenate([np.full(len(feed), i) for i, feed in enumerate(parts)])
    xs, ys = _spread(points[:, 0], options.columns), _spread(points[:, 1], options.rows)
    grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    shares = answers_of(state, grid)
    seen = shares[:, 1] if shares.shape[1] == 2 else shares.argmax(axis=1)
    some = _some(len(points))
    return Plane(
        points=numbers(points[some]),
        held_out=[bool(mark) for mark in marks[some]],
        classes=task.names,
        low=pair([xs[0], ys[0]]),
        high=pair([xs[-1], ys[-1]]),
        shares=numbers(seen.reshape(options.rows, options.columns)),
    )


def _flat(state: TrainState, feed: ArrayDataset) -> Array:
    """What the network predicts from, as rows."""
    require_inputs(state)
    x = inputs(state, feed, slice(None))
    return x.reshape(len(x), math.prod(x.shape[1:]))  # of no examples -1 says nothing


def _spread(values: Array, count: int) -> Array:
    """Even places over the values' range, and a little beyond."""
    low, high = float(values.min()), float(values.max())
    room = MARGIN * (high - low or 1.0)
    return np.linspace(low - room, high + room, count, dtype=values.dtype)


def _some(count: int) -> Array:
    """Evenly chosen numbers of at most MOST_POINTS points."""
    return np.unique(np.linspace(0, count - 1, min(count, MOST_POINTS)).astype(int))
