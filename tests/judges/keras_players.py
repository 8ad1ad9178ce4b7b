"""Keras's names as its tests use them, played by tuidl."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from tests.judges.keras_interpreter import Namespace, OutOfScope, Replayed, numpy_namespace
from tests.judges.keras_layers import LAYERS
from tests.judges.keras_losses import LOSSES
from tests.judges.networks import Array, Table
from tests.judges.updates import Updates

OPTIMIZERS = {
    "SGD": "sgd",
    "Adam": "adam",
}
IN_VAIN = {"amsgrad": True}
"""Keras's options that change nothing as long as what ``Optimizer`` checks holds."""


class Variable(Replayed):
    """``backend.Variable``: an array that an optimizer changes."""

    names = ("numpy",)

    def __init__(self, values: Any, name: str = "", dtype: str = "float32") -> None:
        self.values = np.array(values, dtype)

    def numpy(self) -> Array:
        return self.values

    def __array__(self, dtype: Any = None, copy: Any = None) -> Array:
        return self.values


class Optimizer(Replayed):
    """One of Keras's optimizers; every variable has a program of its own."""

    names = ("apply_gradients", "build")

    def __init__(self, kind: str, **options: Any) -> None:
        self.table: Table = {"type": kind}
        self.amsgrad = options.pop("amsgrad", False)
        known = _fields(kind)
        for name, value in options.items():
            if name not in known:
                raise OutOfScope(f"{kind} with {name}")
            self.table[name] = value
        if self.table.get("nesterov") and not self.table.get("momentum"):
            self.table.pop("nesterov")  # looks ahead by nothing
        self.updates: dict[int, Updates] = {}

    def build(self, variables: list[Variable]) -> None:
        """State is made when it is needed."""

    def apply_gradients(self, pairs: Iterable[tuple[Any, Variable]]) -> None:
        for gradient, variable in pairs:
            flat = variable.values.reshape(-1)
            if id(variable) not in self.updates:
                self.updates[id(variable)] = Updates(self.table, flat)
            updates = self.updates[id(variable)]
            seen = updates.state("second_moment").copy() if self.amsgrad else 0
            flat[:] = updates.apply(np.reshape(gradient, -1))
            if self.amsgrad and (updates.state("second_moment") < seen).any():
                raise OutOfScope("amsgrad where the second moment has fallen")


def _fields(kind: str) -> tuple[str, ...]:
    from tuidl.optimizers import OPTIMIZERS as KINDS

    return tuple(KINDS[kind].__struct_fields__)


def _optimizer(kind: str) -> Callable[..., Optimizer]:
    return lambda **options: Optimizer(kind, **options)


def known_names() -> dict[str, Any]:
    """What the names in Keras's tests mean here; fresh for every test."""
    numpy = numpy_namespace()
    return {
        "np": numpy,
        "ops": Namespace("ops", **{k: numpy.get(k) for k in ("array", "arange", "full", "zeros")}),
        "backend": Namespace("backend", Variable=Variable),
        "initializers": Namespace("initializers", Constant=float),
        "layers": Namespace("layers", **LAYERS),
        "losses": Namespace("losses", **LOSSES),
        **{name: _optimizer(kind) for name, kind in OPTIMIZERS.items()},
        "implementation": None,
        "range": range,
        "zip": lambda *lists: list(zip(*lists, strict=True)),
    }
