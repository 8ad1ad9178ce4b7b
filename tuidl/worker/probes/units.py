"""Units that are always zero, and values at their limits."""

import numpy as np

from tuidl.backends.base import Array
from tuidl.compiler.nodes import Node

SATURATED = 0.98
"""Share of the way to its limits from which on a sigmoid or tanh hardly has a slope."""


def activation_of(node: Node) -> str:
    """The layer's activation, or the activation that it is."""
    return str(getattr(node.layer, "activation", node.layer.kind()))


def always_zero(node: Node, output: Array) -> Array | None:
    """Which units (channels) of a ReLU are zero for all examples; None for other layers."""
    if activation_of(node) != "relu":
        return None
    zero: Array = (output == 0).all(axis=tuple(range(output.ndim - 1)))
    return zero


def dead_share(node: Node, output: Array) -> float | None:
    """The share of a ReLU's units that are zero for all examples; None for other layers."""
    zero = always_zero(node, output)
    return None if zero is None else float(zero.mean())


def saturated_share(node: Node, output: Array) -> float | None:
    """The share of values close to the limits of a sigmoid or tanh; None for other layers."""
    way = {"sigmoid": np.abs(2 * output - 1), "tanh": np.abs(output)}.get(activation_of(node))
    return None if way is None else float((way > SATURATED).mean())
