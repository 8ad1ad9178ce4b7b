"""How each layer is said in ONNX: the nodes that compute it."""

from collections.abc import Callable
from math import sqrt
from typing import Any

import numpy as np

from tuidl.compiler.graph import Node
from tuidl.export.onnx_draft import OnnxDraft
from tuidl.export.onnx_recurrent import bidirectional, recurrent
from tuidl.export.windows import paddings
from tuidl.nn.layers.activations import ACTIVATIONS

Value = tuple[str, bool]
"""The name of what a layer computes, and whether its channels come first."""
Writer = Callable[[OnnxDraft, Node, list[str]], Value]

OPERATORS = {"relu": "Relu", "leaky_relu": "LeakyRelu", "elu": "Elu", "sigmoid": "Sigmoid",
             "tanh": "Tanh", "softmax": "Softmax"}  # fmt: skip
ATTRIBUTES = {"negative_slope": "alpha", "alpha": "alpha"}


def _activated(draft: OnnxDraft, x: str, name: str, first: bool, options: dict[str, float]) -> str:
    if name == "linear":
        return x
    if name == "gelu":
        return _gelu(draft, x)
    attributes: dict[str, Any] = {ATTRIBUTES[key]: value for key, value in options.items()}
    if name == "softmax":
        attributes["axis"] = 1 if first else -1
    return draft.op(OPERATORS[name], x, **attributes)


def _gelu(draft: OnnxDraft, x: str) -> str:
    """0.5 x (1 + erf(x / sqrt 2)); ONNX has it as one node since opset 20 only."""
    scaled = draft.op("Mul", x, draft.constant("scale", sqrt(0.5)))
    share = draft.op("Add", draft.op("Erf", scaled), draft.constant("one", 1.0))
    return draft.op("Mul", draft.op("Mul", x, draft.constant("half", 0.5)), share)


def _with_activation(draft: OnnxDraft, node: Node, x: str, first: bool) -> Value:
    name = getattr(node.layer, "activation", "linear")
    options = {} if name == "linear" else ACTIVATIONS[name].options
    return _activated(draft, x, name, first, options), first


def _activation(draft: OnnxDraft, node: Node, inputs: list[str]) -> Value:
    layer: Any = node.layer
    first = draft.is_first(inputs[0])
    return _activated(draft, inputs[0], layer.activation, first, layer.options()), first


def _same(draft: OnnxDraft, node: Node, inputs: list[str]) -> Value:
    return inputs[0], draft.is_first(inputs[0])


def _reshape(draft: OnnxDraft, node: Node, inputs: list[str]) -> Value:
    shape = draft.constant("shape", [0, *node.shape], np.int64)  # 0: as many examples as there are
    return draft.op("Reshape", draft.turned(inputs[0], first=False), shape), False


def _dense(draft: OnnxDraft, node: Node, inputs: list[str]) -> Value:
    x = draft.turned(inputs[0], first=False)
    kernel = draft.constant("kernel", draft.own("kernel"))
    y = draft.op("MatMul", x, kernel)
    if draft.has("bias"):
        y = draft.op("Add", y, draft.constant("bias", draft.own("bias")))
    return _with_activation(draft, node, y, first=False)


def _embedding(draft: OnnxDraft, node: Node, inputs: list[str]) -> Value:
    """Rows by number; NaN for a number that has none, as in tuidl."""
    table = draft.own("embeddings")
    x = draft.op("Add", draft.turned(inputs[0], first=False), draft.constant("half", 0.5))
    number = draft.op("Floor", x)
    end = draft.constant("end", float(len(table)))
    known = draft.op(
        "And",
        draft.op("GreaterOrEqual", number, draft.constant("zero", 0.0)),
        draft.op("Less", number, end),
    )
    safe = draft.op("Where", known, number, draft.constant("first", 0.0))
    places = draft.op("Cast", safe, to=7)  # int64
    rows = draft.op("Gather", draft.constant("embeddings", table), places, axis=0)
    last = draft.constant("last", [-1], np.int64)
    everywhere = draft.op("Unsqueeze", known, last)
    return draft.op("Where", everywhere, rows, draft.constant("nan", np.nan)), False


