"""Names for the numbers on the way of the chain rule: which unit, place, step or gate it is."""

from collections.abc import Sequence

import numpy as np

from tuidl.compiler.nodes import Node
from tuidl.core.lazy import Array
from tuidl.nn.layers.attention import MultiHeadAttention
from tuidl.nn.layers.bidirectional import Bidirectional
from tuidl.nn.layers.recurrent import Recurrent
from tuidl.training.chain.replica import Replica
from tuidl.training.chain.shares import Use
from tuidl.training.chain.ways import Way

GATES = {
    "lstm": ("input gate", "forget gate", "new content", "output gate"),
    "gru": ("update gate", "reset gate", "new content"),
    "simple_rnn": ("state",),
}
"""In the order of the weights' columns."""
PROJECTIONS = ("query", "key", "value")
PASSING = {
    "add": "passed on as it is",
    "concatenate": "passed on as it is",
    "max_pool2d": "the largest of its window",
    "max_pool1d": "the largest of its window",
    "global_max_pool2d": "the largest of all",
    "global_max_pool1d": "the largest of all",
    "average_pool2d": "its share of the window's mean",
    "average_pool1d": "its share of the window's mean",
    "global_average_pool2d": "its share of the mean",
    "global_average_pool1d": "its share of the mean",
    "dropout": "kept, and scaled up",
    "batch_normalization": "by the batch's deviation, less what its mean and deviation take back",
    "layer_normalization": "by the deviation, less what mean and deviation take back",
    "rms_normalization": "by the root of the mean square, less what it takes back",
    "multi_head_attention": "through queries, keys and values",
    "lstm": "through gates and time",
    "gru": "through gates and time",
    "simple_rnn": "through time",
    "bidirectional": "through time, both ways",
}
"""What the factor of a layer is, by its kind."""


class Labels:
    """``replica``: where the way back was found. ``numbers``: of the batch's examples in the
    training part. A label says which example it is of where the replica has several."""

    def __init__(self, replica: Replica, numbers: Array) -> None:
        self.replica, self.numbers = replica, numbers
        self._z: dict[str, Array] = {}

    def element(self, node: Node, at: int) -> str:
        """``dense_1[3]``, of an element (flat, examples in front) of a node's output."""
        example, *own = np.unravel_index(at, (self.replica.examples, *node.shape))
        label = f"{node.name}{indexed([int(i) for i in own])}"
        several = self.replica.examples > 1
        return f"{label}, example {self.numbers[int(example)]}" if several else label

    def note(self, way: Way) -> str:
        """What the factor of a way is made of."""
        node = self.replica.named[way.node][1]
        kind = node.layer.kind()
        if kind in PASSING:
            return PASSING[kind]
        activation = self.replica.activation(node)
        is_product = any(len(p.shape) > 1 for p in node.parameters)
        if activation in ("linear", "softmax") or not way.upstream:
            return "its weight" if is_product and activation == "linear" else ""
        slope = float(self.replica.d_preactivation(node)[way.at]) / way.upstream
        if not slope:
            return f"slope 0 of {activation}"
        if node.name not in self._z:
            self._z[node.name] = self.replica.preactivation(node)
        z = float(self._z[node.name][way.at])
        return f"weight {way.local / slope:.4g} · slope {slope:.4g} of {activation} at {z:.3g}"

    def place(self, use: Use, number: int) -> str:
        """``example 12, step 5`` or ``row 2, column 3``; empty where there is one place alone."""
        example, *position = use.places[number].tolist()
        words = [f"example {self.numbers[example]}"] if len(self.numbers) > 1 else []
        return ", ".join([*words, *_position(use, position)])


def indexed(index: Sequence[int]) -> str:
    """``[2, 3]``; empty for a single number."""
    return f"[{', '.join(map(str, index))}]" if len(index) else ""


def _position(use: Use, position: list[int]) -> list[str]:
    node = use.node
    if isinstance(node.layer, Recurrent | Bidirectional):
        return [f"step {position[0] + 1}"]
    own = len(node.shape) - 1
    if len(position) > own:  # the last one is the unit itself
        position = position[:own]
    if len(position) == 2:
        return [f"row {position[0] + 1}", f"column {position[1] + 1}"]
    return [f"place {place + 1}" for place in position]


def gate_of(use: Use, parameter: str) -> str:
    """What the gradient that a layer keeps inside is of: ``forget gate 3``."""
    layer = use.node.layer
    inner = layer.layer if isinstance(layer, Bidirectional) else layer
    columns = use.inside.shape[-1]
    assert isinstance(columns, int)
    column = int(use.spots[0]) % columns
    if isinstance(inner, Recurrent):
        names = GATES[inner.kind()]
        return f"{names[column // inner.units % len(names)]}[{column % inner.units}]"
    width = columns // len(PROJECTIONS)
    if isinstance(layer, MultiHeadAttention) and parameter in ("kernel", "bias"):
        if layer.is_cross:
            width = columns // 2
            return f"{PROJECTIONS[1 + column // width]}[{column % width}]"
        return f"{PROJECTIONS[column // width]}[{column % width}]"
    return f"number {column} inside"
