"""Normalisation nodes. ONNX has channels in front, tuidl behind."""

from collections.abc import Callable
from math import prod

import numpy as np

from tests.judges.networks import Array, answer, answer_in_training, build, kept
from tests.judges.onnx_node import Node
from tests.judges.onnx_windows import channels_first, channels_last


def batch_normalization(node: Node) -> tuple[Array, ...]:
    """In training also the moving averages after one step."""
    x, gamma, beta, mean, variance = node.inputs
    layer = {"type": "batch_normalization", "name": "b", "epsilon": node.get("epsilon", 1e-5)}
    layer["momentum"] = node.get("momentum", 0.9)
    values = {"gamma": gamma, "beta": beta, "moving_mean": mean, "moving_variance": variance}
    parameters = {f"b.{name}": value for name, value in values.items()}
    rows = channels_last(x)
    if not node.get("training_mode"):
        return (channels_first(answer([layer], rows, parameters)),)
    y, model = answer_in_training([layer], rows, parameters)
    after = (model.parameters[f"b.{name}"].copy() for name in ("moving_mean", "moving_variance"))
    return (channels_first(y), *after)


def layer_normalization(node: Node) -> tuple[Array, ...]:
    """All dimensions from ``axis`` on as one, which is the last; mean and inverse deviation are
    what the layer keeps for its gradient."""
    x, gamma, beta = node.inputs
    axis = node.get("axis", -1) % x.ndim
    rows = x.reshape(prod(x.shape[:axis]), -1)
    layer = {"type": "layer_normalization", "name": "n", "epsilon": node.get("epsilon", 1e-5)}
    parameters = {"n.gamma": gamma.reshape(-1), "n.beta": beta.reshape(-1)}
    model, _ = build([layer], rows, parameters)
    y = model.predict(rows)
    moments = [kept(model, f"n.{name}", len(rows)) for name in ("means", "inverses")]
    shape = (*x.shape[:axis], *[1] * (x.ndim - axis))
    return (y.reshape(x.shape), *(np.reshape(moment, shape) for moment in moments))


def rms_normalization(node: Node) -> tuple[Array, ...]:
    """All dimensions from ``axis`` on as one, which is the last."""
    x, scale = node.inputs
    axis = node.get("axis", -1) % x.ndim
    rows = x.reshape(prod(x.shape[:axis]), -1)
    layer = {"type": "rms_normalization", "name": "n", "epsilon": node.get("epsilon", 1e-5)}
    y = answer([layer], rows, {"n.gamma": np.broadcast_to(scale, x.shape[axis:]).reshape(-1)})
    return (y.reshape(x.shape),)


OPERATORS: dict[str, Callable[[Node], tuple[Array, ...]]] = {
    "BatchNormalization": batch_normalization,
    "LayerNormalization": layer_normalization,
    "RMSNormalization": rms_normalization,
}
