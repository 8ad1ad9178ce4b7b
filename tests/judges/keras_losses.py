"""Keras's losses and penalties, played by tuidl's; what is predicted reaches them as it is."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from tests.judges.keras_interpreter import OutOfScope, Replayed
from tests.judges.networks import Array, Stated, Table, preset
from tuidl.model.model import Model

NEAR = 1e-7
"""How near to 0 and 1 Keras lets a probability come."""


def loss_of(table: Table, prediction: Array, target: Array, classes: int = 0) -> float:
    """The mean loss of predictions (examples, outputs) that reach it as they are."""
    width = prediction.shape[1]
    layers = [{"type": "dense", "units": width, "use_bias": False}]
    source = Stated(shape=(width,), outputs=width, classes=classes)
    model = Model(preset(layers, source, table), batch=len(prediction))
    model.parameters["dense_1.kernel"][...] = np.eye(width)
    return model.loss_and_gradients(prediction, target)[0]


def _softmax_scores(probabilities: Array) -> Array:
    """Scores whose softmax they are; Keras first scales them to a sum of one."""
    return np.log(_inside(probabilities / probabilities.sum(axis=1, keepdims=True)))


def _sigmoid_scores(probabilities: Array) -> Array:
    """Scores whose sigmoid they are."""
    inside = _inside(probabilities)
    return np.log(inside) - np.log1p(-inside)


def _inside(probabilities: Array) -> Array:
    """Kept off 0 and 1, in float32 as Keras does it; more exact from here on."""
    kept = np.clip(np.asarray(probabilities, np.float32), NEAR, np.float32(1) - np.float32(NEAR))
    return kept.astype(np.float64)


@dataclass(frozen=True)
class Kind:
    """One of Keras's losses: tuidl's name, whether targets are labels, its options that tuidl has,
    and how probabilities become the scores that tuidl takes."""

    name: str
    options: tuple[str, ...] = ()
    of_labels: bool = False
    scores: Callable[[Array], Array] | None = None


class LossObject(Replayed):
    """``losses.MeanSquaredError()``: a mean over all, or by example without reduction."""

    def __init__(self, kind: Kind, **options: Any) -> None:
        self.kind, self.table = kind, {"type": kind.name}
        self.by_example = options.pop("reduction", "mean") is None
        self.from_logits = options.pop("from_logits", False)
        for name, value in options.items():
            if name not in kind.options:
                raise OutOfScope(f"{kind.name} with {name}")
            self.table[name] = value

    def __call__(self, target: Any, prediction: Any, sample_weight: Any = None) -> Any:
        if sample_weight is not None:
            raise OutOfScope("weights of examples")
        prediction, target = np.asarray(prediction, np.float32), np.asarray(target)
        rows = prediction.reshape(-1, prediction.shape[-1])
        as_they_are = self.from_logits or self.kind.scores is None
        scores = rows if as_they_are else self.kind.scores(rows)
        targets = target.reshape(len(rows), -1)
        classes = rows.shape[1] if self.kind.of_labels else 0
        if not self.by_example:
            return loss_of(self.table, scores, targets, classes)
        parts = [
            loss_of(self.table, score[None], one[None], classes)
            for score, one in zip(scores, targets, strict=True)
        ]
        return np.reshape(parts, prediction.shape[:-1])


KINDS = {
    "MeanSquaredError": Kind("mse"),
    "MeanAbsoluteError": Kind("mae"),
    "Huber": Kind("huber", ("delta",)),
    "SparseCategoricalCrossentropy": Kind("cross_entropy", of_labels=True, scores=_softmax_scores),
    "CategoricalCrossentropy": Kind(
        "categorical_cross_entropy", ("label_smoothing",), scores=_softmax_scores
    ),
    "BinaryCrossentropy": Kind(
        "binary_cross_entropy", ("label_smoothing",), scores=_sigmoid_scores
    ),
}
LOSSES: dict[str, Callable[..., Any]] = {
    name: partial(LossObject, kind) for name, kind in KINDS.items()
}
"""By Keras's name."""


def _penalty(l1: float = 0.0, l2: float = 0.0) -> Callable[[Any], float]:
    """``regularizers.L1L2(0.1, 0.2)``: the loss of a network that errs nowhere, by its weights."""

    def of(weights: Any) -> float:
        values = np.asarray(weights)
        layer = {"type": "dense", "units": values.shape[1], "use_bias": False, "l1": l1, "l2": l2}
        source = Stated(shape=values.shape[:1], outputs=values.shape[1])
        model = Model(preset([layer], source), batch=1)
        model.parameters["dense_1.kernel"][...] = values
        nothing = (np.zeros((1, size)) for size in values.shape)
        return model.loss_and_gradients(*nothing)[0]

    return of


PENALTIES: dict[str, Callable[..., Any]] = {
    "L1": _penalty,
    "L2": lambda l2: _penalty(l2=l2),
    "L1L2": _penalty,
}
"""By Keras's name."""
