"""Preset -> Graph: the layers with their shapes and parameters, for one example."""

from dataclasses import dataclass, replace
from functools import cached_property
from math import prod

import msgspec

from tuidl.core.errors import PresetError, suggestion
from tuidl.core.limits import FLOAT_BYTES
from tuidl.data.dataset import ExampleSpec
from tuidl.nn.layers.activations import ACTIVATIONS, ActivationLayer, Linear
from tuidl.nn.layers.base import ActivatedLayer, Layer, Parameter, Shape, ShapeError
from tuidl.nn.layers.dense import Dense
from tuidl.nn.regularizers import Regularizer
from tuidl.preset.schema import Preset

EXAMPLES = "input"
"""The name under which a layer's ``inputs`` may ask for the examples themselves."""
FROM_EXAMPLES = -1


@dataclass(frozen=True)
class Node:
    """One layer in its place: shapes are of one example.

    ``inputs``: the numbers of the nodes that it reads, FROM_EXAMPLES for the examples.
    """

    name: str
    layer: Layer
    inputs: tuple[int, ...]
    input_shapes: tuple[Shape, ...]
    shape: Shape
    parameters: tuple[Parameter, ...]

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
class Graph:
    """The network of a preset, from its examples to the loss."""

    preset: Preset
    spec: ExampleSpec
    nodes: tuple[Node, ...]

    @classmethod
    def build(cls, preset: Preset) -> "Graph":
        """Shapes and parameters of every layer. Raises PresetError where they do not fit."""
        spec = preset.spec()
        nodes: list[Node] = []
        known = {EXAMPLES: FROM_EXAMPLES}
        last = FROM_EXAMPLES
        for i, layer in enumerate(_with_last_width(preset, spec)):
            name = _name(layer, i, preset.layers)
            if name in known:
                taken_by = "the examples" if name == EXAMPLES else "an earlier layer"
                raise PresetError(f"layers[{i}].name", f"{name!r} is taken by {taken_by}")
            inputs = _inputs(layer, i, known) or (last,)
            last = known[name] = len(nodes) if layer.enabled else inputs[0]
            if not layer.enabled:
                continue
            shapes = tuple(spec.shape if j == FROM_EXAMPLES else nodes[j].shape for j in inputs)
            try:
                output = layer.merged_shape(shapes)
                parameters = layer.parameters(shapes[0])
                if preset.weights and name in preset.weights.frozen:
                    parameters = _frozen(name, parameters)
            except ShapeError as error:
                raise PresetError(f"layers[{i}] ({layer.kind()})", str(error)) from None
            nodes.append(Node(name, layer, inputs, shapes, output, parameters))
        graph = cls(preset, spec, tuple(nodes))
        graph._check()
        return graph

    def _check(self) -> None:
        """Raises PresetError for what no layer can know alone."""
        for i, node in enumerate(self.nodes[:-1]):
            if not self.readers(i):
                raise PresetError("layers", f"nothing reads the output of {node.name!r}")
        if not self.parameter_count:
            raise PresetError("layers", "nothing to learn: no layer has parameters")
        if weights := self.preset.weights:
            weights.check([node.name for node in self.nodes if node.parameters])
        if not any(node.trainable for node in self.nodes):
            raise PresetError("weights.frozen", "nothing to learn: all layers are frozen")
        loss, closing = self.preset.loss, self._closing_activation
        key = "loss.type"
        try:
            loss.check(self.nodes[-1].shape, self.spec)
            key = "loss.from_logits"
            loss.check_end(is_closed=closing is not None)
        except ShapeError as error:
            raise PresetError(key, f"{loss.kind()!r} {error}") from None

    def readers(self, index: int) -> int:
        """How many inputs take the output of node ``index``, or of the examples."""
        return sum(node.inputs.count(index) for node in self.nodes)

    @property
    def parameter_count(self) -> int:
        return sum(node.parameter_count for node in self.nodes)

    @property
    def frozen(self) -> set[str]:
        """Names of the parameters that would be learned, but are to stay as they are."""
        return {f"{n.name}.{p.name}" for n in self.nodes for p in n.parameters if p.frozen}

    @property
    def penalties(self) -> list[tuple[str, str, Regularizer]]:
        """Node, parameter and strength of every penalty on weights that can change."""
        return [
            (node.name, name, strength)
            for node in self.nodes
            if node.trainable
            for name, strength in node.layer.penalties().items()
        ]

    @property
    def flops(self) -> int:
        """Forward pass, one example."""
        return sum(node.flops for node in self.nodes)

    @cached_property
    def nodes_for_loss(self) -> tuple[Node, ...]:
        """The nodes that training runs: a closing softmax is left to a loss that takes logits."""
        place = self._closing_activation
        if place is None:
            return self.nodes
        nodes = list(self.nodes)
        layer = nodes[place].layer
        if isinstance(layer, ActivatedLayer):
            layer = msgspec.structs.replace(layer, activation="linear")
        else:
            layer = Linear(name=layer.name)
        nodes[place] = replace(nodes[place], layer=layer)
        return tuple(nodes)

    @property
    def is_closed(self) -> bool:
        """Whether the network ends in the softmax or sigmoid that belongs to its loss."""
        return self._closing_activation is not None

    @property
    def _closing_activation(self) -> int | None:
        """The node whose activation is part of the loss, if the network ends in such a one.

        No other layer can read it: what is behind it only passes its answer on.
        """
        place = len(self.nodes) - 1
        while _keeps_scores(self.nodes[place]) and self.nodes[place].inputs[0] != FROM_EXAMPLES:
            place = self.nodes[place].inputs[0]
        layer = self.nodes[place].layer
        is_closing = getattr(layer, "activation", "linear") == self.preset.loss.closing_activation
        return place if is_closing else None


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


def _inputs(layer: Layer, index: int, known: dict[str, int]) -> tuple[int, ...]:
    """Numbers of the nodes that a layer names, none if it names none.

    Raises PresetError for a name not known so far.
    """
    names = layer.inputs or ()
    for j, name in enumerate(names):
        if name not in known:
            problem = f"no earlier layer {name!r}{suggestion(name, known)}"
            raise PresetError(f"layers[{index}].inputs[{j}]", problem)
    return tuple(known[name] for name in names)


def _with_last_width(preset: Preset, spec: ExampleSpec) -> list[Layer]:
    """The layers, with the width of a closing dense layer taken from the data if it is unsaid."""
    known = list(preset.layers)
    for i in reversed(range(len(known))):
        layer = known[i]
        if isinstance(layer, Dense):
            if layer.units is None:
                known[i] = msgspec.structs.replace(layer, units=preset.loss.outputs(spec))
            break
        passes = isinstance(layer, ActivationLayer) or layer.reshapes_only
        if layer.inputs is not None or not passes:
            break
    return known


def _name(layer: Layer, index: int, layers: tuple[Layer, ...]) -> str:
    """Its own name, or its type and how many of that type there were: ``conv2d_2``."""
    if layer.name is not None:
        return layer.name
    number = sum(other.kind() == layer.kind() for other in layers[: index + 1])
    return f"{layer.kind()}_{number}"
