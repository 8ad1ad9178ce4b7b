"""Layers in their places, what they read, and what is asked of their outputs."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from math import prod

import msgspec

from tuidl.core.errors import PresetError, suggestion
from tuidl.core.limits import FLOAT_BYTES
from tuidl.data.spec import ExampleSpec
from tuidl.nn.layers.activations import ACTIVATIONS, Linear
from tuidl.nn.layers.base import ActivatedLayer, Layer, Parameter, Shape, ShapeError
from tuidl.nn.losses import Loss
from tuidl.nn.metrics import MetricName
from tuidl.nn.optimizers import Optimizer
from tuidl.plugins.loading import guarding

EXAMPLES = "input"
"""The name under which a layer's ``inputs`` may ask for the examples themselves."""
FROM_EXAMPLES = -1
"""The number of the first input; further ones count down from there."""


@dataclass(frozen=True)
class Input:
    """Where data enters: a part of the examples' rows, from ``start`` on, or ``noise``."""

    name: str
    shape: Shape
    start: int = 0
    noise: str = ""


@dataclass(frozen=True)
class Node:
    """One layer in its place: shapes are of one example.

    ``inputs``: the numbers of the nodes that it reads, FROM_EXAMPLES and below for inputs.
    ``network``: which one it is of. ``owner``: the node whose parameters it has, where a network
    is used more than once; else empty. ``stopped``: those of its inputs that get no gradient.
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
        own = self.layer.flops(self.input_shape)
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
    the number ``constant``. ``mask``: where its mask starts, which says what answers count.
    ``weights``: where the weights of its answers start, which the loss alone reads: those of
    classes and examples, times the mask.
    """

    name: str
    node: int
    loss: Loss
    spec: ExampleSpec
    start: int = 0
    constant: float | None = None
    mask: int | None = None
    weight: float = 1.0
    metrics: tuple[MetricName, ...] = ()
    weights: int | None = None

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


@dataclass(frozen=True)
class Chain:
    """What a list of layers is built from. ``key``: where they stand in the preset. ``network``:
    the name before theirs. ``call``: set where the network's parameters are there already.
    ``stops``: no gradient passes to what the chain is given."""

    layers: tuple[Layer, ...]
    key: str = "layers"
    network: str = ""
    call: str = ""
    frozen: frozenset[str] = frozenset()
    stops: bool = False

    def name(self, index: int) -> str:
        """A layer's own name, or its type and how many of that type there were: ``conv2d_2``."""
        layer = self.layers[index]
        if layer.name is not None:
            return layer.name
        number = sum(other.kind() == layer.kind() for other in self.layers[: index + 1])
        return f"{layer.kind()}_{number}"

    def names(self, own: str) -> tuple[str, str]:
        """A node's name and its owner's."""
        if not self.network:
            return own, ""
        owner = f"{self.network}.{own}"
        return (f"{self.network}@{self.call}.{own}", owner) if self.call else (owner, "")


def build_chain(
    chain: Chain, inputs: Mapping[str, int], shape_of: Callable[[int], Shape], first: int
) -> tuple[list[Node], int]:
    """Nodes, numbered from ``first`` on, and the number of what comes out at the end.

    ``inputs``: names under which layers may read what the chain is given, the first by default.
    Raises PresetError where shapes do not fit.
    """
    nodes: list[Node] = []
    known = dict(inputs)
    last = next(iter(inputs.values()))

    def shape(index: int) -> Shape:
        return nodes[index - first].shape if index >= first else shape_of(index)

    for i, layer in enumerate(chain.layers):
        name, place = chain.name(i), f"{chain.key}[{i}]"
        if name in known:
            taken_by = "the examples" if name in inputs else "an earlier layer"
            raise PresetError(f"{place}.name", f"{name!r} is taken by {taken_by}")
        reads = _inputs(layer, place, known) or (last,)
        last = known[name] = first + len(nodes) if layer.enabled else reads[0]
        if not layer.enabled:
            continue
        shapes = tuple(map(shape, reads))
        full, owner = chain.names(name)
        try:
            with guarding(layer, place):
                output = layer.merged_shape(shapes)
                parameters = layer.parameters(shapes[0])
            if (owner or full) in chain.frozen:
                parameters = _frozen(name, parameters)
        except ShapeError as error:
            raise PresetError(f"{place} ({layer.kind()})", str(error)) from None
        stopped = frozenset(reads) & frozenset(inputs.values() if chain.stops else ())
        nodes.append(
            Node(full, layer, reads, shapes, output, parameters, chain.network, owner, stopped)
        )
    return nodes, last


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


def needed_for(nodes: tuple[Node, ...], ends: Iterable[int]) -> dict[int, Node]:
    """The nodes that these ends are computed from, in order."""
    wanted = {end for end in ends if end >= 0}
    for index in reversed(range(len(nodes))):
        if index in wanted:
            wanted.update(i for i in nodes[index].inputs if i >= 0)
    return {index: node for index, node in enumerate(nodes) if index in wanted}


def _last_layer(nodes: tuple[Node, ...], last: int) -> int:
    """The node that computes what node ``last`` hands on, perhaps in another shape."""
    place = last
    while _keeps_scores(nodes[place]) and nodes[place].inputs[0] >= 0:
        place = nodes[place].inputs[0]
    return place


def _activation(node: Node) -> str:
    found: str = getattr(node.layer, "activation", "linear")
    return found


def _keeps_scores(node: Node) -> bool:
    """Whether a closing layer passes one score for each class on as it is."""
    return node.layer.reshapes_only and node.input_shape[-1:] == node.shape


def _frozen(name: str, parameters: tuple[Parameter, ...]) -> tuple[Parameter, ...]:
    """The parameters, none of which is learned. Raises PresetError where the layer would change
    all the same."""
    if not all(parameter.trainable for parameter in parameters):
        problem = f"{name!r} cannot be frozen: its averages follow the batches"
        raise PresetError("weights.frozen", problem)
    return tuple(replace(parameter, trainable=False, frozen=True) for parameter in parameters)


def _inputs(layer: Layer, place: str, known: dict[str, int]) -> tuple[int, ...]:
    """Numbers of the nodes that a layer names, none if it names none.

    Raises PresetError for a name not known so far.
    """
    names = layer.inputs or ()
    for j, name in enumerate(names):
        if name not in known:
            problem = f"no earlier layer {name!r}{suggestion(name, known)}"
            raise PresetError(f"{place}.inputs[{j}]", problem)
    return tuple(known[name] for name in names)
