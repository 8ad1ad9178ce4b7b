"""The cross entropy of scores (N, C, d1, d2, ...); every position is an example of its own."""

from collections.abc import Callable

import numpy as np

from tests.judges.networks import Array, Stated, answer, preset
from tests.judges.onnx_node import Node, OutOfScope
from tuidl.model.model import Model


def _positions(scores: Array) -> Array:
    """(positions, classes)."""
    return np.moveaxis(scores, 1, -1).reshape(-1, scores.shape[1])


def _model(classes: int) -> Model:
    """Passes its scores on to the loss as they are."""
    layers = [{"type": "dense", "units": classes, "use_bias": False}]
    source = Stated(shape=(classes,), outputs=classes, classes=classes)
    model = Model(preset(layers, source, loss={"type": "cross_entropy"}), batch=1024)
    model.parameters["dense_1.kernel"][...] = np.eye(classes)
    return model


def softmax_cross_entropy(node: Node) -> tuple[Array, ...]:
    scores, labels = node.inputs[:2]
    if node.input(2) is not None:
        raise OutOfScope("weights of classes")
    if "ignore_index" in node.attributes and (labels == node.get("ignore_index")).any():
        raise OutOfScope("ignore_index")
    rows, flat = _positions(scores), labels.reshape(-1)
    model, reduction = _model(rows.shape[1]), node.get("reduction", "mean")
    if reduction == "none":
        parts = [
            model.loss_and_gradients(row[None], [label])[0]
            for row, label in zip(rows, flat, strict=True)
        ]
        loss = np.reshape(parts, labels.shape)
    else:
        loss = model.loss_and_gradients(rows, flat)[0] * (len(rows) if reduction == "sum" else 1)
    outputs = [np.asarray(loss, np.float32)]
    if len(node.outputs) > 1:
        outputs.append(_log_probabilities(rows, scores.shape))
    return tuple(outputs)


def _log_probabilities(rows: Array, shape: tuple[int, ...]) -> Array:
    """The logarithm of what a closing softmax says, laid out as the scores were."""
    probabilities = answer([{"type": "softmax"}], rows)
    moved = np.log(probabilities).reshape(shape[0], *shape[2:], shape[1])
    return np.moveaxis(moved, -1, 1)


OPERATORS: dict[str, Callable[[Node], tuple[Array, ...]]] = {
    "SoftmaxCrossEntropyLoss": softmax_cross_entropy
}
