"""Activation functions, alone or at the end of a layer."""

from math import pi, sqrt
from typing import TYPE_CHECKING, Any

from tuidl.compiler.graph import Node
from tuidl.export.draft import Code, Draft
from tuidl.export.registry import onnx_layer, torch_layer, torch_weights
from tuidl.export.steps import Step
from tuidl.nn.layers.activations import ACTIVATIONS
from tuidl.nn.layers.base import ActivatedLayer

if TYPE_CHECKING:
    from tuidl.export.onnx_draft import OnnxDraft

FUNCTIONS = {"relu": "F.relu", "leaky_relu": "F.leaky_relu", "elu": "F.elu", "gelu": "F.gelu",
             "gelu_tanh": "F.gelu", "swish": "F.silu",
             "sigmoid": "torch.sigmoid", "tanh": "torch.tanh",
             "softmax": "torch.softmax"}  # fmt: skip
"""Of PyTorch."""

OPERATORS = {"relu": "Relu", "leaky_relu": "LeakyRelu", "elu": "Elu", "sigmoid": "Sigmoid",
             "tanh": "Tanh", "softmax": "Softmax"}  # fmt: skip
"""Of ONNX."""
ATTRIBUTES = {"negative_slope": "alpha", "alpha": "alpha"}


def torch_activated(step: Step, code: Code) -> Code:
    """A layer's output within the activation that it ends in."""
    layer = step.layer
    if not isinstance(layer, ActivatedLayer) or layer.activation == "linear":
        return code
    options = ACTIVATIONS[layer.activation].options
    text = _torch_text(code.expression, layer.activation, code.first, options)
    return Code(text, code.first, code.before, code.remark)


def _torch_text(expression: str, name: str, first: bool, options: dict[str, float]) -> str:
    arguments = [expression, *map(str, options.values())]
    if name == "softmax":
        arguments.append(f"dim={1 if first else -1}")
    if name == "gelu_tanh":
        arguments.append("approximate='tanh'")
    return f"{FUNCTIONS[name]}({', '.join(arguments)})"


@torch_layer(*FUNCTIONS)
def _torch_activation(draft: Draft, step: Step) -> Code:
    layer: Any = step.layer
    first = step.x in draft.first
    return Code(_torch_text(step.x, layer.activation, first, layer.options()), first)


def onnx_activated(draft: "OnnxDraft", node: Node, x: str, first: bool) -> str:
    """A layer's output within the activation that it ends in."""
    layer = node.layer
    if not isinstance(layer, ActivatedLayer) or layer.activation == "linear":
        return x
    return _onnx_nodes(draft, x, layer.activation, first, ACTIVATIONS[layer.activation].options)


def _onnx_nodes(
    draft: "OnnxDraft", x: str, name: str, first: bool, options: dict[str, float]
) -> str:
    if name in SEVERAL:
        return SEVERAL[name](draft, x)
    attributes: dict[str, Any] = {ATTRIBUTES[key]: value for key, value in options.items()}
    if name == "softmax":
        attributes["axis"] = 1 if first else -1
    return draft.op(OPERATORS[name], x, **attributes)


def _onnx_gelu(draft: "OnnxDraft", x: str) -> str:
    """0.5 x (1 + erf(x / sqrt 2)); ONNX has it as one node since opset 20 only."""
    scaled = draft.op("Mul", x, draft.constant("scale", sqrt(0.5)))
    share = draft.op("Add", draft.op("Erf", scaled), draft.constant("one", 1.0))
    return draft.op("Mul", draft.op("Mul", x, draft.constant("half", 0.5)), share)


def _onnx_gelu_tanh(draft: "OnnxDraft", x: str) -> str:
    """0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x**3)))."""
    square = draft.op("Mul", x, x)
    cubic = draft.op("Mul", square, draft.constant("cubic", 0.044715))
    bent = draft.op("Add", cubic, draft.constant("one", 1.0))
    scaled = draft.op("Mul", draft.op("Mul", x, bent), draft.constant("scale", sqrt(2 / pi)))
    share = draft.op("Add", draft.op("Tanh", scaled), draft.constant("one", 1.0))
    return draft.op("Mul", draft.op("Mul", x, draft.constant("half", 0.5)), share)


def _onnx_swish(draft: "OnnxDraft", x: str) -> str:
    """x sigmoid(x); ONNX has it as one node since opset 24 only."""
    return draft.op("Mul", x, draft.op("Sigmoid", x))


SEVERAL = {"gelu": _onnx_gelu, "gelu_tanh": _onnx_gelu_tanh, "swish": _onnx_swish}
"""Activations that are several nodes."""


@onnx_layer(*OPERATORS, *SEVERAL)
def _onnx_activation(draft: "OnnxDraft", node: Node, inputs: list[str]) -> tuple[str, bool]:
    layer: Any = node.layer
    first = draft.is_first(inputs[0])
    return _onnx_nodes(draft, inputs[0], layer.activation, first, layer.options()), first


@torch_layer("prelu")
def _torch_prelu(draft: Draft, step: Step) -> Code:
    channels = step.node.shape[-1]
    call = draft.module(step, f"nn.PReLU({channels})")
    x = draft.turned(step.x, first=True)
    return Code(f"{call}({x})", first=len(step.node.shape) > 1)


@torch_weights("prelu")
def _slopes(layer: Any, own: dict[str, Any]) -> dict[str, Any]:
    return {"weight": own["slope"]}


@onnx_layer("prelu")
def _onnx_prelu(draft: "OnnxDraft", node: Node, inputs: list[str]) -> tuple[str, bool]:
    slope = draft.constant("slope", draft.own("slope"))
    return draft.op("PRelu", draft.turned(inputs[0], first=False), slope), False
