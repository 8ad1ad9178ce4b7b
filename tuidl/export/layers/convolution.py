"""Convolutions."""

from typing import TYPE_CHECKING, Any

import numpy as np

from tuidl.compiler.graph import Node
from tuidl.export.code import NumpyCode
from tuidl.export.draft import Code, Draft
from tuidl.export.numpy_calls import call
from tuidl.export.registry import numpy_layer, onnx_layer, torch_layer, torch_weights
from tuidl.export.steps import Step
from tuidl.export.windows import amounts, ends, is_even, numpy_padding, onnx_pads, paddings

if TYPE_CHECKING:
    from tuidl.export.onnx_draft import OnnxDraft

Array = np.ndarray[Any, np.dtype[Any]]
Arrays = dict[str, Array]


@numpy_layer("conv1d", "conv2d")
def _numpy_convolution(step: Step) -> NumpyCode:
    layer: Any = step.layer
    stride = layer.stride if layer.stride != 1 else None
    return call(layer.kind(), step, stride=stride, padding=numpy_padding(step.node))


@torch_layer("conv1d", "conv2d")
def _torch_convolution(draft: Draft, step: Step) -> Code:
    layer: Any = step.layer
    x, pads = draft.turned(step.x, first=True), paddings(step.node)
    options = {"kernel_size": layer.kernel_size}
    if layer.stride != 1:
        options["stride"] = layer.stride
    if any(map(any, pads)) and is_even(pads):
        options["padding"] = amounts(pads)
    elif any(map(any, pads)):
        x = f"F.pad({x}, {ends(pads)})"
    listed = "".join(f", {key}={value}" for key, value in options.items())
    sizes = f"{step.node.input_shape[-1]}, {layer.filters}"
    bias = "" if layer.use_bias else ", bias=False"
    call = draft.module(step, f"nn.Conv{len(pads)}d({sizes}{listed}{bias})")
    return Code(f"{call}({x})", first=True)


@torch_weights("dense", "conv1d", "conv2d")
def _kernel_and_bias(layer: Any, own: Arrays) -> Arrays:
    """(..., inputs, outputs) turned to (outputs, inputs, ...)."""
    weight = np.moveaxis(own["kernel"], (-1, -2), (0, 1))
    return {"weight": weight, **({"bias": own["bias"]} if "bias" in own else {})}


@onnx_layer("conv1d", "conv2d")
def _onnx_convolution(draft: "OnnxDraft", node: Node, inputs: list[str]) -> tuple[str, bool]:
    layer: Any = node.layer
    weight = np.moveaxis(draft.own("kernel"), (-1, -2), (0, 1))
    operands = [draft.turned(inputs[0], first=True), draft.constant("kernel", weight)]
    if draft.has("bias"):
        operands.append(draft.constant("bias", draft.own("bias")))
    rank = weight.ndim - 2
    y = draft.op("Conv", *operands, pads=onnx_pads(node), strides=[layer.stride] * rank)
    return y, True
