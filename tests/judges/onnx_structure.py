"""Nodes of several inputs, and looking up rows of a table."""

from collections.abc import Callable
from math import prod

import numpy as np

from tests.judges.networks import Array, Stated, Table, answer, preset, set_parameters
from tests.judges.onnx_node import Node, OutOfScope
from tuidl.model.model import Model


def _merged(kind: str, parts: list[Array]) -> Array:
    """A merging layer on rows (examples, width each).

    The examples hold all parts side by side; a dense layer for each, with ones where its columns
    are, takes them apart again.
    """
    x = np.concatenate(parts, axis=1)
    layers: list[Table] = []
    parameters: dict[str, Array] = {}
    start = 0
    for i, part in enumerate(parts):
        width = part.shape[1]
        dense = {"type": "dense", "units": width, "use_bias": False, "inputs": ["input"]}
        layers.append({**dense, "name": f"part_{i}"})
        parameters[f"part_{i}.kernel"] = np.eye(x.shape[1])[:, start : start + width]
        start += width
    layers.append({"type": kind, "inputs": [layer["name"] for layer in layers]})
    outputs = start if kind == "concatenate" else parts[0].shape[1]
    source = Stated(shape=x.shape[1:], outputs=outputs)
    model = Model(preset(layers, source), batch=len(x))
    set_parameters(model, parameters)
    return model.predict(x)


def add(node: Node) -> tuple[Array, ...]:
    a, b = node.inputs
    if a.dtype.kind != "f":
        raise OutOfScope("integers as values")
    if a.shape != b.shape:
        raise OutOfScope("broadcasting")
    rows = [part.reshape(len(part), -1) for part in (a, b)]
    return (_merged("add", rows).reshape(a.shape),)


def concatenate(node: Node) -> tuple[Array, ...]:
    """Along the last dimension; another axis is brought there."""
    axis = node.get("axis", 1)
    moved = [np.moveaxis(part, axis, -1) for part in node.inputs]
    joined = _merged("concatenate", [part.reshape(-1, part.shape[-1]) for part in moved])
    whole = joined.reshape(*moved[0].shape[:-1], joined.shape[1])
    return (np.moveaxis(whole, -1, axis),)


def gather(node: Node) -> tuple[Array, ...]:
    """Rows of a table are what an embedding answers with."""
    table, numbers = node.inputs if node.inputs[0].dtype.kind == "f" else node.inputs[::-1]
    if node.get("axis", 0) != 0:
        raise OutOfScope("rows along another axis")
    if (numbers < 0).any():
        raise OutOfScope("rows counted from the end")
    rows = table.reshape(len(table), -1)
    layer = {"type": "embedding", "input_dim": len(rows), "output_dim": rows.shape[1], "name": "e"}
    found = answer([layer], numbers.reshape(-1, 1), {"e.embeddings": rows})
    assert prod(found.shape) == numbers.size * rows.shape[1]
    return (found.reshape(*numbers.shape, *table.shape[1:]),)


OPERATORS: dict[str, Callable[[Node], tuple[Array, ...]]] = {
    "Add": add,
    "Concat": concatenate,
    "Gather": gather,
}
