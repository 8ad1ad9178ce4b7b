"""Oracles: each kernel's definition in plain NumPy, below the kernel in the same file.

The NumPy backend runs them, and tests compare every kernel with its own. An oracle takes what its
kernel takes. A forward kernel without one is defined by its layer's ``reference`` (see
``backends/numpy/registry.py``).
"""

from collections.abc import Callable
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
Pair = tuple[int, ...]

ORACLES: dict[str, Callable[..., None]] = {}
"""By the kernel's name."""


def oracle(kernel: Callable[..., None]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register the function below as the definition of ``kernel``."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        ORACLES[kernel.__name__] = function
        return function

    return register


def logistic(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def windows_of(
    x: Array, size: Pair, strides: Pair, before: Pair, count: Pair, fill: float = 0.0
) -> Array:
    """(examples, p, q, i, j, channels): what each of ``count`` windows sees.

    ``before``: padding above and to the left; as much as is needed is added below and right.
    """
    pads = [
        (low, max((n - 1) * stride + length - low - extent, 0))
        for low, n, stride, length, extent in zip(
            before, count, strides, size, x.shape[1:3], strict=True
        )
    ]
    padded = np.pad(x, [(0, 0), *pads, (0, 0)], constant_values=fill)
    seen = np.lib.stride_tricks.sliding_window_view(padded, size, axis=(1, 2))
    seen = seen[:, :: strides[0], :: strides[1]][:, : count[0], : count[1]]
    return seen.transpose(0, 1, 2, 4, 5, 3)


def add_windows(patches: Array, x: Array, strides: Pair, before: Pair) -> None:
    """The transpose of ``windows_of``: ``x`` becomes the sum of what its pixels' windows hold."""
    x[...] = 0
    _, rows, columns, height, width, _ = patches.shape
    for p in range(rows):
        for q in range(columns):
            for i in range(height):
                for j in range(width):
                    y, z = p * strides[0] - before[0] + i, q * strides[1] - before[1] + j
                    if 0 <= y < x.shape[1] and 0 <= z < x.shape[2]:
                        x[:, y, z] += patches[:, p, q, i, j]
