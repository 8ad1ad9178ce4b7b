"""Inputs that an embedding reads, held against the rows that its table has."""

from math import prod
from typing import Any

import numpy as np

from tuidl.compiler.graph import Graph
from tuidl.compiler.nodes import FROM_EXAMPLES, Node
from tuidl.core.errors import DataError
from tuidl.data.examples import Split
from tuidl.nn.layers.embedding import Embedding

Array = np.ndarray[Any, np.dtype[Any]]

EXAMPLES_AT_ONCE = 4096


def require_rows(graph: Graph, split: Split) -> None:
    """Raises DataError for a number of the examples that is no row of the embedding that reads it.

    Only embeddings that read the examples themselves can be checked before anything is computed.
    """
    parts = {"training": split.train, "validation": split.validation, "test": split.test}
    for node in graph.nodes:
        place = _columns(graph, node)
        if place is None:
            continue
        for name, part in parts.items():
            if problem := _problem(node, _flat(part.x)[:, place]):
                example, text = problem
                raise DataError(
                    f"{node.name!r} (embedding): example {example} of the {name} part has {text}"
                )


def _flat(x: Array) -> Array:
    return x.reshape(len(x), prod(x.shape[1:]))


def _columns(graph: Graph, node: Node) -> slice | None:
    """The part of an example's row that an embedding reads; None for other layers and values."""
    if not isinstance(node.layer, Embedding):
        return None
    index = node.inputs[0]
    while index >= 0 and graph.nodes[index].layer.reshapes_only:
        index = graph.nodes[index].inputs[0]
    if index >= 0 or graph.inputs[FROM_EXAMPLES - index].noise:
        return None
    data = graph.inputs[FROM_EXAMPLES - index]
    return slice(data.start, data.start + prod(data.shape))


def _problem(node: Node, x: Array) -> tuple[int, str] | None:
    """The first example, counted from 1, with such a number, and what to do about it."""
    assert isinstance(node.layer, Embedding)
    rows = node.layer.input_dim
    for start in range(0, len(x), EXAMPLES_AT_ONCE):
        values = x[start : start + EXAMPLES_AT_ONCE]
        wrong = (values != np.floor(values)) | (values < 0) | (values >= rows)
        if wrong.any():
            example, column = (int(i) for i in np.argwhere(wrong)[0])
            return start + example + 1, _in_words(float(values[example, column]), rows)
    return None


def _in_words(value: float, rows: int) -> str:
    if value != np.floor(value):
        return (
            f"{value:g}, which is no whole number: an embedding reads numbers of words or codes "
            f"from 0 to {rows - 1:,}; leave data.normalize out, or use a dense layer for quantities"
        )
    cure = f"; input_dim = {int(value) + 1} or more" if value > 0 else "; count from 0"
    return f"{value:.0f}, but its table has rows 0 to {rows - 1:,}{cure}"
