"""Convolutions."""

from typing import TYPE_CHECKING, Any

import numpy as np

from tuidl.compiler.graph import Node
from tuidl.core.lazy import Array
from tuidl.export.code import NumpyCode
from tuidl.export.draft import Code, Draft
from tuidl.export.numpy_calls import call
from tuidl.export.registry import numpy_layer, onnx_layer, torch_layer, torch_weights
from tuidl.export.steps import Step
from tuidl.export.windows import (
    amounts,
    ends,
    is_even,
    numpy_padding,
    onnx_pads,
    paddings,
    sides,
)
from tuidl.nn.layers.window_sizes import both

if TYPE_CHECKING:
    from tuidl.export.onnx_draft import OnnxDraft

Arrays = dict[str, Array]


@numpy_layer("conv1d", "conv2d")
def _numpy_convolution(step: Step) -> NumpyCode:
    padding = numpy_padding(step.node)
    return call(step.layer.kind(), step, padding=padding, **_unusual(step.layer))


@numpy_layer("conv2d_transpose")
def _numpy_transposed(step: Step) -> NumpyCode:
    layer: Any = step.layer
    crop = layer.crops()
    return call(layer.kind(), step, crop=crop if any(map(any, crop)) else None, **_unusual(layer))


def _unusual(layer: Any) -> dict[str, Any]:
    """Stride, dilation and groups that are not 1."""
    found = {name: getattr(layer, name, 1) for name in ("stride", "dilation", "groups")}
    found = {name: sides(value) for name, value in found.items()}
    return {name: value for name, value in found.items() if value != 1}


@torch_layer("conv1d", "conv2d")
def _torch_convolution(draft: Draft, step: Step) -> Code:
    layer: Any = step.layer
    x, pads = draft.turned(step.x, first=True), paddings(step.node)
    options = {"kernel_size": sides(layer.kernel_size), **_unusual(layer)}
    if any(map(any, pads)) and is_even(pads):
        options["padding"] = amounts(pads)
    elif any(map(any, pads)):
        x = f"F.pad({x}, {ends(pads)})"
    sizes = f"{step.node.input_shape[-1]}, {layer.filters}"
    call = draft.module(step, f"nn.Conv{len(pads)}d({sizes}{_listed(options)}{_bias(layer)})")
    return Code(f"{call}({x})", first=True)


@torch_layer("conv2d_transpose")
def _torch_transposed(draft: Draft, step: Step) -> Code:
    """PyTorch cuts off as much before as after, less its output padding, which is below the stride
    or the dilation; whatever else is to go is cut off behind it."""
    layer: Any = step.layer
    crops = layer.crops()
    limits = map(max, both(layer.stride), both(layer.dilation))
    is_known = all(
        0 <= low - high < limit for (low, high), limit in zip(crops, limits, strict=True)
    )
    cut = tuple(low for low, _ in crops) if is_known else (0, 0)
    more = tuple(low - high if is_known else max(-high, 0) for low, high in crops)
    options = {"kernel_size": sides(layer.kernel_size), **_unusual(layer)}
    options |= {"padding": sides(cut)} if any(cut) else {}
    options |= {"output_padding": sides(more)} if any(more) else {}
    sizes = f"{step.node.input_shape[-1]}, {layer.filters}"
    call = draft.module(step, f"nn.ConvTranspose2d({sizes}{_listed(options)}{_bias(layer)})")
    y = f"{call}({draft.turned(step.x, first=True)})"
    return Code(y if is_known else f"{y}[:, :, {', '.join(map(_slice, crops))}]", first=True)


def _slice(crop: tuple[int, int]) -> str:
    low, high = crop
    return f"{low or ''}:{-high if high > 0 else ''}"


def _listed(options: dict[str, Any]) -> str:
    return "".join(f", {key}={value}" for key, value in options.items())


def _bias(layer: Any) -> str:
    return "" if layer.use_bias else ", bias=False"


@torch_weights("dense", "conv1d", "conv2d")
def _kernel_and_bias(layer: Any, own: Arrays) -> Arrays:
    """(..., inputs, outputs) turned to (outputs, inputs, ...)."""
    weight = np.moveaxis(own["kernel"], (-1, -2), (0, 1))
    return {"weight": weight, **({"bias": own["bias"]} if "bias" in own else {})}


@torch_weights("conv2d_transpose")
def _transposed_weights(layer: Any, own: Arrays) -> Arrays:
    """(height, width, filters, channels) turned to (channels, filters, height, width), of groups
    one after the other."""
    weight = np.moveaxis(own["kernel"], (3, 2), (0, 1))
    return {"weight": weight, **({"bias": own["bias"]} if "bias" in own else {})}


@onnx_layer("conv1d", "conv2d")
def _onnx_convolution(draft: "OnnxDraft", node: Node, inputs: list[str]) -> tuple[str, bool]:
    weight = np.moveaxis(draft.own("kernel"), (-1, -2), (0, 1))
    options = _onnx_options(node.layer, weight.ndim - 2)
    y = draft.op("Conv", *_operands(draft, weight, inputs), pads=onnx_pads(node), **options)
    return y, True


@onnx_layer("conv2d_transpose")
def _onnx_transposed(draft: "OnnxDraft", node: Node, inputs: list[str]) -> tuple[str, bool]:
    layer: Any = node.layer
    weight = np.moveaxis(draft.own("kernel"), (3, 2), (0, 1))
    (top, bottom), (left, right) = layer.crops()
    options = _onnx_options(layer, 2)
    options["pads"] = [top, left, max(bottom, 0), max(right, 0)]
    options["output_padding"] = [max(-bottom, 0), max(-right, 0)]
    return draft.op("ConvTranspose", *_operands(draft, weight, inputs), **options), True


def _operands(draft: "OnnxDraft", weight: Array, inputs: list[str]) -> list[str]:
    found = [draft.turned(inputs[0], first=True), draft.constant("kernel", weight)]
    return [*found, draft.constant("bias", draft.own("bias"))] if draft.has("bias") else found


def _onnx_options(layer: Any, rank: int) -> dict[str, Any]:
    strides = both(layer.stride)[:rank]
    options: dict[str, Any] = {"strides": list(strides)}
    if hasattr(layer, "groups"):
        options |= {"dilations": list(both(layer.dilation)[:rank]), "group": layer.groups}
    return options
