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
    if hasattr(layer, "pads"):
        return tuple(layer.pads(node.input_shape))
    size = layer.pool_size
    stride = layer.stride or size
    return tuple(_padding(length, size, stride, layer.padding) for length in node.input_shape[:-1])


def _padding(length: int, size: int, stride: int, padding: str) -> Pair:
    if padding == "valid":
        return 0, 0
    windows = window_count(length, size, stride, "same")
    total = max((windows - 1) * stride + size - length, 0)
    return total // 2, total - total // 2


def numpy_padding(node: Node) -> object:
    """Pairs for an image, one pair for a sequence, None where nothing is padded."""
    pads = paddings(node)
    if not any(map(any, pads)):
        return None
    return pads if len(pads) > 1 else pads[0]


def is_even(pads: tuple[Pair, ...]) -> bool:
    """Whether as much is added before as after."""
    return all(before == after for before, after in pads)


def amounts(pads: tuple[Pair, ...]) -> str:
    """As PyTorch's layers take even padding."""
    return str(sides(tuple(before for before, _ in pads)))


def sides(value: int | tuple[int, ...]) -> int | tuple[int, ...]:
    """One number where all are the same."""
    return value if isinstance(value, int) or len(set(value)) > 1 else value[0]


def ends(pads: tuple[Pair, ...]) -> str:
    """As F.pad takes them: the last dimension first."""
    return str(tuple(amount for pair in reversed(pads) for amount in pair))


def onnx_pads(node: Node) -> list[int]:
    """All amounts before, then all after."""
    pads = paddings(node)
    return [before for before, _ in pads] + [after for _, after in pads]
