"""tuidl's parameters as the arrays of PyTorch's modules."""

from collections.abc import Callable
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
Arrays = dict[str, Array]

ORDERS = {"simple_rnn": (0,), "lstm": (0, 1, 2, 3), "gru": (1, 0, 2)}
"""Which of tuidl's gates each of PyTorch's is: r z n there is z r h here."""


def _renamed(**names: str) -> Callable[[Any, Arrays], Arrays]:
    return lambda layer, own: {names[name]: values for name, values in own.items()}


def _kernel(layer: Any, own: Arrays) -> Arrays:
    """(..., inputs, outputs) turned to (outputs, inputs, ...)."""
    weight = np.moveaxis(own["kernel"], (-1, -2), (0, 1))
    return {"weight": weight, **({"bias": own["bias"]} if "bias" in own else {})}


def _batch_normalization(layer: Any, own: Arrays) -> Arrays:
    names = {"gamma": "weight", "beta": "bias",
             "moving_mean": "running_mean", "moving_variance": "running_var"}  # fmt: skip
    counted = {"num_batches_tracked": np.array(0, np.int64)}
    return {names[name]: values for name, values in own.items()} | counted


def _recurrent(layer: Any, own: Arrays, end: str = "") -> Arrays:
    if layer.kind() == "gru" and not layer.reset_after:
        return own
    order, bias = ORDERS[layer.kind()], own["bias"]
    both = bias if bias.ndim == 2 else np.stack([bias, np.zeros_like(bias)])
    return {
        f"weight_ih_l0{end}": _gates(own["kernel"], order).T,
        f"weight_hh_l0{end}": _gates(own["recurrent_kernel"], order).T,
        f"bias_ih_l0{end}": _gates(both[0], order),
        f"bias_hh_l0{end}": _gates(both[1], order),
    }


def _gates(columns: Array, order: tuple[int, ...]) -> Array:
    """(..., gates * units) with the gates in another order."""
    gates = np.split(columns, len(order), axis=-1)
    return np.concatenate([gates[gate] for gate in order], axis=-1)


def _bidirectional(layer: Any, own: Arrays) -> Arrays:
    arrays: Arrays = {}
    for direction, end, place in (("forward_", "", "ahead"), ("backward_", "_reverse", "back")):
        part = {n.removeprefix(direction): v for n, v in own.items() if n.startswith(direction)}
        named = _recurrent(layer.layer, part, end)
        is_own = "kernel" in named
        arrays |= {f"{place}.{n}": v for n, v in named.items()} if is_own else named
    return arrays


WEIGHTS: dict[str, Callable[[Any, Arrays], Arrays]] = {
    **dict.fromkeys(("dense", "conv1d", "conv2d"), _kernel),
    "embedding": _renamed(embeddings="weight"),
    "batch_normalization": _batch_normalization,
    "layer_normalization": _renamed(gamma="weight", beta="bias"),
    **dict.fromkeys(("simple_rnn", "lstm", "gru"), _recurrent),
    "bidirectional": _bidirectional,
}
"""For every layer that has parameters: the arrays of its module."""
