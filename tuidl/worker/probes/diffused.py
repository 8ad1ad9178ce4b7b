"""The steps back from noise to points, as the network goes them now."""

from math import prod
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from tuidl.compiler.reverse import Reverse, reverse_of
from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.model.diffusion import noise_in, steps_back
from tuidl.model.model import Model
from tuidl.model.sampling import SAMPLE_SEED
from tuidl.protocol.generated import Diffused
from tuidl.training.state import TrainState
from tuidl.worker.probes.common import brief, held_out, numbers, pair
from tuidl.worker.probes.generated import corners, grid_of, lengths_to_one

REACH = 2.5
"""Of normal noise: one number in 80 is further from 0."""


class Options(msgspec.Struct, forbid_unknown_fields=True):
    """How many ``points`` to show, at how many steps (``frames``), and ``columns`` and ``rows`` of
    places to ask for the noise at (0: none)."""

    points: Annotated[int, Meta(ge=1, le=1000)] = 200
    frames: Annotated[int, Meta(ge=2, le=201)] = 26
    columns: Annotated[int, Meta(ge=0, le=60)] = 13
    rows: Annotated[int, Meta(ge=0, le=60)] = 9


def diffused(state: TrainState, options: Options) -> Diffused:
    """Raises DataError where the model does not tell the noise in points."""
    model = state.model
    way = reverse_of(model.program.graph)
    if way is None or way.x.shape != (2,) or prod(state.preset.spec().shape) != 2:
        raise DataError("diffused: needs a network that tells the noise in points of two numbers")
    times = _times(way.steps, options.frames)
    with model.lock.hold():
        part, feed = held_out(state)
        low, high = corners(state.train_feed.x)
        low, high = np.minimum(low, -REACH), np.maximum(high, REACH)
        walk = steps_back(model, way, options.points, SAMPLE_SEED)
        frames = [_rows(x) for t, x in walk if t in times]
        places = grid_of(low, high, options.columns, options.rows)
        arrows = [_rows(_arrows(model, way, places, t)) for t in times]
        updates = state.updates
    return Diffused(
        updates=updates,
        part=part,
        steps=way.steps,
        real=_rows(feed.x[: options.points, :2]),
        times=times,
        frames=tuple(frames),
        left=tuple(numbers(way.shares()[list(times)])),
        arrows=tuple(arrows),
        low=pair(low),
        high=pair(high),
    )


def _times(steps: int, frames: int) -> tuple[int, ...]:
    """From the last step to 0, in equal strides as far as whole numbers allow."""
    places = np.linspace(steps, 0, min(frames, steps + 1))
    return tuple(int(t) for t in np.rint(places))


def _rows(values: Array) -> list[list[float | None]]:
    """Many rows of numbers, quickly."""
    flat, width = brief(values.reshape(-1)), values.shape[1]
    return [flat[i : i + width] for i in range(0, len(flat), width)]


def _arrows(model: Model, way: Reverse, places: Array, t: int) -> Array:
    """(n, 4): at each place against the noise that the network sees there in step t."""
    if not t or not len(places):
        return np.zeros((0, 4))
    return np.concatenate([places, lengths_to_one(-noise_in(model, way, places, t))], axis=1)
