"""Inputs that an embedding reads, held against the rows that its table has."""

from collections.abc import Iterator
from math import prod

import numpy as np

from tuidl.compiler.graph import Graph
from tuidl.compiler.nodes import FROM_EXAMPLES, Node
from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.data.examples import Split
from tuidl.nn.layers.embedding import Embedding

EXAMPLES_AT_ONCE = 4096


def require_rows(graph: Graph, split: Split) -> None:
    """Raises DataError for a number of the examples that is no row of the embedding that reads it.

    Only embeddings that read the examples themselves can be checked before anything is computed.
    """
    parts = {"training": split.train, "validation": split.validation, "test": split.test}
    for name, part in parts.items():
        for example, problem in row_problems(graph, part.x):
            raise DataError(f"example {example + 1} of the {name} part: {problem}")


def row_problems(graph: Graph, x: Array) -> Iterator[tuple[int, str]]:
    """The examples of ``x`` (n, *shape) with such a number, counted from 0, and what to do."""
    for node in graph.nodes:
        if (columns := _columns(graph, node)) is None:
            continue
        for start in range(0, len(x), EXAMPLES_AT_ONCE):
            values = x[start : start + EXAMPLES_AT_ONCE]
            yield from _wrong(node, values.reshape(len(values), -1)[:, columns], start)


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


def _wrong(node: Node, x: Array, start: int) -> Iterator[tuple[int, str]]:
    assert isinstance(node.layer, Embedding)
    rows = node.layer.words
    wrong = (x != np.floor(x)) | (x < 0) | (x >= rows)
    for example in np.flatnonzero(wrong.any(axis=1)):
        value = float(x[example, wrong[example].argmax()])
        yield start + int(example), f"{node.name!r} (embedding) {_in_words(value, rows)}"


def _in_words(value: float, rows: int) -> str:
    if value != np.floor(value):
        return (
            f"reads numbers of words or codes from 0 to {rows - 1:,}, and {value:g} is no whole "
            "number; leave data.normalize out, or use a dense layer for quantities"
        )
    cure = f"input_dim = {int(value) + 1} or more" if value > 0 else "count from 0"
    return f"has no row {value:.0f}, its table has 0 to {rows - 1:,}; {cure}"
