"""A landscape around where a training stands, with the paths of runs on it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tuidl.backends.base import ArrayDataset
from tuidl.compiler.arena import ParameterSlot
from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.model.model import Model
from tuidl.protocol.landscapes import LandscapeHead, LandscapePath, PathPoint, PlaneKind
from tuidl.protocol.probes import Number
from tuidl.training.landscape import (
    POINTS,
    Landscape,
    loss_of,
    loss_with,
    require_one_loss,
    some_of,
)
from tuidl.training.moments import held_out_part
from tuidl.training.planes import (
    Plane,
    grid_axis,
    path_plane,
    random_plane,
    trained_slots,
    vector_of,
)
from tuidl.training.state import TrainState

MARGIN = 0.2
"""Room around a path, as a share of its extent."""
REACH = 1.0
"""How far random directions are followed, in lengths of each filter."""


@dataclass(frozen=True)
class KeptPath:
    """The parameters of a run after some of its steps, in order."""

    run: str
    steps: Sequence[int]
    parameters: Sequence[Mapping[str, Array]]


@dataclass(frozen=True)
class Wanted:
    """Which landscape. ``examples``: of the part; None for as many as take a few seconds."""

    plane: PlaneKind = "path"
    points: int = POINTS
    seed: int = 0
    examples: int | None = None


def survey(
    state: TrainState, run: str, paths: Sequence[KeptPath], wanted: Wanted
) -> tuple[LandscapeHead, Landscape]:
    """What the landscape is of, and the landscape, of which no point is computed yet.

    Raises DataError where the plane cannot be had, or weights of a path are of another network.
    """
    model, graph = state.model, state.program.graph
    require_one_loss(graph)
    paths = [_of_this_network(model, paths[0]), *paths[1:]]
    for path in paths:
        _require_same_network(model, path)
    slots = trained_slots(model.program)
    walked = [np.stack([vector_of(slots, p) for p in path.parameters]) for path in paths]
    plane = _plane(model, slots, walked, wanted)
    part, feed = held_out_part(state)
    some = some_of(feed, graph, wanted.points, wanted.examples)
    known = [_points(model, some, plane, *pair) for pair in zip(paths, walked, strict=True)]
    first, second = _axes(plane, [point for path in known for point in path.points], wanted)
    head = LandscapeHead(
        run=run,
        updates=state.updates,
        epoch=state.progress.epoch,
        step=state.progress.step,
        plane=wanted.plane,
        seed=wanted.seed,
        shares=plane.shares or (),
        first=first.tolist(),
        second=second.tolist(),
        part=part,
        examples=len(some),
        total=len(feed),
        centre=finite_or_none(loss_of(model, feed)),
        logged=_logged(state, part),
        averages=any(not slot.trainable for slot in model.program.parameters),
        paths=tuple(known),
    )
    return head, Landscape(model, some, plane, first, second)


def _plane(
    model: Model, slots: Sequence[ParameterSlot], walked: Sequence[Array], wanted: Wanted
) -> Plane:
    """Through the model's parameters, along the paths' weights (steps, weights) or at random."""
    with model.lock.hold():
        centre = vector_of(slots, model.parameters)
    if wanted.plane == "path":
        return path_plane(np.concatenate(walked), centre)
    return random_plane(slots, centre, wanted.seed)


def finite_or_none(value: float) -> Number:
    return value if math.isfinite(value) else None


def _points(
    model: Model, feed: ArrayDataset, plane: Plane, path: KeptPath, walked: Array
) -> LandscapePath:
    """Where a path's weights ``walked`` (steps, parameters) lie in the plane, and their losses."""
    found = []
    for step, parameters, weights in zip(path.steps, path.parameters, walked, strict=True):
        first, second, distance = plane.project(weights)
        loss = finite_or_none(loss_with(model, feed, parameters))
        found.append(
            PathPoint(updates=step, first=first, second=second, distance=distance, loss=loss)
        )
    return LandscapePath(run=path.run, points=tuple(found))


def _axes(plane: Plane, points: Sequence[PathPoint], wanted: Wanted) -> tuple[Array, Array]:
    """Coordinates that hold the centre exactly and, where they are of the paths, all of them."""
    if wanted.plane == "random":
        axis = grid_axis(-REACH, REACH, wanted.points)
        return axis, axis
    firsts, seconds = [p.first for p in points], [p.second for p in points]
    return _axis(firsts, wanted.points), _axis(seconds, wanted.points)


def _axis(values: Sequence[float], points: int) -> Array:
    low, high = min([*values, 0.0]), max([*values, 0.0])
    room = MARGIN * (high - low) or REACH
    return grid_axis(low - room, high + room, points)


def _logged(state: TrainState, part: str) -> Number:
    """The loss of the part as an epoch that ends here has logged it."""
    progress = state.progress
    has_ended = progress.epochs == progress.epoch or (
        progress.step == 0 and progress.epochs == progress.epoch - 1 > 0
    )
    if part != "validation" or not has_ended or progress.validation is None:
        return None
    return finite_or_none(progress.validation["loss"])


def _of_this_network(model: Model, path: KeptPath) -> KeptPath:
    """The part of a run's own path since its layers were changed last."""
    wanted = {slot.name: slot.shape for slot in model.program.parameters}
    fits = [
        {name: values.shape for name, values in parameters.items()} == wanted
        for parameters in path.parameters
    ]
    return KeptPath(
        path.run,
        [step for step, is_fit in zip(path.steps, fits, strict=True) if is_fit],
        [known for known, is_fit in zip(path.parameters, fits, strict=True) if is_fit],
    )


def _require_same_network(model: Model, path: KeptPath) -> None:
    wanted = {slot.name: slot.shape for slot in model.program.parameters}
    for parameters in path.parameters:
        found = {name: tuple(values.shape) for name, values in parameters.items()}
        if found != wanted:
            differing = next(
                name for name in (*wanted, *found) if wanted.get(name) != found.get(name)
            )
            was, here = found.get(differing, "missing"), wanted.get(differing, "missing")
            raise DataError(
                f"{path.run} is another network: {differing} is {was} there and {here} here"
            )
