"""Convolution and pooling nodes. ONNX has channels in front (NCHW), tuidl behind (NHWC)."""

from collections.abc import Callable

import numpy as np

from tests.judges.networks import Array, Table, answer
from tests.judges.onnx_node import Node, OutOfScope
from tuidl.nn.layers.window_sizes import padding_before, window_count


def channels_last(x: Array) -> Array:
    return np.moveaxis(x, 1, -1)


def channels_first(x: Array) -> Array:
    return np.moveaxis(x, -1, 1)


def _one(values: list[int], reason: str) -> int:
    if len(set(values)) > 1:
        raise OutOfScope(reason)
    return int(values[0])


def _windows(node: Node, x: Array, sizes: list[int], size: str, stride: str) -> Table:
    """The window's options of a layer, or out of scope where tuidl has no such windows."""
    rank = x.ndim - 2
    if rank == 3:
        raise OutOfScope("windows in 3 dimensions")
    if any(d != 1 for d in node.get("dilations", [1])):
        raise OutOfScope("dilations")
    node.refuse(ceil_mode="ceil_mode")
    strides = node.get("strides", [1] * rank)
    table = {
        size: _one(sizes, "a window that is not square"),
        stride: _one(strides, "strides that differ"),
    }
    return {**table, "padding": _padding(node, x.shape[2:], table[size], table[stride])}


def _padding(node: Node, lengths: tuple[int, ...], size: int, stride: int) -> str:
    """The name of the padding that does the same as the node's pads."""
    how = node.get("auto_pad", "NOTSET")
    windows = [window_count(n, size, stride, "same") for n in lengths]
    totals = [max((w - 1) * stride + size - n, 0) for w, n in zip(windows, lengths, strict=True)]
    before = [padding_before(n, size, stride, "same") for n in lengths]
    after = [total - first for total, first in zip(totals, before, strict=True)]
    if how == "SAME_UPPER":
        return "same"
    if how == "SAME_LOWER":
        if before != after:
            raise OutOfScope("SAME_LOWER with more padding at the low end")
        return "same"
    pads = list(node.get("pads", [0] * 2 * len(lengths)))
    if not any(pads):
        return "valid"
    if pads != before + after:
        raise OutOfScope("pads that are neither 'valid' nor 'same'")
    return "same"


def convolution(node: Node) -> tuple[Array, ...]:
    x, w, b = node.inputs[0], node.inputs[1], node.input(2)
    if node.get("group", 1) != 1:
        raise OutOfScope("groups")
    sizes = list(w.shape[2:])
    table = {
        "type": f"conv{len(sizes)}d",
        "name": "c",
        "filters": len(w),
        "use_bias": b is not None,
    }
    table |= _windows(node, x, sizes, "kernel_size", "stride")
    parameters = {"c.kernel": np.moveaxis(w, (0, 1), (-1, -2))}
    if b is not None:
        parameters["c.bias"] = b
    return (channels_first(answer([table], channels_last(x), parameters)),)


def _pool(kind: str) -> Callable[[Node], tuple[Array, ...]]:
    def run(node: Node) -> tuple[Array, ...]:
        x = node.inputs[0]
        if len(node.outputs) > 1:
            raise OutOfScope("the winners' places as an output")
        if x.dtype.kind != "f":
            raise OutOfScope("integers as values")
        if kind == "average_pool" and node.get("count_include_pad"):
            raise OutOfScope("count_include_pad")
        table = _windows(node, x, list(node.get("kernel_shape")), "pool_size", "stride")
        table["type"] = f"{kind}{x.ndim - 2}d"
        return (channels_first(answer([table], channels_last(x))),)

    return run


def _global_pool(kind: str) -> Callable[[Node], tuple[Array, ...]]:
    def run(node: Node) -> tuple[Array, ...]:
        x = node.inputs[0]
        y = answer([{"type": f"{kind}{x.ndim - 2}d"}], channels_last(x))
        return (y.reshape(*y.shape, *[1] * (x.ndim - 2)),)

    return run


OPERATORS = {
    "Conv": convolution,
    "MaxPool": _pool("max_pool"),
    "AveragePool": _pool("average_pool"),
    "GlobalMaxPool": _global_pool("global_max_pool"),
    "GlobalAveragePool": _global_pool("global_average_pool"),
}
