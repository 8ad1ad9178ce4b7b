"""Keras's names as its tests use them, played by tuidl."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np

from tests.judges.keras_interpreter import Namespace, OutOfScope, Replayed, numpy_namespace
from tests.judges.keras_layers import LAYERS
from tests.judges.keras_losses import LOSSES, PENALTIES
from tests.judges.networks import Array, Table
from tests.judges.updates import Updates
from tuidl.nn.optimizers import OPTIMIZERS as KINDS

OPTIMIZERS = {
    "SGD": "sgd",
    "Adam": "adam",
    "AdamW": "adamw",
    "RMSprop": "rmsprop",
    "Adagrad": "adagrad",
}
CLIPPING = {"clipvalue": "clip_value", "clipnorm": "global_clip_norm"}
"""Keras's ``clipnorm`` is by variable; of a single one that is the length of the whole."""

KERAS_EPSILON = 1e-7


class Variable(Replayed):
    """``backend.Variable``: an array that an optimizer changes."""

    names = ("numpy",)
    changes = True

    def __init__(self, values: Any, name: str = "", dtype: str = "float32") -> None:
        self.values = np.array(values, dtype)

    def numpy(self) -> Array:
        return self.values

    def __array__(self, dtype: Any = None, copy: Any = None) -> Array:
        return self.values


class Optimizer(Replayed):
    """One of Keras's optimizers; every variable has a program of its own.

    ``amsgrad`` changes nothing as long as the second moment never falls, which is looked after.
    """

    names = ("apply_gradients", "build", "exclude_from_weight_decay", "_clip_gradients")
    changes = True

    def __init__(self, kind: str, **options: Any) -> None:
        self.table: Table = {"type": kind}
        self.amsgrad = options.pop("amsgrad", False)
        known = KINDS[kind].__struct_fields__
        for key, value in options.items():
            name = CLIPPING.get(key, key)
            if name not in known:
                raise OutOfScope(f"{kind} with {key}")
            self.table[name] = value
        if self.table.get("nesterov") and not self.table.get("momentum"):
            self.table.pop("nesterov")  # looks ahead by nothing
        self.updates: dict[int, Updates] = {}

    def build(self, variables: list[Variable]) -> None:
        """State is made when it is needed."""

    def exclude_from_weight_decay(self, **options: Any) -> None:
        raise OutOfScope("weight decay that leaves variables out")

    def apply_gradients(self, pairs: Iterable[tuple[Any, Variable]]) -> None:
        for gradient, variable in pairs:
            flat = variable.values.reshape(-1)
            updates = self.updates[id(variable)] = self._updates(variable, flat)
            seen = updates.state("second_moment").copy() if self.amsgrad else 0
            flat[:] = updates.apply(np.reshape(gradient, -1))
            if self.amsgrad and (updates.state("second_moment") < seen).any():
                raise OutOfScope("amsgrad where the second moment has fallen")

    def _updates(self, variable: Variable, values: Array) -> Updates:
        """The program of a variable, as its last step left it.

        Keras adds Adam's epsilon before the bias correction, tuidl after it: tuidl's is greater by
        that correction, and another one in every step.
        """
        before = self.updates.get(id(variable))
        if not self.table["type"].startswith("adam"):
            return before or Updates(self.table, values)
        step = before.steps if before else 0
        beta = self.table.get("beta_2", 0.999)
        epsilon = self.table.get("epsilon", KERAS_EPSILON) / (1 - beta ** (step + 1)) ** 0.5
        updates = Updates({**self.table, "epsilon": epsilon}, values, step)
        for name in ("first_moment", "second_moment") if before else ():
            updates.state(name)[:] = before.state(name)
        return updates

    def _clip_gradients(self, gradients: list[Array]) -> list[Array]:
        """What plain descent at a rate of one moves by."""
        assert len(gradients) == 1
        clipping = {key: self.table[key] for key in CLIPPING.values() if key in self.table}
        updates = Updates({"type": "sgd", "learning_rate": 1.0, **clipping}, 0.0 * gradients[0])
        return [-updates.apply(gradients[0])]


def _optimizer(kind: str) -> Callable[..., Optimizer]:
    return partial(Optimizer, kind)


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
        "regularizers": Namespace("regularizers", **PENALTIES),
        **{name: _optimizer(kind) for name, kind in OPTIMIZERS.items()},
        "implementation": None,
        "range": range,
        "zip": lambda *lists: list(zip(*lists, strict=True)),
    }
