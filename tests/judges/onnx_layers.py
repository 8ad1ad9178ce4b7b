"""Nodes that are a dense layer, an activation, or dropout at inference."""

from collections.abc import Callable

import numpy as np

from tests.judges.networks import Array, Table, answer, answer_in_training
from tests.judges.onnx_node import Node, OutOfScope


def _examples(x: Array) -> Array:
    """(examples, *shape): a vector is examples of one number each."""
    return x[:, None] if x.ndim == 1 else x


def _activation(kind: str, **options: tuple[str, float]) -> Callable[[Node], tuple[Array, ...]]:
    """``options``: the layer's option -> the node's attribute and its default."""

    def run(node: Node) -> tuple[Array, ...]:
        x, approximate = node.inputs[0], node.get("approximate", "none")
        table: Table = {"type": kind if approximate == "none" else f"{kind}_{approximate}"}
        table |= {name: node.get(key, default) for name, (key, default) in options.items()}
        return (answer([table], _examples(x)).reshape(x.shape),)

    return run


def softmax(node: Node) -> tuple[Array, ...]:
    """Over the last dimension; another axis is brought there. Before opset 13 all from ``axis`` on
    are one."""
    x = node.inputs[0]
    axis = node.get("axis", -1 if node.opset >= 13 else 1) % x.ndim
    if node.opset < 13 and axis != x.ndim - 1:
        raise OutOfScope("softmax over several dimensions")
    moved = np.moveaxis(x, axis, -1)
    rows = moved.reshape(-1, moved.shape[-1])
    y = answer([{"type": "softmax"}], rows).reshape(moved.shape)
    return (np.moveaxis(y, -1, axis),)


def swish(node: Node) -> tuple[Array, ...]:
    if node.get("alpha", 1.0) != 1.0:
        raise OutOfScope("a swish of another steepness")
    return _activation("swish")(node)


def prelu(node: Node) -> tuple[Array, ...]:
    x, slope = node.inputs
    if slope.size != x.shape[-1]:
        raise OutOfScope("a slope for each number")
    parameters = {"p.slope": slope.reshape(-1)}
    return (answer([{"type": "prelu", "name": "p"}], x, parameters),)


def gemm(node: Node) -> tuple[Array, ...]:
    """alpha A' B' + beta C is a dense layer with the kernel alpha B' and the bias beta C."""
    a, b, c = node.inputs[0], node.inputs[1], node.input(2)
    a = a.T if node.get("transA") else a
    kernel = node.get("alpha", 1.0) * (b.T if node.get("transB") else b)
    parameters = {"d.kernel": kernel}
    if c is not None:
        if c.ndim == 2 and len(c) > 1:
            raise OutOfScope("a bias for each example")
        parameters["d.bias"] = np.broadcast_to(
            node.get("beta", 1.0) * c.reshape(-1), kernel.shape[1]
        )
    table = {"type": "dense", "units": kernel.shape[1], "use_bias": c is not None, "name": "d"}
    return (answer([table], a, parameters),)


def matmul(node: Node) -> tuple[Array, ...]:
    a, b = node.inputs
    if b.ndim == 1 or a.ndim == 1:
        raise OutOfScope("a product with a vector")
    if b.ndim > 2:
        raise OutOfScope("weights of its own for each matrix of a batch")
    table = {"type": "dense", "units": b.shape[1], "use_bias": False, "name": "d"}
    return (answer([table], a, {"d.kernel": b}),)


def dropout(node: Node) -> tuple[Array, ...]:
    if len(node.outputs) > 1:
        raise OutOfScope("dropout's mask as an output")
    x, ratio, training = node.inputs[0], node.input(1), bool(node.input(2))
    rate = float(node.get("ratio", 0.5) if ratio is None else ratio)
    if training and rate:
        raise OutOfScope("ONNX's own random numbers")
    layers = [{"type": "dropout", "rate": rate}]
    rows = _examples(x)
    y = answer_in_training(layers, rows)[0] if training else answer(layers, rows)
    return (y.reshape(x.shape),)


OPERATORS = {
    "Relu": _activation("relu"),
    "LeakyRelu": _activation("leaky_relu", negative_slope=("alpha", 0.01)),
    "Elu": _activation("elu", alpha=("alpha", 1.0)),
    "Gelu": _activation("gelu"),
    "Swish": swish,
    "PRelu": prelu,
    "Sigmoid": _activation("sigmoid"),
    "Tanh": _activation("tanh"),
    "Softmax": softmax,
    "Gemm": gemm,
    "MatMul": matmul,
    "Dropout": dropout,
}
