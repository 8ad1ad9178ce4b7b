"""Keras's recurrent layers with constant weights, played by tuidl's."""

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.judges.keras_interpreter import OutOfScope, Replayed
from tests.judges.networks import Array, Table, answer

GATES = {"simple_rnn": 1, "lstm": 4, "gru": 3}
HOW = ("unroll", "implementation")
"""Options that say how Keras computes, not what."""
STARTS = ("kernel_initializer", "recurrent_initializer", "bias_initializer", "use_bias")
KNOWN = ("return_sequences", "unit_forget_bias")


class RecurrentLayer(Replayed):
    """``layers.GRU(3, kernel_initializer=initializers.Constant(0.01), ...)``."""

    def __init__(self, kind: str, units: int, **options: Any) -> None:
        self.kind, self.units = kind, units
        self.starts = {name: options.pop(name) for name in STARTS if name in options}
        self.table: Table = {"type": kind, "units": units, "name": "r"}
        for name, value in options.items():
            if name in KNOWN:
                self.table[name] = value
            elif name not in HOW:
                raise OutOfScope(f"a recurrent layer with {name}")

    def __call__(self, sequence: Array, **options: Any) -> Array:
        for name in options:
            raise OutOfScope(f"a recurrent layer called with {name}")
        return answer([self.table], sequence, self.parameters("r", sequence.shape[-1]))

    def parameters(self, name: str, features: int) -> dict[str, Array]:
        """The constant weights under tuidl's names."""
        width = GATES[self.kind] * self.units
        return {
            f"{name}.kernel": np.full((features, width), self.starts["kernel_initializer"]),
            f"{name}.recurrent_kernel": np.full(
                (self.units, width), self.starts["recurrent_initializer"]
            ),
            f"{name}.bias": self._bias(width),
        }

    def _bias(self, width: int) -> Array:
        """No bias is a bias of zeros; an LSTM's forget gate starts at one unless told not to."""
        has_bias = self.starts.get("use_bias", True)
        bias = np.full(width, self.starts["bias_initializer"] if has_bias else 0.0)
        if self.kind == "lstm" and has_bias and self.table.get("unit_forget_bias", True):
            bias[self.units : 2 * self.units] = 1.0
        return np.stack([bias, bias]) if self.kind == "gru" else bias


def _layer(kind: str) -> Callable[..., RecurrentLayer]:
    return lambda units, **options: RecurrentLayer(kind, units, **options)


LAYERS: dict[str, Callable[..., Any]] = {
    "SimpleRNN": _layer("simple_rnn"),
    "LSTM": _layer("lstm"),
    "GRU": _layer("gru"),
}
"""By Keras's name."""
