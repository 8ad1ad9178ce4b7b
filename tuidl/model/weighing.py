"""Weights of answers, which losses read behind the targets: examples times classes times masks.

A loss is sum of weight * loss / sum of weights over a batch, as PyTorch's weighted
``CrossEntropyLoss`` is: all weights twice as large change nothing.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from tuidl.compiler.graph import Graph
from tuidl.compiler.nodes import Head
from tuidl.compiler.weighing import class_weights_of
from tuidl.core.arrays import real_array
from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.tasks.choice import task_for

BALANCED = "balanced"
ClassWeights = Mapping[str, Array]
"""Weights of the classes of each loss that has some, by the name of its head."""


def is_balanced(head: Head) -> bool:
    """Whether weights of its classes are counted in the training part."""
    return head.weights is not None and class_weights_of(head) == BALANCED


def class_weights(graph: Graph, y: Array) -> dict[str, Array]:
    """From the targets ``y`` (examples, target width) of the training part.

    Balanced ones are n / (k * count) of the k classes that occur, as in scikit-learn; answers that
    a mask leaves out do not count, and a class that does not occur has weight 1.
    """
    found = {}
    for head in graph.heads:
        said = class_weights_of(head)
        if isinstance(said, Mapping):
            names = task_for(head.spec, head.loss).names
            found[head.name] = np.array([said.get(name, 1.0) for name in names])
        elif is_balanced(head):
            found[head.name] = _balanced(head, y)
    return found


def with_counted(graph: Graph, counted: Mapping[str, tuple[float, ...]]) -> dict[str, Array]:
    """Those that the losses say, and those that were ``counted`` when a run was trained."""
    nothing = np.zeros((0, graph.spec.target_width))
    known = {name: np.array(weights) for name, weights in counted.items()}
    return {**class_weights(graph, nothing), **known}


def weight_columns(
    graph: Graph, y: Array, examples: Array | None, classes: ClassWeights
) -> list[Array]:
    """(examples, answers of one) for each loss with weights, in their order.

    ``y``: rows of targets. ``examples`` (examples,): their own weights, 1 where there are none.
    """
    return [
        _of_head(head, y, examples, classes.get(head.name))
        for head in graph.heads
        if head.weights is not None
    ]


def checked_weights(weights: Any, count: int, dtype: np.dtype[Any]) -> Array:
    """Weights of ``count`` examples. Raises DataError where they are none."""
    found = real_array(weights, dtype, "sample_weight")
    if found.shape not in ((count,), (count, 1)):
        raise DataError(f"sample_weight: expected shape ({count},), got {found.shape}")
    if not np.isfinite(found).all() or (found < 0).any():
        raise DataError("sample_weight: expected finite numbers of at least 0")
    return found.reshape(count)


def _of_head(head: Head, y: Array, examples: Array | None, classes: Array | None) -> Array:
    weights = _mask(head, y)
    if classes is not None:
        labels = np.where(weights != 0, _targets(head, y), 0).astype(np.int64)
        weights = weights * classes[labels]
    return weights if examples is None else weights * examples[:, None]


def _balanced(head: Head, y: Array) -> Array:
    labels = _targets(head, y)[_mask(head, y) != 0].astype(np.int64)
    counts = np.bincount(labels, minlength=head.spec.outputs)
    share = counts.sum() / max(np.count_nonzero(counts), 1)
    return np.where(counts > 0, share / np.maximum(counts, 1), 1.0)


def _mask(head: Head, y: Array) -> Array:
    """(examples, answers) 1 for each answer that counts; what a mask leaves out may be anything."""
    if head.mask is None:
        return np.ones((len(y), head.spec.rows))
    return y[:, head.mask : head.mask + head.spec.rows].astype(np.float64)


def _targets(head: Head, y: Array) -> Array:
    return y[:, head.start : head.start + head.spec.target_width]
