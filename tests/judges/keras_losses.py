"""Keras's losses, played by tuidl's on a network that passes its inputs on."""

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.judges.keras_interpreter import OutOfScope, Replayed
from tests.judges.networks import Array, Stated, Table, preset
from tuidl.model import Model

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


class LossObject(Replayed):
    """``losses.MeanSquaredError()``: a mean over all, or by example without reduction."""

    def __init__(self, table: Table, of_classes: bool = False, **options: Any) -> None:
        self.table, self.of_classes = table, of_classes
        self.by_example = options.pop("reduction", "mean") is None
        self.from_logits = options.pop("from_logits", False)
        for name in options:
            raise OutOfScope(f"a loss with {name}")

    def __call__(self, target: Any, prediction: Any, sample_weight: Any = None) -> Any:
        if sample_weight is not None:
            raise OutOfScope("weights of examples")
        prediction, target = np.asarray(prediction, np.float32), np.asarray(target)
        rows = prediction.reshape(-1, prediction.shape[-1])
        scores = self._scores(rows)
        targets = target.reshape(len(rows), -1)
        classes = rows.shape[1] if self.of_classes else 0
        if not self.by_example:
            return loss_of(self.table, scores, targets, classes)
        parts = [
            loss_of(self.table, score[None], one[None], classes)
            for score, one in zip(scores, targets, strict=True)
        ]
        return np.reshape(parts, prediction.shape[:-1])

    def _scores(self, rows: Array) -> Array:
        """Probabilities are a softmax of their logarithms.

        Keras scales them to a sum of one, as the softmax does, and keeps them off 0 and 1.
        """
        if not self.of_classes or self.from_logits:
            return rows
        return np.log(np.clip(rows / rows.sum(axis=1, keepdims=True), NEAR, 1 - NEAR))


def _loss(kind: str, of_classes: bool = False) -> Callable[..., LossObject]:
    return lambda **options: LossObject({"type": kind}, of_classes, **options)


LOSSES: dict[str, Callable[..., Any]] = {
    "MeanSquaredError": _loss("mse"),
    "SparseCategoricalCrossentropy": _loss("cross_entropy", of_classes=True),
}
"""By Keras's name."""
