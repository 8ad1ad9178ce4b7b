"""First values of centres, drawn from what their layer is given for the training examples.

k-means++ (Arthur and Vassilvitskii, 2007), each time the best of several draws, as scikit-learn
does: a first centre at random, then examples by their squared distance from the nearest so far.
Centres that are drawn again, among codes that mean something by then, are those where k-means
rests: the best of several starts.
"""

import math
import zlib
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from tuidl.compiler.graph import FROM_EXAMPLES as FIRST_INPUT
from tuidl.compiler.nodes import Node
from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.nn.initializer_names import FROM_EXAMPLES
from tuidl.nn.layers.centers import Centers
from tuidl.training.inspection import inspect
from tuidl.training.state import TrainState

MOST = 20_000
"""Examples that are looked at; of more, so many at even distances."""
STARTS, ROUNDS, FEW = 10, 50, 4_000
"""Of k-means: how often it begins, its steps at most, and the rows that are enough to choose by."""


def require_examples(state: TrainState) -> None:
    """Raises DataError where there are fewer training examples than centres to draw among them."""
    for _, node, _ in _beginning(state):
        name = f"{node.name}.centers"
        count, examples = state.model.parameters[name].shape[0], len(state.train_feed)
        again = isinstance(node.layer, Centers) and node.layer.redrawn_after > 0
        if (again or name not in state.model.start) and count > examples:
            problem = f"{count:,} centres for {examples:,} training examples: expected no more"
            raise DataError(f"{node.name}: {problem}")


def draw_centers(state: TrainState, epochs: int = 0) -> None:
    """Draw the centres that are to be drawn after so many epochs; the first time none of those that
    another run gave."""
    model, seed = state.model, state.preset.training.seed
    for objective, node, source in _beginning(state):
        name = f"{node.name}.centers"
        wanted = node.layer.redrawn_after == epochs if isinstance(node.layer, Centers) else False
        if not wanted if epochs else name in model.start:
            continue
        given = _inputs(state, objective, node, source)
        draw = k_means if epochs else k_means_plus_plus
        model.parameters[name][...] = draw(given, len(model.parameters[name]), seed, name)


def k_means(x: Array, count: int, seed: int, key: str) -> Array:
    """(count, features) where Lloyd's algorithm rests on rows of ``x`` (n, features): of several
    starts by k-means++ the one with the least inertia."""
    x = x[:: max(len(x) // max(FEW, count), 1)].astype(np.float64)
    starts = [k_means_plus_plus(x, count, seed, f"{key}#{number}") for number in range(STARTS)]
    return min((_rested(x, start) for start in starts), key=lambda found: found[0])[1]


def _rested(x: Array, centers: Array) -> tuple[float, Array]:
    """The inertia of ``centers`` after Lloyd's steps, and these; one without rows stays."""
    for _ in range(ROUNDS):
        members, before = _all_squares(x, centers).argmin(axis=1), centers
        centers = before.copy()
        for number in np.unique(members):
            centers[number] = x[members == number].mean(axis=0)
        if np.array_equal(before, centers):
            break
    return float(_all_squares(x, centers).min(axis=1).sum()), centers


def _all_squares(x: Array, centers: Array) -> Array:
    """Squared distances (n, centres)."""
    return np.stack([_squares(x, center) for center in centers], axis=1)


def k_means_plus_plus(x: Array, count: int, seed: int, key: str) -> Array:
    """(count, features) rows of ``x`` (n, features), drawn by the seed and the parameter's name.

    Where fewer rows differ than there are centres, some are drawn again.
    """
    words = np.array([seed, zlib.crc32(key.encode())], np.uint64)
    random = np.random.Generator(np.random.Philox(key=words))
    x = x.astype(np.float64)
    chosen = [int(random.integers(len(x)))]
    nearest = _squares(x, x[chosen[0]])
    for _ in range(count - 1):
        candidates = _drawn(random, nearest, 2 + int(math.log(count)))
        closer = [np.minimum(nearest, _squares(x, x[place])) for place in candidates]
        best = int(np.argmin([squares.sum() for squares in closer]))
        chosen.append(candidates[best])
        nearest = closer[best]
    return np.asarray(x[chosen])


def _drawn(random: np.random.Generator, squares: Array, count: int) -> list[int]:
    """Places, the likelier the larger their square is."""
    sums = np.cumsum(squares)
    if not sums[-1] > 0:
        return [int(place) for place in random.integers(len(squares), size=count)]
    places = np.searchsorted(sums, random.random(count) * sums[-1], side="right")
    return [min(int(place), len(squares) - 1) for place in places]


def _squares(x: Array, point: Array) -> Array:
    """Squared distances (n,) of all rows from a point. Without BLAS, whose bits depend on how many
    threads it has."""
    return np.asarray(((x - point) ** 2).sum(axis=1))


def _beginning(state: TrainState) -> Iterator[tuple[int, Node, int]]:
    """Each layer of centres to draw, the first objective that trains it, and what it reads: a node,
    or an input where that is below 0. None of one that reads noise alone."""
    known: set[str] = set()
    graph = state.program.graph
    for number, objective in enumerate(graph.objectives):
        for node in graph.nodes_of((objective,)).values():
            begins = any(p.trainable and p.initializer == FROM_EXAMPLES for p in node.parameters)
            source = node.inputs[0]
            while source >= 0 and graph.nodes[source].layer.reshapes_only:
                source = graph.nodes[source].inputs[0]
            is_noise = source < 0 and bool(graph.inputs[FIRST_INPUT - source].noise)
            if begins and not node.owner and node.name not in known and not is_noise:
                known.add(node.name)
                yield number, node, source


def _inputs(state: TrainState, objective: int, node: Node, source: int) -> Array:
    """(n, features): what the layer is given for training examples, in their own order."""
    graph, feed, width = state.program.graph, state.train_feed, node.input_shape[0]
    places = np.arange(len(feed))
    if len(feed) > MOST:
        places = np.linspace(0, len(feed) - 1, MOST).round().astype(np.int64)
    if source < 0:
        start = graph.inputs[FIRST_INPUT - source].start
        return np.asarray(feed.x[places, start : start + width])
    batch, parts = state.batches.batch, []
    for first in range(0, len(places), batch):
        rows = replace(feed, order=places[first : first + batch])
        seen = inspect(state.model, rows, objective)
        parts.append(seen.outputs[graph.nodes[source].name].reshape(-1, width))
    return np.concatenate(parts)
