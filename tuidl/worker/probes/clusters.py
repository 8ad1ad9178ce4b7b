"""Which cluster held-out examples are in, where the centres are, and what is nearest to each."""

from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from tuidl.compiler.codes import code_of
from tuidl.compiler.nodes import Node
from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.nn.layers.centers import Centers
from tuidl.protocol.clusters import Cluster, ClusterMember, Clusters
from tuidl.tasks.agreement import adjusted_rand_index, normalized_mutual_information
from tuidl.tasks.clustering import Clustering
from tuidl.training.state import TrainState
from tuidl.worker.probes.common import answers_of, brief, held_out, inputs, numbers, task_in
from tuidl.worker.probes.halves import half
from tuidl.worker.probes.principal import principal


class Options(msgspec.Struct, forbid_unknown_fields=True):
    """``count`` examples, and of each cluster so many that are ``nearest`` to its centre."""

    count: Annotated[int, Meta(ge=1, le=5000)] = 400
    nearest: Annotated[int, Meta(ge=0, le=50)] = 8


def clusters(state: TrainState, options: Options) -> Clusters:
    """Raises DataError where the network answers with no distances to centres."""
    task = task_in(state)
    if not isinstance(task, Clustering):
        raise DataError("clusters: the network answers with no distances to centres")
    part, feed = held_out(state)
    count = min(options.count, len(feed))
    x = inputs(state, feed, slice(0, count))
    squares = answers_of(state, x)
    members = task.chosen(squares)
    labels = None if feed.labels is None else feed.labels[:count].astype(int)
    places, centers, explained = _map(state, x)
    shown = x.reshape(count, -1)
    return Clusters(
        updates=state.updates,
        part=part,
        shape=task.spec.shape,
        labels=task.spec.labels,
        points=numbers(places),
        members=members.tolist(),
        centers=numbers(centers),
        clusters=tuple(
            _cluster(number, squares, members, labels, shown, options.nearest)
            for number in range(squares.shape[1])
        ),
        classes=[] if labels is None else labels.tolist(),
        explained=explained,
        distance=numbers(squares.min(axis=1).mean()),
        ari=None if labels is None else numbers(adjusted_rand_index(labels, members)),
        nmi=None if labels is None else numbers(normalized_mutual_information(labels, members)),
        looked_at=count,
        total=len(feed),
    )


def _map(state: TrainState, x: Array) -> tuple[Array, Array, tuple[float, float] | None]:
    """Places (n, 2) and (centres, 2) of what the layer of centres reads and of the centres, and
    the shares of the variance that they show; None where they show all there is."""
    node = _centers(state)
    centers = np.asarray(state.model.parameters[f"{node.key}.centers"], np.float64)
    if code_of(state.preset) is not None:
        x = half(state, "encoder").predict(x)
    seen = x.reshape(len(x), -1).astype(np.float64)
    if seen.shape[1] != centers.shape[1]:
        raise DataError("clusters: 'centers' must be the first layer of the network it is in")
    if not (np.isfinite(seen).all() and np.isfinite(centers).all()):
        raise DataError("clusters: there are values that are not finite")
    if centers.shape[1] <= 2:
        wide = ((0, 0), (0, 2 - centers.shape[1]))
        return np.pad(seen, wide), np.pad(centers, wide), None
    both, (first, second) = principal(np.concatenate([seen, centers]))
    return both[: len(seen)], both[len(seen) :], (numbers(first), numbers(second))


def _centers(state: TrainState) -> Node:
    """The layer that the predicted output ends in. Raises DataError where it is another one."""
    graph = state.program.graph
    node = graph.nodes[graph.predicted] if graph.predicted >= 0 else None
    if node is None or not isinstance(node.layer, Centers):
        raise DataError("clusters: the predicted output does not end in a layer 'centers'")
    return node


def _cluster(
    number: int, squares: Array, members: Array, labels: Array | None, x: Array, nearest: int
) -> Cluster:
    """Cluster ``number`` by ``squares`` (n, centres), squared distances, and ``members`` (n,): its
    most frequent class among ``labels`` (n,), and the ``nearest`` examples of ``x`` (n, *shape)."""
    own = np.flatnonzero(members == number)
    first = own[np.argsort(squares[own, number], kind="stable")[:nearest]]
    counts = np.bincount(labels[own]) if labels is not None and len(own) else np.zeros(0, int)
    return Cluster(
        size=len(own),
        label=int(counts.argmax()) if len(counts) else -1,
        of_label=int(counts.max(initial=0)),
        nearest=tuple(
            ClusterMember(
                number=place,
                x=brief(x[place]),
                distance=numbers(max(squares[place, number], 0.0) ** 0.5),
                label=-1 if labels is None else int(labels[place]),
            )
            for place in first.tolist()
        ),
    )
