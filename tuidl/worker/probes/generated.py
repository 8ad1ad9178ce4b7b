"""What a generator makes of random numbers, and what the other network says of it."""

from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from tuidl.compiler.reverse import reverse_of
from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.model.model import Model
from tuidl.model.sampling import from_latents, generated, is_generator, latents
from tuidl.protocol.generated import Generated, GeneratedPictures
from tuidl.training.distances import MODES, SAMPLE, WASSERSTEIN, distances
from tuidl.training.state import TrainState
from tuidl.worker.probes.common import held_out, numbers, pair
from tuidl.worker.probes.critics import critic_of

MARGIN = 0.15
ARROWS = 40
EDGE, UNIFORM_EDGE = 2.5, 1.0
"""How far the lattice goes: normal numbers are beyond once in 80, uniform ones never."""


class Options(msgspec.Struct, forbid_unknown_fields=True):
    """How many ``points`` to show of each kind, ``columns`` and ``rows`` of places to ask the
    other network at (0: not at all), and ``lines`` of the lattice in each direction."""

    points: Annotated[int, Meta(ge=1, le=1000)] = 300
    columns: Annotated[int, Meta(ge=0, le=200)] = 48
    rows: Annotated[int, Meta(ge=0, le=100)] = 32
    lines: Annotated[int, Meta(ge=0, le=41)] = 13


class PictureOptions(msgspec.Struct, forbid_unknown_fields=True):
    """How many ``pictures`` to show."""

    pictures: Annotated[int, Meta(ge=1, le=100)] = 40


def points(state: TrainState, options: Options) -> Generated:
    """Raises DataError where the model makes no points of noise alone."""
    model, graph = state.model, state.program.graph
    if not is_generator(graph) or graph.shape_of(graph.predicted) != (2,):
        raise DataError("generated: needs a network that makes points of two numbers from noise")
    with model.lock.hold():
        part, feed = held_out(state)
        real, made = feed.x[: options.points, :2], generated(model, options.points)
        low, high = corners(state.train_feed.x)
        critic = critic_of(model) if options.columns and options.rows else None
        scores = distances(model, feed)
        shares, arrows = np.zeros((0, 0)), np.zeros((0, 4))
        if critic is not None:
            places = grid_of(low, high, options.columns, options.rows)
            shares = critic.says(places).reshape(options.rows, options.columns)
            pulls = critic.pulls(made[:ARROWS].astype(np.float64), float((high - low).max()))
            arrows = np.concatenate([made[:ARROWS], lengths_to_one(pulls)], axis=1)
        lattice = _lattice(model, options.lines)
        updates = state.updates
    clouds = len(getattr(state.preset.data, "centres", list)()) if MODES in scores else 0
    return Generated(
        updates=updates,
        part=part,
        real=numbers(real),
        made=numbers(made),
        low=pair(low),
        high=pair(high),
        lattice=tuple(numbers(line) for line in lattice),
        critic=critic.network if critic else "",
        shares=numbers(shares),
        arrows=numbers(arrows),
        distance=numbers(scores.get(WASSERSTEIN, np.nan)),
        of=SAMPLE,
        covered=_whole(scores.get(MODES, np.nan)),
        clouds=clouds,
    )


def pictures(state: TrainState, options: PictureOptions) -> GeneratedPictures:
    """Raises DataError where the model makes no pictures like the data's of noise alone."""
    model, graph = state.model, state.program.graph
    shape = state.preset.spec().shape
    if not is_generator(graph) or graph.shape_of(graph.predicted) != shape or len(shape) != 3:
        raise DataError("generated_pictures: needs a network that makes pictures from noise")
    with model.lock.hold():
        part, feed = held_out(state)
        made = generated(model, options.pictures)
        distance = distances(model, feed).get(WASSERSTEIN, np.nan)
        updates = state.updates
    return GeneratedPictures(
        updates=updates,
        part=part,
        shape=shape,
        made=numbers(made.reshape(len(made), -1)),
        real=numbers(feed.x[: options.pictures]),
        distance=numbers(distance),
        of=SAMPLE,
    )


def _whole(value: float) -> int | None:
    return int(value) if np.isfinite(value) else None


def corners(real: Array) -> tuple[Array, Array]:
    """Of the plane that is shown: the real points', and some room around them."""
    low, high = real[:, :2].min(axis=0).astype(float), real[:, :2].max(axis=0).astype(float)
    room = MARGIN * np.maximum(high - low, 1e-6)
    return low - room, high + room


def grid_of(low: Array, high: Array, columns: int, rows: int) -> Array:
    xs, ys = np.linspace(low[0], high[0], columns), np.linspace(low[1], high[1], rows)
    return np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)


def lengths_to_one(arrows: Array) -> Array:
    """The same directions, the longest of length 1; those of nothing finite are none."""
    known = np.nan_to_num(arrows, nan=0.0, posinf=0.0, neginf=0.0)
    most = float(np.sqrt((known**2).sum(axis=1)).max(initial=0.0))
    return known / most if most > 0 else known


def _lattice(model: Model, count: int) -> list[Array]:
    """Lines of an even grid of the first two latent numbers, or of the only one, as they become;
    further latent numbers are 0."""
    graph = model.program.graph
    width = latents(graph, 1).shape[1]
    edge = EDGE if graph.answering.inputs[0].name in _normal(model) else UNIFORM_EDGE
    along = np.linspace(-edge, edge, 4 * count + 1)
    if count < 2 or reverse_of(graph) is not None:  # by diffusion noise comes in many times
        return []
    at = np.linspace(-edge, edge, count)
    rows: list[Array] = []
    for first in (0, 1) if width > 1 else (0,):
        for place in at if width > 1 else at[:1]:
            line = np.zeros((len(along), width))
            line[:, first] = along
            if width > 1:
                line[:, 1 - first] = place
            rows.append(line)
    made = from_latents(model, np.concatenate(rows))
    return list(made.reshape(len(rows), len(along), 2))


def _normal(model: Model) -> set[str]:
    return {data.name for data in model.program.graph.inputs if data.noise == "normal"}
