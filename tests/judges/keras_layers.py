"""Keras's layers with constant weights, played by tuidl's."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from tests.judges.keras_interpreter import OutOfScope, Replayed
from tests.judges.networks import Array, Table, answer

GATES = {"simple_rnn": 1, "lstm": 4, "gru": 3}
HOW = ("unroll", "implementation")
"""Options that say how Keras computes, not what."""
STARTS = ("kernel_initializer", "recurrent_initializer", "bias_initializer", "use_bias")
KNOWN = ("return_sequences", "unit_forget_bias", "reset_after")
DIRECTIONS = ("forward", "backward")
MERGES = {"concat": "concatenate", None: "concatenate", "sum": "sum"}


class RecurrentLayer(Replayed):
    """``layers.GRU(3, kernel_initializer=initializers.Constant(0.01), ...)``.

    One that goes backwards is the backward half of tuidl's bidirectional layer.
    """

    def __init__(self, kind: str, units: int, **options: Any) -> None:
        self.kind, self.units = kind, units
        self.backwards = options.pop("go_backwards", False)
        self.starts = {name: options.pop(name) for name in STARTS if name in options}
        self.table: Table = {"type": kind, "units": units}
        for name, value in options.items():
            if name in KNOWN:
                self.table[name] = value
            elif name not in HOW:
                raise OutOfScope(f"a recurrent layer with {name}")

    def __call__(self, sequence: Array, **options: Any) -> Array:
        _refuse_options(options)
        if not self.backwards:
            layer = {**self.table, "name": "r"}
            return answer([layer], sequence, self.parameters("r.", sequence.shape[-1]))
        if self.table.get("return_sequences"):
            raise OutOfScope("a sequence of answers in the order of reading backward")
        both = Both(self, self)(sequence)
        return both[..., self.units :]

    def parameters(self, start: str, features: int) -> dict[str, Array]:
        """The constant weights under tuidl's names."""
        width = GATES[self.kind] * self.units
        kernel, recurrent = (self.starts[name] for name in STARTS[:2])
        return {
            f"{start}kernel": np.full((features, width), kernel),
            f"{start}recurrent_kernel": np.full((self.units, width), recurrent),
            f"{start}bias": self._bias(width),
        }

    def _bias(self, width: int) -> Array:
        """No bias is a bias of zeros; an LSTM's forget gate starts at one unless told not to."""
        has_bias = self.starts.get("use_bias", True)
        bias = np.full(width, self.starts["bias_initializer"] if has_bias else 0.0)
        if self.kind == "lstm" and has_bias and self.table.get("unit_forget_bias", True):
            bias[self.units : 2 * self.units] = 1.0
        keeps_both = self.kind == "gru" and self.table.get("reset_after", True)
        return np.stack([bias, bias]) if keeps_both else bias


class Both(Replayed):
    """``layers.Bidirectional(layer)``, the backward layer being like the forward one if unsaid."""

    def __init__(
        self,
        layer: RecurrentLayer,
        backward_layer: RecurrentLayer | None = None,
        merge_mode: str | None = "concat",
    ) -> None:
        if merge_mode not in MERGES:
            raise OutOfScope(f"a bidirectional layer that merges by {merge_mode}")
        self.layers, self.merge_mode = (layer, backward_layer or layer), merge_mode

    def __call__(self, sequence: Array, **options: Any) -> Any:
        _refuse_options(options)
        parameters: dict[str, Array] = {}
        for direction, layer in zip(DIRECTIONS, self.layers, strict=True):
            parameters |= layer.parameters(f"b.{direction}_", sequence.shape[-1])
        table = {"type": "bidirectional", "name": "b", "layer": self.layers[0].table}
        table["merge"] = MERGES[self.merge_mode]
        both = answer([table], sequence, parameters)
        return np.split(both, 2, axis=-1) if self.merge_mode is None else both


def _refuse_options(options: Table) -> None:
    for name in options:
        raise OutOfScope(f"a recurrent layer called with {name}")


class Values(Replayed):
    """A layer's weights before anybody has set them."""

    names = ("assign",)

    def __init__(self) -> None:
        self.values: Array | None = None

    def assign(self, values: Array) -> None:
        self.values = values


class Embedding(Replayed):
    """``layers.Embedding(input_dim=3, output_dim=2)`` with weights that the test assigns."""

    names = ("build", "embeddings")
    changes = True

    def __init__(self, input_dim: int, output_dim: int, **options: Any) -> None:
        for name in options:
            raise OutOfScope(f"an embedding with {name}")
        self.table = {"type": "embedding", "name": "e"}
        self.table |= {"input_dim": input_dim, "output_dim": output_dim}
        self.embeddings = Values()

    def build(self, shape: Any = None) -> None:
        """Weights are there from the start."""

    def __call__(self, numbers: Array) -> Array:
        if self.embeddings.values is None:
            raise OutOfScope("random weights")
        rows = answer(
            [self.table], numbers.reshape(-1, 1), {"e.embeddings": self.embeddings.values}
        )
        return rows.reshape(*numbers.shape, -1)


def layer_normalization(
    dtype: str = "float32",
    beta_initializer: str = "zeros",
    gamma_initializer: str = "ones",
    **options: Any,
) -> Callable[[Array], Array]:
    """``layers.LayerNormalization(...)``, as a function of its inputs."""
    for name in options:
        raise OutOfScope(f"layer normalisation with {name}")
    if dtype != "float32":
        raise OutOfScope(dtype)
    starts = {"zeros": 0.0, "ones": 1.0}

    def of(x: Array) -> Array:
        parameters = {
            "n.gamma": np.full(x.shape[-1], starts[gamma_initializer]),
            "n.beta": np.full(x.shape[-1], starts[beta_initializer]),
        }
        return answer([{"type": "layer_normalization", "name": "n"}], x, parameters)

    return of


LAYERS: dict[str, Callable[..., Any]] = {
    "SimpleRNN": partial(RecurrentLayer, "simple_rnn"),
    "LSTM": partial(RecurrentLayer, "lstm"),
    "GRU": partial(RecurrentLayer, "gru"),
    "Bidirectional": Both,
    "Embedding": Embedding,
    "LayerNormalization": layer_normalization,
}
"""By Keras's name."""
