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
    gaps = list(node.get("dilations", [1] * rank))
    if size == "pool_size" and any(gap != 1 for gap in gaps):
        raise OutOfScope("dilations")
    node.refuse(ceil_mode="ceil_mode")
    strides = node.get("strides", [1] * rank)
    table = {
        size: _one(sizes, "a window that is not square"),
        stride: _one(strides, "strides that differ"),
    }
    span = (table[size] - 1) * _one(gaps, "gaps that differ") + 1
    return {**table, "padding": _padding(node, x.shape[2:], span, table[stride])}


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


def _pads(node: Node, x: Array, spans: list[int], strides: list[int]) -> list[tuple[int, int]]:
    """(before, after) along each axis."""
    how, rank = node.get("auto_pad", "NOTSET"), x.ndim - 2
    if not how.startswith("SAME"):
        pads = list(node.get("pads", [0] * 2 * rank))
        return list(zip(pads[:rank], pads[rank:], strict=True))
    sizes = zip(x.shape[2:], spans, strides, strict=True)
    totals = [max((-(-n // step) - 1) * step + span - n, 0) for n, span, step in sizes]
    small = [(total // 2, total - total // 2) for total in totals]
    return [ends[::-1] for ends in small] if how == "SAME_LOWER" else small


def _spans(node: Node, sizes: list[int]) -> list[int]:
    gaps = node.get("dilations", [1] * len(sizes))
    return [(size - 1) * gap + 1 for size, gap in zip(sizes, gaps, strict=True)]


def _as_image(node: Node, w: Array) -> tuple[Array, Array, int]:
    """The examples and weights of a node; of one along time as of an image of height 1."""
    x, rank = node.inputs[0], w.ndim - 2
    if rank == 3:
        raise OutOfScope("windows in 3 dimensions")
    return (x[:, :, None], w[:, :, None], rank) if rank == 1 else (x, w, rank)


def _image_table(node: Node, rank: int, sizes: list[int]) -> Table:
    """What is the same of both kinds of convolution."""
    ones = [1] * rank
    strides, gaps = (list(node.get(name, ones)) for name in ("strides", "dilations"))
    return {
        "name": "c",
        "kernel_size": sizes,
        "stride": [1] * (2 - rank) + strides,
        "dilation": [1] * (2 - rank) + gaps,
        "groups": node.get("group", 1),
        "use_bias": node.input(2) is not None,
    }


def _answer(node: Node, table: Table, x: Array, kernel: Array, rank: int) -> tuple[Array, ...]:
    parameters = {"c.kernel": kernel}
    if node.input(2) is not None:
        parameters["c.bias"] = node.inputs[2]
    y = channels_first(answer([table], channels_last(x), parameters))
    return (y[:, :, 0] if rank == 1 else y,)


def convolution(node: Node) -> tuple[Array, ...]:
    if node.inputs[1].ndim == 3:
        return _along_time(node)
    x, w, rank = _as_image(node, node.inputs[1])
    sizes = list(w.shape[2:])
    table = _image_table(node, rank, sizes)
    strides = table["stride"][2 - rank :]
    pads = _pads(node, node.inputs[0], _spans(node, sizes[2 - rank :]), strides)
    sides = [side for ends in [(0, 0)] * (2 - rank) + pads for side in ends]
    table |= {"type": "conv2d", "filters": len(w), "padding": sides}
    return _answer(node, table, x, np.moveaxis(w, (0, 1), (-1, -2)), rank)


def _along_time(node: Node) -> tuple[Array, ...]:
    x, w, b = node.inputs[0], node.inputs[1], node.input(2)
    table = {"type": "conv1d", "name": "c", "filters": len(w), "use_bias": b is not None}
    table |= _windows(node, x, list(w.shape[2:]), "kernel_size", "stride")
    table |= {"dilation": node.get("dilations", [1])[0], "groups": node.get("group", 1)}
    parameters = {"c.kernel": np.moveaxis(w, (0, 1), (-1, -2))}
    if b is not None:
        parameters["c.bias"] = b
    return (channels_first(answer([table], channels_last(x), parameters)),)


def transposed(node: Node) -> tuple[Array, ...]:
    x, w, rank = _as_image(node, node.inputs[1])
    sizes = list(w.shape[2:])
    table = _image_table(node, rank, sizes)
    strides, spans = table["stride"][2 - rank :], _spans(node, sizes[2 - rank :])
    more = list(node.get("output_padding", [0] * rank))
    reached = [(n - 1) * step + span for n, step, span in
               zip(node.inputs[0].shape[2:], strides, spans, strict=True)]  # fmt: skip
    wanted = node.get("output_shape")
    if node.get("auto_pad", "NOTSET").startswith("SAME"):
        wanted = [n * step for n, step in zip(node.inputs[0].shape[2:], strides, strict=True)]
    pads = _pads(node, node.inputs[0], spans, strides) if wanted is None else []
    for length, full, extra in zip(wanted or [], reached, more, strict=wanted is not None):
        total = full + extra - length
        pads.append((total // 2, total - total // 2) if total > 0 else (0, 0))
    if wanted is not None:
        more = [max(n - full, 0) for n, full in zip(wanted, reached, strict=True)]
    sides = [side for ends in [(0, 0)] * (2 - rank) + pads for side in ends]
    filters = w.shape[1] * table["groups"]
    table |= {"type": "conv2d_transpose", "filters": filters, "padding": sides}
    table["output_padding"] = [0] * (2 - rank) + more
    return _answer(node, table, x, np.moveaxis(w, (0, 1), (3, 2)), rank)


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
    "ConvTranspose": transposed,
    "MaxPool": _pool("max_pool"),
    "AveragePool": _pool("average_pool"),
    "GlobalMaxPool": _global_pool("global_max_pool"),
    "GlobalAveragePool": _global_pool("global_average_pool"),
}
