"""Small presets on arrays whose targets are of every kind, also such as nobody would plan."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tuidl.preset.schema import Preset

COUNT = 60
RANDOM = np.random.default_rng(0)
X = RANDOM.standard_normal((COUNT, 3))
LABELS = (X > 0).astype(float)
"""Three labels, any number of which are true."""
SHARES = np.exp(X) / np.exp(X).sum(axis=1, keepdims=True)
IMAGES = RANDOM.random((COUNT, 4, 4, 1))
MULTI, SOFT = "binary_cross_entropy", "categorical_cross_entropy"


@dataclass(frozen=True)
class Case:
    """``probe`` and ``answer``: what the screen asks for, and the record that it gets."""

    x: np.ndarray
    y: np.ndarray
    probe: str
    answer: str
    loss: str = "mse"
    end: str = '{type = "dense"}'

    def preset(self, folder: Path) -> Preset:
        np.savez(folder / "examples.npz", x=self.x, y=self.y)
        task = "classification" if self.loss == "cross_entropy" else "regression"
        text = f"""
name = "a case"
data = {{source = "npz", path = "examples.npz", task = "{task}", test = 0.1}}
layers = [{{type = "flatten"}}, {{type = "dense", units = 5, activation = "tanh"}}, {self.end}]
loss = {{type = "{self.loss}"}}
optimizer = {{type = "adam", learning_rate = 0.01}}
training = {{epochs = 2, batch_size = 16}}
"""
        return Preset.parse(text, folder=folder)


def _sum(x: np.ndarray) -> np.ndarray:
    return x.reshape(COUNT, -1).sum(axis=1, keepdims=True)


ONES = np.ones((COUNT, 1))
CLOSED = '{type = "dense", activation = "sigmoid"}'
CASES = {
    "one feature": Case(X[:, :1], 2 * X[:, :1] + 1, "curve", "Curve"),
    "one feature beside ones": Case(np.hstack([ONES, X[:, :1]]), X[:, :1], "curve", "Curve"),
    "two features": Case(X[:, :2], _sum(X[:, :2]), "curve", "Values"),
    "three features": Case(X, _sum(X), "values", "Values"),
    "two outputs": Case(X[:, :2], X[:, 1:], "values", "Values"),
    "one constant feature": Case(ONES, X[:, :1], "curve", "Values"),
    "two constant features": Case(np.hstack([ONES, 3 * ONES]), X[:, :1], "curve", "Values"),
    "equal targets": Case(X[:, :2], 5 * ONES, "curve", "Values"),
    "equal targets on a line": Case(X[:, :1], 5 * ONES, "curve", "Curve"),
    "nothing changes": Case(ONES, ONES, "curve", "Values"),
    "numbers of images": Case(IMAGES, _sum(IMAGES), "values", "Values"),
    "large numbers": Case(X[:, :2] * 1e6, _sum(X[:, :2]) * 1e9, "curve", "Values"),
    "labels as logits": Case(X, LABELS, "values", "Values", MULTI),
    "labels as probabilities": Case(X, LABELS, "values", "Values", MULTI, CLOSED),
    "one label": Case(X[:, :2], LABELS[:, :1], "values", "Values", MULTI),
    "labels of images": Case(IMAGES, LABELS, "values", "Values", MULTI),
    "shares as logits": Case(X, SHARES, "values", "Values", SOFT),
    "shares as probabilities": Case(
        X, SHARES, "values", "Values", SOFT, '{type = "dense", activation = "softmax"}'
    ),
    "classes of two features": Case(X[:, :2], LABELS[:, 0], "plane", "Plane", "cross_entropy"),
    "classes of images": Case(
        IMAGES, LABELS.sum(axis=1), "predictions", "Predictions", "cross_entropy"
    ),
}
