"""A layer's weights as pictures: (inputs, units), the gates of recurrent layers side by side."""

from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from tuidl.core.errors import DataError, suggestion
from tuidl.core.lazy import Array
from tuidl.protocol.probes import WeightMap, Weights
from tuidl.training.state import TrainState
from tuidl.worker.probes.common import numbers

GATES = {
    "gru": ("update", "reset", "candidate"),
    "lstm": ("input", "forget", "candidate", "output"),
}
"""Names of the gates in the order in which their weights lie."""


class Options(msgspec.Struct, forbid_unknown_fields=True):
    """Of which ``layer``; pictures of at most ``most`` rows and columns."""

    layer: str
    most: Annotated[int, Meta(ge=2, le=200)] = 64


def weights(state: TrainState, options: Options) -> Weights:
    """``maps``: name and values (rows, columns) of the layer's first matrix; of a recurrent layer,
    the weights from its state to its state, a map for each gate. Large ones are means of blocks.
    """
    nodes = {node.name: node for node in state.program.graph.nodes}
    if options.layer not in nodes:
        raise DataError(f"weights: no layer {options.layer!r}{suggestion(options.layer, nodes)}")
    node = nodes[options.layer]
    flat = [p.name for p in node.parameters if len(p.shape) == 2]
    chosen = [name for name in flat if "recurrent" in name] or flat
    if not chosen:
        raise DataError(f"weights: {options.layer} has no matrix")
    matrix = state.model.parameters[f"{node.key}.{chosen[0]}"]
    names: tuple[str, ...] = (chosen[0],)
    if "recurrent" in chosen[0] and matrix.shape[1] > matrix.shape[0]:
        gates = matrix.shape[1] // matrix.shape[0]
        named = next((g for g in GATES.values() if len(g) == gates), None)
        names = named or tuple(map(str, range(gates)))
    parts = np.split(matrix, len(names), axis=1)
    return Weights(
        layer=node.name,
        parameter=chosen[0],
        shape=matrix.shape,
        maps=tuple(
            WeightMap(name=name, values=numbers(_shrunk(part, options.most)))
            for name, part in zip(names, parts, strict=True)
        ),
    )


def _shrunk(values: Array, most: int) -> Array:
    """Means over blocks, so that neither side is longer than ``most``."""
    for axis in (0, 1):
        length = values.shape[axis]
        if length > most:
            starts = np.linspace(0, length, most, endpoint=False).astype(int)
            sizes = np.diff([*starts, length])
            sums = np.add.reduceat(values, starts, axis=axis)
            values = sums / np.expand_dims(sizes, 1 - axis)
    return values
