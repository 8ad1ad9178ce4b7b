"""Preset -> Graph: the layers with their shapes and parameters, for one example."""

from dataclasses import dataclass, replace
from functools import cached_property
from math import prod

import msgspec

from tuidl.data.dataset import ExampleSpec
from tuidl.errors import PresetError
from tuidl.layers.activations import ACTIVATIONS, ActivationLayer, Linear, Softmax
from tuidl.layers.base import ActivatedLayer, Layer, Parameter, Shape, ShapeError
from tuidl.layers.dense import Dense
from tuidl.limits import FLOAT_BYTES
from tuidl.preset import Preset


@dataclass(frozen=True)
class Node:
    """One layer in its place: shapes are of one example."""

    name: str
    layer: Layer
    input_shape: Shape
    shape: Shape
    parameters: tuple[Parameter, ...]

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
        spec = preset.data.spec()
        nodes: list[Node] = []
        shape = spec.shape
        for i, layer in enumerate(_with_last_width(preset.layers, spec)):
            try:
                output = layer.output_shape(shape)
                node = Node(
                    _name(layer, i, preset.layers), layer, shape, output, layer.parameters(shape)
                )
            except ShapeError as error:
                raise PresetError(f"layers[{i}] ({layer.kind()})", str(error)) from None
            nodes.append(node)
            shape = output
        graph = cls(preset, spec, tuple(nodes))
        graph._check(shape)
        return graph

    def _check(self, shape: Shape) -> None:
        names = [node.name for node in self.nodes]
        for i, name in enumerate(names):
            if name in names[:i]:
                raise PresetError(f"layers[{i}].name", f"{name!r} is taken by an earlier layer")
        if not self.parameter_count:
            raise PresetError("layers", "nothing to learn: no layer has parameters")
        try:
            self.preset.loss.check(shape, self.spec)
        except ShapeError as error:
            raise PresetError("loss.type", f"{self.preset.loss.kind()!r} {error}") from None

    @property
    def parameter_count(self) -> int:
        return sum(node.parameter_count for node in self.nodes)

    @property
    def flops(self) -> int:
        """Forward pass, one example."""
        return sum(node.flops for node in self.nodes)

    @cached_property
    def nodes_for_loss(self) -> tuple[Node, ...]:
        """The nodes that training runs: a closing softmax is left to a loss that takes logits."""
        if not self.preset.loss.takes_logits:
            return self.nodes
        nodes = list(self.nodes)
        place = max(i for i, node in enumerate(nodes) if not _keeps_scores(node))
        layer = nodes[place].layer
        if isinstance(layer, Softmax):
            layer = Linear(name=layer.name)
        elif isinstance(layer, ActivatedLayer) and layer.activation == "softmax":
            layer = msgspec.structs.replace(layer, activation="linear")
        nodes[place] = replace(nodes[place], layer=layer)
        return tuple(nodes)


def _keeps_scores(node: Node) -> bool:
    """Whether a closing layer passes one score for each class on as it is."""
    return node.layer.reshapes_only and node.input_shape[-1:] == node.shape


def _with_last_width(layers: tuple[Layer, ...], spec: ExampleSpec) -> list[Layer]:
    """The layers, with the width of a closing dense layer taken from the data if it is unsaid."""
    known = list(layers)
    for i in reversed(range(len(known))):
        layer = known[i]
        if isinstance(layer, Dense):
            if layer.units is None:
                known[i] = msgspec.structs.replace(layer, units=spec.outputs)
            break
        if not (isinstance(layer, ActivationLayer) or layer.reshapes_only):
            break
    return known


def _name(layer: Layer, index: int, layers: tuple[Layer, ...]) -> str:
    """Its own name, or its type and how many of that type there were: ``conv2d_2``."""
    if layer.name is not None:
        return layer.name
    number = sum(other.kind() == layer.kind() for other in layers[: index + 1])
    return f"{layer.kind()}_{number}"