def _convolution(draft: OnnxDraft, node: Node, inputs: list[str]) -> Value:
    layer: Any = node.layer
    weight = np.moveaxis(draft.own("kernel"), (-1, -2), (0, 1))
    operands = [draft.turned(inputs[0], first=True), draft.constant("kernel", weight)]
    if draft.has("bias"):
        operands.append(draft.constant("bias", draft.own("bias")))
    rank = weight.ndim - 2
    y = draft.op("Conv", *operands, pads=_pads(node), strides=[layer.stride] * rank)
    return _with_activation(draft, node, y, first=True)


def _pool(kind: str) -> Writer:
    def write(draft: OnnxDraft, node: Node, inputs: list[str]) -> Value:
        layer: Any = node.layer
        rank = len(node.input_shape) - 1
        size, stride = layer.pool_size, layer.stride or layer.pool_size
        options: dict[str, Any] = {
            "kernel_shape": [size] * rank,
            "strides": [stride] * rank,
            "pads": _pads(node),
        }
        if kind == "AveragePool":
            options["count_include_pad"] = 0
        return draft.op(kind, draft.turned(inputs[0], first=True), **options), True

    return write


def _pads(node: Node) -> list[int]:
    """All amounts before, then all after."""
    pads = paddings(node)
    return [before for before, _ in pads] + [after for _, after in pads]


def _global_pool(kind: str) -> Writer:
    def write(draft: OnnxDraft, node: Node, inputs: list[str]) -> Value:
        return draft.op("Flatten", draft.op(kind, draft.turned(inputs[0], first=True))), False

    return write


def _batch_normalization(draft: OnnxDraft, node: Node, inputs: list[str]) -> Value:
    layer: Any = node.layer
    names = ("gamma", "beta", "moving_mean", "moving_variance")
    constants = [draft.constant(name, draft.own(name)) for name in names]
    first = len(node.shape) > 1
    x = draft.turned(inputs[0], first)
    return draft.op("BatchNormalization", x, *constants, epsilon=layer.epsilon), first


def _layer_normalization(draft: OnnxDraft, node: Node, inputs: list[str]) -> Value:
    layer: Any = node.layer
    constants = [draft.constant(name, draft.own(name)) for name in ("gamma", "beta")]
    x = draft.turned(inputs[0], first=False)
    return draft.op("LayerNormalization", x, *constants, epsilon=layer.epsilon), False


def _add(draft: OnnxDraft, node: Node, inputs: list[str]) -> Value:
    first = draft.is_first(inputs[0])
    return draft.op("Sum", *(draft.turned(x, first) for x in inputs)), first


def _concatenate(draft: OnnxDraft, node: Node, inputs: list[str]) -> Value:
    first = draft.is_first(inputs[0])
    parts = [draft.turned(x, first) for x in inputs]
    return draft.op("Concat", *parts, axis=1 if first else -1), first


LAYERS: dict[str, Writer] = {
    **dict.fromkeys(("input", "linear", "dropout"), _same),
    **dict.fromkeys(("reshape", "flatten"), _reshape),
    "dense": _dense,
    "embedding": _embedding,
    **dict.fromkeys(("conv1d", "conv2d"), _convolution),
    **dict.fromkeys(("max_pool1d", "max_pool2d"), _pool("MaxPool")),
    **dict.fromkeys(("average_pool1d", "average_pool2d"), _pool("AveragePool")),
    **dict.fromkeys(("global_max_pool1d", "global_max_pool2d"), _global_pool("GlobalMaxPool")),
    **dict.fromkeys(("global_average_pool1d", "global_average_pool2d"),
                    _global_pool("GlobalAveragePool")),
    "batch_normalization": _batch_normalization,
    "layer_normalization": _layer_normalization,
    "add": _add,
    "concatenate": _concatenate,
    **dict.fromkeys(("simple_rnn", "lstm", "gru"), recurrent),
    "bidirectional": bidirectional,
    **dict.fromkeys((*OPERATORS, "gelu"), _activation),
}  # fmt: skip
"""How each layer is said in ONNX."""
