"""Padding of convolutions and pooling as exported programs say it: before and after."""

from typing import Any

from tuidl.compiler.graph import Node
from tuidl.nn.layers.window_sizes import window_count

Pair = tuple[int, int]


def paddings(node: Node) -> tuple[Pair, ...]:
    """How much is added before and after, for each dimension that windows slide along.

    Nothing more is added than windows read.
    """
    layer: Any = node.layer
    size = getattr(layer, "kernel_size", None) or layer.pool_size
    stride = layer.stride or size
    return tuple(_padding(length, size, stride, layer.padding) for length in node.input_shape[:-1])


def _padding(length: int, size: int, stride: int, padding: str) -> Pair:
    if padding == "valid":
        return 0, 0
    if padding == "causal":
        return size - 1, 0
    windows = window_count(length, size, stride, "same")
    total = max((windows - 1) * stride + size - length, 0)
    return total // 2, total - total // 2
