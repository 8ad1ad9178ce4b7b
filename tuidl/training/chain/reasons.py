"""Why the gradient of a weight or neuron is 0."""

import numpy as np

from tuidl.compiler.nodes import Node
from tuidl.core.lazy import Array
from tuidl.training.chain.replica import Replica
from tuidl.training.chain.shares import Use
from tuidl.training.chain.walk import Walk

NOTHING = 1e-12
"""Share of the sizes of the parts below which their sum is nothing but rounding."""

SWITCHES = {
    "max_pool2d": "other values are the largest of their windows",
    "max_pool1d": "other values are the largest of their windows",
    "global_max_pool2d": "another value is the largest",
    "global_max_pool1d": "another value is the largest",
    "dropout": "dropout switches it off in this step",
    "relu": "the ReLU behind it is off (its input is not above 0): slope 0",
    "attention": "nothing looks at it",
}
"""By the kind of a layer: why a number before it leads to nothing."""


def reason_for_zero(replica: Replica, walk: Walk) -> str:
    """In words; empty where the gradient is not 0."""
    if walk.analytic and not _cancels(walk):
        return ""
    if not walk.uses:
        return _of_neuron(replica, walk) if walk.stops else ""
    if _cancels(walk):
        return _of_sum(replica, walk)
    for use in walk.uses:
        if not len(use.values) or not use.factors.any():
            return _of_input(use)
    return _of_upstream(replica, walk.uses[0])


def _cancels(walk: Walk) -> bool:
    sizes = sum(float(np.abs(use.values).sum()) for use in walk.uses)
    return bool(sizes) and abs(walk.total) <= NOTHING * sizes


def _of_sum(replica: Replica, walk: Walk) -> str:
    """The parts are there, but add up to nothing."""
    for use in walk.uses:
        kinds = {reader.layer.kind() for reader in replica.readers(use.node.name)}
        if "batch_normalization" in kinds:
            return (
                "batch normalisation takes the mean off what comes next, so a shift of all "
                "examples alike changes nothing: the parts add up to 0"
            )
    return "the parts add up to 0 (what is left is rounding)"


def _of_input(use: Use) -> str:
    kind = use.node.layer.kind()
    if kind == "embedding":
        return "no example looked at has the number of this row: it is never read"
    if "conv" in kind:
        return "what this entry of the kernel meets is 0 at every place"
    return "the input that it is multiplied by is 0 in all examples looked at"


def _of_upstream(replica: Replica, use: Use) -> str:
    """The input is there, but no gradient comes back where it counts."""
    name = use.node.name
    places = use.spots[use.factors != 0]
    if not use.is_own:
        return f"no gradient comes back through {name}"
    back = replica.gradient(name)[places]
    if back.any():
        words = replica.activation(use.node)
        z = replica.preactivation(use.node)[places][back != 0]
        if words == "relu":
            where = f"at most {z.max():.3g}" if len(z) > 1 else f"{z[0]:.3g}"
            return f"the unit's ReLU is off wherever a gradient comes back (z is {where}): slope 0"
        return f"the slope of {words} is 0 where a gradient comes back"
    return _of_outputs(replica, use.node, places)


def _of_neuron(replica: Replica, walk: Walk) -> str:
    stop = walk.stops[-1]
    return _of_outputs(replica, stop.node, np.array([stop.at]))


def _of_outputs(replica: Replica, node: Node, places: Array) -> str:
    """Nothing comes back to these elements of a node's output."""
    readers = replica.readers(node.name)
    for reader in readers:
        if not replica.gradient(reader.name).any():
            outputs = np.arange(replica.output(reader.name).size)
            return f"no gradient comes back to {reader.name}: " + _of_outputs(
                replica, reader, outputs
            )
    if not readers:
        return "the loss has a slope of 0 here (no error is left)"
    for reader in readers:
        kind = reader.layer.kind()
        if kind in SWITCHES:
            return f"{reader.name}: {SWITCHES[kind]}"
        if replica.activation(reader) == "relu":
            return f"every unit of {reader.name} that it leads to is off (ReLU, slope 0)"
    return f"the weights of {readers[0].name} that lead on from it are 0, or no gradient is there"
