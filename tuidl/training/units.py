"""Units that are always zero, and values at their limits."""

import numpy as np

from tuidl.backends.base import ArrayDataset
from tuidl.compiler.graph import Graph
from tuidl.compiler.nodes import Node
from tuidl.core.lazy import Array
from tuidl.training.inside import Seen, look_inside
from tuidl.training.state import TrainState
from tuidl.verdicts.layers import DEAD

SATURATED = 0.98
"""Share of the way to its limits from which on a sigmoid or tanh hardly has a slope."""
MOST_LOOKED_AT = 512
"""Training examples on which units are looked for that are always zero."""


def activation_of(node: Node) -> str:
    """The layer's activation, or the activation that it is."""
    return str(getattr(node.layer, "activation", node.layer.kind()))


def has_relu(graph: Graph) -> bool:
    """Whether there are units that may be dead."""
    return any(activation_of(node) == "relu" for node in graph.nodes)


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


def dead_shares(
    state: TrainState, seen: Seen | None, first: int, few: float = DEAD
) -> tuple[dict[str, float], int]:
    """The share of each ReLU layer's units (channels) that are zero for all examples looked at, and
    how many that are: the ``first``, then others from the whole training part, until ``few`` are
    left that seem dead."""
    never = None if seen is None else _always_zero(seen)
    feed, capacity = state.train_feed, state.program.train.capacity
    looked_at = min(first, len(feed), capacity)
    chosen = np.linspace(0, len(feed) - 1, min(MOST_LOOKED_AT, len(feed))).astype(int)
    for start in range(0, len(chosen), capacity):
        if never is not None and all(units.mean() < few for units in never.values()):
            break
        mine = chosen[start : start + capacity]
        part = ArrayDataset(feed.x[mine], feed.y[mine], np.arange(len(mine), dtype=np.int64))
        zero = _always_zero(look_inside(state, part, forward_only=True))
        never = zero if never is None else {name: never[name] & zero[name] for name in never}
        looked_at = max(looked_at, start + len(mine))
    return {name: float(units.mean()) for name, units in (never or {}).items()}, looked_at


def _always_zero(seen: Seen) -> dict[str, Array]:
    """Which units of each ReLU layer are zero for all examples of a batch."""
    found = {
        name: always_zero(layer.node, layer.output)
        for name, layer in seen.layers.items()
        if layer.output is not None
    }
    return {name: units for name, units in found.items() if units is not None}
