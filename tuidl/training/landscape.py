"""The loss of a network on a plane through its weights, from coarse to fine.

Loss and moving averages are those of evaluation: batch normalisation uses the averages that the
training had gathered at the centre, and dropout drops nothing.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from tuidl.backends.base import ArrayDataset
from tuidl.compiler.graph import Graph
from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.model.model import Model
from tuidl.training.planes import Plane, trained_slots, vector_of
from tuidl.training.scores import scores_of
from tuidl.training.thread_tuner import ThreadTuner

POINTS = 51
"""Of a side, by default."""
OPERATIONS = 2e11
"""FLOPs of a whole landscape, by which it is decided how many examples it is of."""
FEWEST_EXAMPLES = 64
STRIDES = (25, 5, 1)
"""Every so many points of a side at first, then between them."""
SECONDS = 0.04
"""How long to work at a time."""


@dataclass(frozen=True)
class Computed:
    """The ``losses`` of some points (row, column)."""

    places: list[tuple[int, int]]
    losses: list[float]


class Landscape:
    """``losses`` (points of ``second``, points of ``first``), NaN where not computed yet.

    The model holds its own weights again whenever ``compute`` yields.
    """

    def __init__(
        self, model: Model, feed: ArrayDataset, plane: Plane, first: Array, second: Array
    ) -> None:
        """``first``, ``second``: the coordinates of the columns and the rows."""
        self.plane, self.first, self.second = plane, first, second
        self.losses = np.full((len(second), len(first)), np.nan)
        self._model, self._feed = model, feed
        self._slots = trained_slots(model.program)
        self._others = {
            slot.name: model.parameters[slot.name].copy()
            for slot in model.program.parameters
            if not slot.trainable
        }
        most = model.engine.threads if model.program.shards > 1 else 1
        self._tuner = ThreadTuner(most)

    def compute(self) -> Iterator[Computed]:
        """All points, a few at a time."""
        waiting = order_of(len(self.second), len(self.first))
        place = next(waiting, None)
        while place is not None:
            found = Computed([], [])
            with _lent(self._model):
                self._set_others()
                ends = time.monotonic() + SECONDS
                while place is not None and (not found.places or time.monotonic() < ends):
                    found.places.append(place)
                    found.losses.append(self._loss_at(*place))
                    place = next(waiting, None)
            yield found

    def _loss_at(self, row: int, column: int) -> float:
        """The loss at one place of the grid; the times tell how many threads are fastest."""
        weights = self.plane.at(float(self.first[column]), float(self.second[row]))
        set_weights(self._model, weights)
        engine, tuner = self._model.engine, self._tuner
        started = time.perf_counter()
        if len(tuner.choices) > 1:
            engine.threads = tuner.next(started)
        loss = loss_of(self._model, self._feed)
        tuner.record(engine.threads, time.perf_counter() - started)
        self.losses[row, column] = loss
        return loss

    def _set_others(self) -> None:
        for name, values in self._others.items():
            self._model.parameters[name][...] = values


def order_of(rows: int, columns: int) -> Iterator[tuple[int, int]]:
    """All places of a grid: the middle of its coarsest points first, then ever finer ones, within a
    stride in an order that fills the picture evenly."""
    seen: set[tuple[int, int]] = set()
    random = np.random.Generator(np.random.Philox(key=0))
    for stride in STRIDES:
        found = [(i, j) for i in range(0, rows, stride) for j in range(0, columns, stride)]
        new = [place for place in found if place not in seen]
        seen.update(new)
        for i in random.permutation(len(new)).tolist():
            yield new[i]


def loss_of(model: Model, feed: ArrayDataset) -> float:
    """The mean loss over the feed with the weights that the model has, penalties included."""
    totals = model.evaluate(feed)
    assert totals is not None  # a training of this model that is asked to stop is none of this
    return float(scores_of(model.program, totals, feed)["loss"])


def loss_with(model: Model, feed: ArrayDataset, parameters: Mapping[str, Array]) -> float:
    """``loss_of`` with other parameters, moving averages included; the model has its own again
    afterwards."""
    with _lent(model):
        for name, values in model.parameters.items():
            values[...] = parameters[name]
        return loss_of(model, feed)


def set_weights(model: Model, weights: Array) -> None:
    """Give the model these weights, rounded to its dtype."""
    start = 0
    for slot in trained_slots(model.program):
        part = weights[start : start + slot.size]
        model.parameters[slot.name][...] = part.reshape(slot.shape)
        start += slot.size


def weights_of(model: Model) -> Array:
    """The weights that the model has, as one vector."""
    return vector_of(trained_slots(model.program), model.parameters)


def some_of(feed: ArrayDataset, graph: Graph, points: int, wanted: int | None) -> ArrayDataset:
    """The examples that a landscape of ``points`` by ``points`` is of, evenly out of ``feed``.

    ``wanted``: how many, all if there are fewer; by default as many as ``OPERATIONS`` are enough
    for.
    """
    enough = OPERATIONS / (max(graph.flops, 1) * points**2)
    count = min(wanted or max(int(enough), FEWEST_EXAMPLES), len(feed))
    if count == len(feed):
        return feed
    chosen = feed.order[np.linspace(0, len(feed) - 1, count).round().astype(np.int64)]
    return replace(feed, x=feed.x[chosen], y=feed.y[chosen], order=np.arange(count, dtype=np.int64))


def require_one_loss(graph: Graph) -> None:
    """Raises DataError where several objectives are trained in turn."""
    names = [objective.name for objective in graph.objectives]
    if len(names) > 1:
        raise DataError(
            f"no landscape of several objectives ({', '.join(names)}): each has a loss of its own, "
            "and the weights of all change every one of them"
        )


@contextmanager
def _lent(model: Model) -> Iterator[None]:
    """The block may change parameters and threads; afterwards they are as they were."""
    with model.lock.hold():
        own, threads = model.parameters.copy(), model.engine.threads
        try:
            yield
        finally:
            model.engine.threads = threads
            for name, values in model.parameters.items():
                values[...] = own[name]
