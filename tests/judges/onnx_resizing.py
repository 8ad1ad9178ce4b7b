"""Nodes that resize images: those that make them larger by whole factors are a layer here."""

import numpy as np

from tests.judges.networks import Array, answer
from tests.judges.onnx_node import Node, OutOfScope
from tests.judges.onnx_windows import channels_first, channels_last

LAYERS = {"nearest": "nearest", "linear": "bilinear"}
WAYS = {
    "nearest": {("half_pixel", "round_prefer_floor"), ("asymmetric", "floor")},
    "bilinear": {("half_pixel", "round_prefer_floor")},
}
"""Ways in which ONNX says where pixels lie, and how it rounds, that are the layer's."""


def resize(node: Node) -> tuple[Array, ...]:
    mode = node.get("mode", "nearest")
    if mode not in LAYERS:
        raise OutOfScope("cubic interpolation")
    way = (
        node.get("coordinate_transformation_mode", "half_pixel"),
        node.get("nearest_mode", "round_prefer_floor"),
    )
    if way not in WAYS[LAYERS[mode]]:
        raise OutOfScope("pixels that lie or are rounded otherwise")
    return _upsampled(node, _factors(node), LAYERS[mode])


def upsample(node: Node) -> tuple[Array, ...]:
    """The operator before Resize: asymmetric, rounded down."""
    return _upsampled(node, node.inputs[1][2:], LAYERS[node.get("mode", "nearest")])


def _factors(node: Node) -> Array:
    """(down, across)."""
    scales, sizes = node.input(2), node.input(3)
    axes = node.get("axes", [0, 1, 2, 3])
    if scales is None or not len(scales):
        scales = np.asarray(sizes) / np.take(node.inputs[0].shape, axes)
    whole = dict(zip(axes, scales, strict=True))
    return np.array([whole[2], whole[3]])


def _upsampled(node: Node, factors: Array, interpolation: str) -> tuple[Array, ...]:
    if (factors < 1).any() or (factors % 1).any():
        raise OutOfScope("sizes that are no whole multiple")
    x = channels_last(node.inputs[0])
    layer = {"type": "upsample2d", "factor": [int(n) for n in factors]}
    return (channels_first(answer([{**layer, "interpolation": interpolation}], x)),)


OPERATORS = {"Resize": resize, "Upsample": upsample}
