"""Recurrent nodes.

ONNX has W (directions, gates * units, features), gates in its own order, time in front of the
examples; tuidl has (features, gates * units), Keras's order, the examples in front. A node that
reads backward is the backward half of a bidirectional layer.
"""

from collections.abc import Callable

import numpy as np

from tests.judges.networks import Array, Table, answer
from tests.judges.onnx_node import Node, OutOfScope

ORDERS = {"RNN": [0], "GRU": [0, 1, 2], "LSTM": [0, 2, 3, 1]}
"""Which of ONNX's gates each of ours is: i o f c there is i f c o here; z r h is the same."""
KINDS = {"RNN": "simple_rnn", "GRU": "gru", "LSTM": "lstm"}
DIRECTIONS = ("forward", "backward")


def _check(node: Node) -> None:
    """Out of scope where the node asks for what no layer of tuidl has."""
    if node.input(4) is not None:
        raise OutOfScope("sequence lengths, initial states and peepholes")
    node.refuse(activations="other activations in the cell", clip="clipped gates")
    if "Y_c" in node.outputs:
        raise OutOfScope("the cell's state as an output")


def _reordered(values: Array, order: list[int]) -> Array:
    """(gates * units, ...) with the gates in another order."""
    return np.concatenate([np.split(values, len(order))[gate] for gate in order])


def _bias(node: Node, both: Array) -> Array:
    """ONNX has a bias for each product; a GRU that resets after them needs both, others the sum."""
    halves = [_reordered(half, ORDERS[node.op]) for half in np.split(both, 2)]
    keeps_both = node.op == "GRU" and node.get("linear_before_reset")
    return np.stack(halves) if keeps_both else halves[0] + halves[1]


def _weights(node: Node, direction: int) -> dict[str, Array]:
    """tuidl's parameters for one of the node's directions."""
    order = ORDERS[node.op]
    w, r, b = node.inputs[1][direction], node.inputs[2][direction], node.input(3)
    both = np.zeros(2 * len(w)) if b is None else b[direction]
    return {
        "kernel": _reordered(w, order).T,
        "recurrent_kernel": _reordered(r, order).T,
        "bias": _bias(node, both),
    }


def _states(node: Node, x: Array) -> Array:
    """The states of each direction after each step: (directions, examples, time, units)."""
    units = node.get("hidden_size")
    layer: Table = {"type": KINDS[node.op], "units": units, "return_sequences": True}
    if node.op == "GRU":
        layer["reset_after"] = bool(node.get("linear_before_reset"))
    direction = node.get("direction", "forward")
    if direction == "forward":
        weights = {f"r.{key}": value for key, value in _weights(node, 0).items()}
        return answer([{**layer, "name": "r"}], x, weights)[None]
    numbers = (0, 1) if direction == "bidirectional" else (0, 0)
    parameters = {
        f"r.{name}_{key}": value
        for name, number in zip(DIRECTIONS, numbers, strict=True)
        for key, value in _weights(node, number).items()
    }
    states = answer([{"type": "bidirectional", "layer": layer, "name": "r"}], x, parameters)
    halves = np.stack(np.split(states, 2, axis=-1))
    return halves if direction == "bidirectional" else halves[1:]


def recurrent(node: Node) -> tuple[Array, ...]:
    """ONNX's outputs are (time, directions, examples, units) and the last of each direction."""
    _check(node)
    x, examples_first = node.inputs[0], bool(node.get("layout"))
    states = _states(node, x if examples_first else np.swapaxes(x, 0, 1))
    backward_alone = node.get("direction") == "reverse"
    last = np.stack([s[:, 0] if d or backward_alone else s[:, -1] for d, s in enumerate(states)])
    answers = {
        "Y": np.moveaxis(states, (1, 2, 0), (0, 1, 2) if examples_first else (2, 0, 1)),
        "Y_h": np.swapaxes(last, 0, 1) if examples_first else last,
    }
    return tuple(answers[name] for name in node.outputs)


OPERATORS: dict[str, Callable[[Node], tuple[Array, ...]]] = dict.fromkeys(KINDS, recurrent)
