"""Recurrent layers in ONNX: RNN, LSTM and GRU, with time in front of the examples."""

from typing import TYPE_CHECKING, Any

import numpy as np

from tuidl.compiler.graph import Node
from tuidl.core.lazy import Array
from tuidl.export.registry import onnx_layer

if TYPE_CHECKING:
    from tuidl.export.onnx_draft import OnnxDraft

OPERATORS = {"simple_rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}
ORDERS = {"simple_rnn": (0,), "lstm": (0, 3, 1, 2), "gru": (0, 1, 2)}
"""Which of tuidl's gates each of ONNX's is: i o f c there is i f c o here; z r h is the same."""


@onnx_layer("simple_rnn", "lstm", "gru")
def _onnx_recurrent(draft: "OnnxDraft", node: Node, inputs: list[str]) -> tuple[str, bool]:
    """A layer that reads a sequence from its start to its end."""
    return _walk(draft, node.layer, inputs[0], ("",), merge="concatenate"), False


@onnx_layer("bidirectional")
def _onnx_bidirectional(draft: "OnnxDraft", node: Node, inputs: list[str]) -> tuple[str, bool]:
    """A layer that reads forward and one that reads backward."""
    layer: Any = node.layer
    directions = ("forward_", "backward_")
    return _walk(draft, layer.layer, inputs[0], directions, layer.merge), False


def _walk(draft: "OnnxDraft", layer: Any, x: str, directions: tuple[str, ...], merge: str) -> str:
    """The node, its answers brought to (examples, time, units) or (examples, units)."""
    names = ("kernel", "recurrent_kernel", "bias")
    weights = [_weights(layer, *(draft.own(d + name) for name in names)) for d in directions]
    constants = [
        draft.constant(name, np.stack(arrays))
        for name, arrays in zip(names, zip(*weights, strict=True), strict=True)
    ]
    options = {"hidden_size": layer.units}
    if layer.kind() == "gru":
        options["linear_before_reset"] = int(layer.reset_after)
    if len(directions) == 2:
        options["direction"] = "bidirectional"
    in_time = draft.op("Transpose", draft.turned(x, first=False), perm=(1, 0, 2))
    whole = layer.return_sequences
    states = draft.op(
        OPERATORS[layer.kind()], in_time, *constants, outputs=1 if whole else 2, **options
    )
    # all states: (time, directions, examples, units); the last ones: (directions, examples, units)
    ordered = draft.op("Transpose", states, perm=(2, 0, 1, 3) if whole else (1, 0, 2))
    if merge == "sum":
        axis = draft.constant("directions", [2 if whole else 1], np.int64)
        return draft.op("ReduceSum", ordered, axis, keepdims=0)
    shape = draft.constant("shape", [0, 0, -1] if whole else [0, -1], np.int64)
    return draft.op("Reshape", ordered, shape)


def _weights(
    layer: Any, kernel: Array, recurrent_kernel: Array, bias: Array
) -> tuple[Array, Array, Array]:
    """W (gates * units, features), R (gates * units, units), B: the biases of both products."""
    order = ORDERS[layer.kind()]
    both = bias if bias.ndim == 2 else np.stack([bias, np.zeros_like(bias)])
    biases = np.concatenate([_gates(half, order) for half in both])
    return _gates(kernel, order).T, _gates(recurrent_kernel, order).T, biases


def _gates(columns: Array, order: tuple[int, ...]) -> Array:
    """(..., gates * units) with the gates in another order."""
    gates = np.split(columns, len(order), axis=-1)
    return np.concatenate([gates[gate] for gate in order], axis=-1)
