"""Layers in their places, what they read, and what is asked of their outputs."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import prod

import msgspec

from tuidl.core.limits import FLOAT_BYTES
from tuidl.data.spec import ExampleSpec
from tuidl.nn.layers.activations import ACTIVATIONS, Linear
from tuidl.nn.layers.base import ActivatedLayer, Layer, Parameter, Shape
from tuidl.nn.losses import Loss
from tuidl.nn.metrics import MetricName
from tuidl.nn.optimizers import Optimizer

EXAMPLES = "input"
"""The name under which a layer's ``inputs`` may ask for the examples themselves."""
FROM_EXAMPLES = -1
"""The number of the first input; further ones count down from there."""


@dataclass(frozen=True)
class Input:
    """Where data enters: a part of the examples' rows, from ``start`` on, or ``noise``; ``steps``:
    how many there are of those that are drawn."""

    name: str
    shape: Shape
    start: int = 0
    noise: str = ""
    steps: int = 0


@dataclass(frozen=True)
class Node:
    """One layer in its place: shapes are of one example.

    ``inputs``: the numbers of the nodes that it reads, FROM_EXAMPLES and below for inputs.
    ``network``: which one it is of. ``owner``: the node whose parameters it has, where a network
    is used more than once or a layer is tied to an embedding; else empty. ``stopped``: those of its
    inputs that get no gradient.
    """

    name: str
    layer: Layer
    inputs: tuple[int, ...]
    input_shapes: tuple[Shape, ...]
    shape: Shape
    parameters: tuple[Parameter, ...]
    network: str = ""
    owner: str = ""
    stopped: frozenset[int] = frozenset()
    position: int = -1
    """Which layer of its list it is, or is a part of."""

    @property
    def key(self) -> str:
        """What the names of its parameters begin with."""
        return self.owner or self.name

    @property
    def input_shape(self) -> Shape:
        return self.input_shapes[0]

    @property
    def trainable(self) -> tuple[Parameter, ...]:
        return tuple(parameter for parameter in self.parameters if parameter.trainable)

    @property
    def parameter_count(self) -> int:
        return sum(parameter.size for parameter in self.parameters)

    @property
    def flops(self) -> int:
        """Forward pass, one example."""
        own = self.layer.merged_flops(self.input_shapes, self.parameters)
        if isinstance(self.layer, ActivatedLayer) and self.layer.activation != "linear":
            own += ACTIVATIONS[self.layer.activation].flops * prod(self.shape)
        return own

    @property
    def bytes(self) -> int:
        """The output of one example, in float32."""
        return 0 if self.layer.reshapes_only else FLOAT_BYTES * prod(self.shape)


@dataclass(frozen=True)
class Head:
    """A loss on the output of ``node``, ``weight`` times in its objective's sum.

    ``name``: what its scores are called by, empty where there is one. ``spec``: the examples with
    the target that it is held against, which stands in the targets' rows from ``start`` on, or is
    the number ``constant``, or what was drawn for the input of noise with the number ``drawn``.
    ``mask``: where its mask starts, which says what answers count.
    ``weights``: where the weights of its answers start, which the loss alone reads: those of
    classes and examples, times the mask.
    """

    name: str
    node: int
    loss: Loss
    spec: ExampleSpec
    start: int = 0
    constant: float | None = None
    drawn: int | None = None
    mask: int | None = None
    weight: float = 1.0
    metrics: tuple[MetricName, ...] = ()
    weights: int | None = None

    @property
    def is_of_data(self) -> bool:
        """Whether its target stands in the rows of the examples' targets."""
        return self.constant is None and self.drawn is None and self.loss.needs_target

    def score(self, name: str) -> str:
        """What one of its scores is called."""
        return f"{self.name}.{name}" if self.name else name

    def slot(self, name: str) -> str:
        """What one of its statistics is called."""
        return f"{self.name}/{name}" if self.name else name


@dataclass(frozen=True)
class Target:
    """What an optimizer trains for: the ``heads``, and the networks in ``trains`` (None: all).

    ``steps``: batches in a row before the next one has its turn.
    """

    name: str
    heads: tuple[Head, ...]
    optimizer: Optimizer
    trains: frozenset[str] | None = None
    steps: int = 1

    def learns(self, node: Node) -> bool:
        return self.trains is None or node.network in self.trains

    def seen(self, node: Node) -> Node:
        """The node as this objective has it: parameters of other networks stay as they are."""
        if self.learns(node) or not node.trainable:
            return node
        kept = (replace(p, trainable=False, frozen=True) if p.trainable else p
                for p in node.parameters)  # fmt: skip
        return replace(node, parameters=tuple(kept))


def without_activation(node: Node) -> Node:
    """The node without the activation that belongs to a loss."""
    layer = node.layer
    if isinstance(layer, ActivatedLayer):
        return replace(node, layer=msgspec.structs.replace(layer, activation="linear"))
    return replace(node, layer=Linear(name=layer.name))


def closing_activation(nodes: tuple[Node, ...], last: int, loss: Loss) -> int | None:
    """The node whose activation is part of the loss, if the network ends in such a one.

    No other layer can read it: what is behind it only passes its answer on.
    """
    if last < 0:
        return None
    place = _last_layer(nodes, last)
    return place if _activation(nodes[place]) == loss.closing_activation else None


def last_activation(nodes: tuple[Node, ...], last: int) -> str:
    """The activation that a network's answers come out of."""
    return "linear" if last < 0 else _activation(nodes[_last_layer(nodes, last)])


def activation_below(nodes: tuple[Node, ...], last: int) -> str:
    """The activation under the last one, where that is a layer of its own; else "linear"."""
    if last < 0:
        return "linear"
    node = nodes[_last_layer(nodes, last)]
    if node.parameters or node.inputs[0] < 0 or _activation(node) == "linear":
        return "linear"
    return last_activation(nodes, node.inputs[0])


def needed_for(nodes: tuple[Node, ...], ends: Iterable[int]) -> dict[int, Node]:
    """The nodes that these ends are computed from, in order."""
    wanted = {end for end in ends if end >= 0}
    for index in reversed(range(len(nodes))):
        if index in wanted:
            wanted.update(i for i in nodes[index].inputs if i >= 0)
    return {index: node for index, node in enumerate(nodes) if index in wanted}


def _last_layer(nodes: tuple[Node, ...], last: int) -> int:
    """The node that computes what node ``last`` hands on, perhaps in another shape.

    Where its activation is one over all classes, the shape still has those last.
    """
    place = rows = last
    keeps = True
    while nodes[place].layer.reshapes_only and nodes[place].inputs[0] >= 0:
        keeps = keeps and _keeps_scores(nodes[place])
        place = nodes[place].inputs[0]
        rows = place if keeps else rows
    known = ACTIVATIONS.get(_activation(nodes[place]))
    return rows if known is None or known.by_rows else place


def _activation(node: Node) -> str:
    found: str = getattr(node.layer, "activation", "linear")
    return found


def _keeps_scores(node: Node) -> bool:
    """Whether a closing layer passes one score for each class on as it is."""
    return node.layer.reshapes_only and node.input_shape[-1:] == node.shape
