"""Recurrent nodes.

ONNX has W (directions, gates * units, features), gates in its own order, time in front of the
examples; tuidl has (features, gates * units), Keras's order, the examples in front.
"""

from collections.abc import Callable

import numpy as np

from tests.judges.networks import Array, Table, answer
from tests.judges.onnx_node import Node, OutOfScope

ORDERS = {"RNN": [0], "GRU": [0, 1, 2], "LSTM": [0, 2, 3, 1]}
"""Which of ONNX's gates each of ours is: i o f c there is i f c o here; z r h is the same."""
KINDS = {"RNN": "simple_rnn", "GRU": "gru", "LSTM": "lstm"}


def _check(node: Node) -> None:
    """Out of scope where the node asks for what no layer of tuidl has."""
    if node.input(4) is not None:
        raise OutOfScope("sequence lengths, initial states and peepholes")
    if node.get("direction", "forward") != "forward":
        raise OutOfScope("backward through time")
    node.refuse(activations="other activations in the cell", clip="clipped gates")
    if "Y_c" in node.outputs:
        raise OutOfScope("the cell's state as an output")


def _reordered(values: Array, order: list[int]) -> Array:
    """(gates * units, ...) with the gates in another order."""
    return np.concatenate([np.split(values, len(order))[gate] for gate in order])


def _bias(node: Node, both: Array) -> Array:
    """ONNX has a bias for each product; so has our GRU, the others only need their sum."""
    order = ORDERS[node.op]
    halves = [_reordered(half, order) for half in np.split(both, 2)]
    return np.stack(halves) if node.op == "GRU" else halves[0] + halves[1]


def _layer(node: Node) -> tuple[Table, dict[str, Array]]:
    order, units = ORDERS[node.op], node.get("hidden_size")
    w, r, b = node.inputs[1][0], node.inputs[2][0], node.input(3)
    both = np.zeros(2 * len(w)) if b is None else b[0]
    if node.op == "GRU" and not node.get("linear_before_reset"):
        raise OutOfScope("the reset gate before the product")
    table = {"type": KINDS[node.op], "units": units, "return_sequences": True, "name": "r"}
    parameters = {
        "r.kernel": _reordered(w, order).T,
        "r.recurrent_kernel": _reordered(r, order).T,
        "r.bias": _bias(node, both),
    }
    return table, parameters


def recurrent(node: Node) -> tuple[Array, ...]:
    _check(node)
    x = node.inputs[0]
    examples_first = bool(node.get("layout"))
    table, parameters = _layer(node)
    states = answer([table], x if examples_first else np.swapaxes(x, 0, 1), parameters)
    answers = {
        "Y": states[:, :, None] if examples_first else np.swapaxes(states, 0, 1)[:, None],
        "Y_h": states[:, -1][:, None] if examples_first else states[:, -1][None],
    }
    return tuple(answers[name] for name in node.outputs)


OPERATORS: dict[str, Callable[[Node], tuple[Array, ...]]] = dict.fromkeys(KINDS, recurrent)
