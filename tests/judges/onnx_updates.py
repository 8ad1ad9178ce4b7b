"""Training nodes: one step of an optimizer on several tensors at once.

Inputs are R (rate), T (steps before), then all X, all their G, and all of each kind of state.
``norm_coefficient`` adds a share of X to G, which is what an L2 penalty's gradient does.
"""

from collections.abc import Callable

import numpy as np

from tests.judges.networks import Array
from tests.judges.onnx_node import Node
from tests.judges.updates import Updates

LONG_AGO = 10**9
"""So many steps that Adam's bias correction is one: ONNX leaves it out where T is 0."""


def _groups(node: Node, kinds: int) -> tuple[float, int, list[Array], list[int]]:
    """Rate, T, each kind of vector with its tensors in one, and where the tensors part."""
    rate, steps = float(node.inputs[0]), int(node.inputs[1])
    tensors = node.inputs[2:]
    count = len(tensors) // kinds
    ends = list(np.cumsum([len(t) for t in tensors[:count]])[:-1])
    parts = [tensors[k * count : (k + 1) * count] for k in range(kinds)]
    return rate, steps, [np.concatenate(part) for part in parts], ends


def _outputs(ends: list[int], *vectors: Array) -> tuple[Array, ...]:
    return tuple(part for vector in vectors for part in np.split(vector, ends))


def _regularised(node: Node, x: Array, g: Array) -> Array:
    return g + np.float32(node.get("norm_coefficient", 0.0)) * x


def adam(node: Node) -> tuple[Array, ...]:
    rate, steps, (x, g, v, h), ends = _groups(node, 4)
    optimizer = {"type": "adam", "learning_rate": rate, "epsilon": node.get("epsilon", 1e-6)}
    optimizer |= {"beta_1": node.get("alpha", 0.9), "beta_2": node.get("beta", 0.999)}
    assert steps == 0, "with its bias correction ONNX puts epsilon elsewhere"
    updates = Updates(optimizer, x, step=LONG_AGO)
    updates.state("first_moment")[:] = v
    updates.state("second_moment")[:] = h
    after = updates.apply(_regularised(node, x, g))
    moments = updates.state("first_moment"), updates.state("second_moment")
    return _outputs(ends, after, *moments)


def momentum(node: Node) -> tuple[Array, ...]:
    """Our velocity is minus the rate times ONNX's."""
    rate, steps, (x, g, v), ends = _groups(node, 3)
    assert steps == 0 or node.get("beta") == 1.0, "ONNX scales later gradients by beta"
    nesterov = node.get("mode") == "nesterov"
    optimizer = {"type": "sgd", "learning_rate": rate, "momentum": node.get("alpha")}
    updates = Updates({**optimizer, "nesterov": nesterov}, x, step=steps)
    updates.state("velocity")[:] = -rate * v
    after = updates.apply(_regularised(node, x, g))
    return _outputs(ends, after, updates.state("velocity") / np.float32(-rate))


def adagrad(node: Node) -> tuple[Array, ...]:
    """ONNX's epsilon stands beside the root, ours under it; here they are too small to tell."""
    rate, steps, (x, g, h), ends = _groups(node, 3)
    assert steps == 0, "ONNX lowers the rate of later steps"
    optimizer = {"type": "adagrad", "learning_rate": rate, "epsilon": node.get("epsilon", 1e-6)}
    updates = Updates(optimizer, x)
    updates.state("accumulator")[:] = h
    after = updates.apply(_regularised(node, x, g))
    return _outputs(ends, after, updates.state("accumulator"))


OPERATORS: dict[str, Callable[[Node], tuple[Array, ...]]] = {
    "Adam": adam,
    "Adagrad": adagrad,
    "Momentum": momentum,
}
