"""Scores of clusters: how well they agree with classes that the network was never told.

Over all examples of a part, as neither score is a mean over examples.
"""

from collections.abc import Callable

import numpy as np

from tuidl.backends.base import ArrayDataset
from tuidl.compiler.graph import Graph
from tuidl.core.lazy import Array
from tuidl.model.model import Model
from tuidl.protocol.events import Scores
from tuidl.tasks.agreement import adjusted_rand_index, normalized_mutual_information
from tuidl.tasks.choice import task_of
from tuidl.tasks.clustering import Clustering

AGREEMENTS: dict[str, Callable[[Array, Array], float]] = {
    "ari": adjusted_rand_index,
    "nmi": normalized_mutual_information,
}


def agreement_names(graph: Graph) -> list[str]:
    """The scores of a preset whose model groups examples that have classes."""
    task = task_of(graph.preset)
    return list(AGREEMENTS) if isinstance(task, Clustering) and task.spec.labels else []


def agreements(model: Model, feed: ArrayDataset) -> Scores:
    """Those scores over the examples of ``feed``; nothing where the model makes no groups.

    NaN where an answer is not finite, or no example has a class.
    """
    graph = model.program.graph
    names = agreement_names(graph)
    if not names:
        return {}
    distances = model.predict(feed.x.reshape(-1, *graph.answering.spec.shape))
    if not len(feed) or feed.labels is None or not np.isfinite(distances).all():
        return dict.fromkeys(names, float("nan"))
    clusters = distances.argmin(axis=1)
    return {name: AGREEMENTS[name](feed.labels.astype(int), clusters) for name in names}
