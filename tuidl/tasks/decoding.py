"""From what a network answers to shares and numbers: the only softmax and sigmoid on the host."""

from typing import Literal

from tuidl.core.lazy import Array

Answer = Literal[
    "probabilities",
    "scores",
    "probability",
    "score",
    "labels",
    "label_scores",
    "numbers",
    "scores_and_box",
]
"""What a network ends in: one number a class (after softmax or before), one for the second of two
classes (after sigmoid or before), one for each of several labels (likewise), numbers, or one number
a class (before softmax) and the four of a box."""
BOX = 4
"""Numbers of a box."""


def decode(answer: Answer, outputs: Array) -> Array:
    """Outputs (n, ..., outputs) as float64 shares (n, ..., classes or labels), or as they are.

    A single output becomes the shares of both classes.
    """
    import numpy as np

    outputs = outputs.astype(np.float64)
    if answer == "scores":
        return softmax(outputs)
    if answer == "scores_and_box":
        return np.concatenate([softmax(outputs[..., :-BOX]), outputs[..., -BOX:]], axis=-1)
    if answer in ("score", "label_scores"):
        outputs = sigmoid(outputs)
    if answer in ("score", "probability"):
        return np.concatenate([1 - outputs, outputs], axis=-1)
    return outputs


def close(activation: str, outputs: Array) -> Array:
    """Outputs (n, ..., outputs) with the activation that belongs to the loss, as float64."""
    import numpy as np

    outputs = outputs.astype(np.float64)
    return {"softmax": softmax, "sigmoid": sigmoid}.get(activation, np.asarray)(outputs)


def softmax(scores: Array) -> Array:
    """Shares along the last axis, which add up to 1."""
    import numpy as np

    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


def sigmoid(scores: Array) -> Array:
    """1 / (1 + exp(-x)), as tanh: nothing overflows."""
    import numpy as np

    return np.asarray(0.5 * (1 + np.tanh(0.5 * scores)))
