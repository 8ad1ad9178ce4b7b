"""Pooling."""

from typing import TYPE_CHECKING, Any

import numpy as np

from tuidl.compiler.graph import Node
from tuidl.export.code import NumpyCode
from tuidl.export.draft import Code, Draft
from tuidl.export.masks import is_masked, onnx_hidden
from tuidl.export.numpy_calls import call
from tuidl.export.registry import numpy_layer, onnx_layer, torch_layer
from tuidl.export.steps import Step
from tuidl.export.torch_text import F, torch
from tuidl.export.windows import Pair, amounts, ends, is_even, numpy_padding, onnx_pads, paddings

if TYPE_CHECKING:
    from tuidl.export.onnx_draft import OnnxDraft

FLOAT = 1
"""ONNX's number for float32 (``TensorProto.FLOAT``)."""


@numpy_layer("max_pool1d", "max_pool2d", "average_pool1d", "average_pool2d")
def _numpy_pool(step: Step) -> NumpyCode:
    layer: Any = step.layer
    stride = layer.stride or layer.pool_size
    options = {"size": layer.pool_size, "stride": stride, "padding": numpy_padding(step.node)}
    return call(layer.kind(), step, **options)


def _numpy_over(method: str, step: Step) -> NumpyCode:
    """One call of NumPy over height and width, or over time."""
    axes = "1" if len(step.node.input_shape) == 2 else "(1, 2)"
    return NumpyCode(f"{step.x}.{method}(axis={axes})")


def _numpy_masked(step: Step) -> NumpyCode:
    layer: Any = step.layer
    return call(layer.kind(), step, padding=layer.padding or None)


@numpy_layer("global_max_pool1d", "global_max_pool2d")
def _numpy_global_max(step: Step) -> NumpyCode:
    return _numpy_masked(step) if is_masked(step.layer) else _numpy_over("max", step)


@numpy_layer("global_average_pool1d", "global_average_pool2d")
def _numpy_global_average(step: Step) -> NumpyCode:
    return _numpy_masked(step) if is_masked(step.layer) else _numpy_over("mean", step)


def average_pool2d(x, size, stride, pad):
    """The mean of each window; padding, more of it after than before, is left out."""
    inside = F.pad(torch.ones_like(x), pad)
    return F.avg_pool2d(F.pad(x, pad), size, stride) / F.avg_pool2d(inside, size, stride)


def average_pool1d(x, size, stride, pad):
    """The mean of each window; padding, more of it after than before, is left out."""
    inside = F.pad(torch.ones_like(x), pad)
    return F.avg_pool1d(F.pad(x, pad), size, stride) / F.avg_pool1d(inside, size, stride)


@torch_layer("max_pool1d", "max_pool2d")
def _torch_max_pool(draft: Draft, step: Step) -> Code:
    x, sizes, pads = _window(draft, step)
    function = f"F.max_pool{len(pads)}d"
    if not any(map(any, pads)):
        return Code(f"{function}({x}, {sizes})", first=True)
    if is_even(pads):
        return Code(f"{function}({x}, {sizes}, padding={amounts(pads)})", first=True)
    padded = f'F.pad({x}, {ends(pads)}, value=float("-inf"))'
    return Code(f"{function}({padded}, {sizes})", first=True)


@torch_layer("average_pool1d", "average_pool2d")
def _torch_average_pool(draft: Draft, step: Step) -> Code:
    x, sizes, pads = _window(draft, step)
    function = f"avg_pool{len(pads)}d"
    if not any(map(any, pads)):
        return Code(f"F.{function}({x}, {sizes})", first=True)
    if is_even(pads):
        options = f"padding={amounts(pads)}, count_include_pad=False"
        return Code(f"F.{function}({x}, {sizes}, {options})", first=True)
    return Code(f"average_pool{len(pads)}d({x}, {sizes}, pad={ends(pads)})", first=True)


def _window(draft: Draft, step: Step) -> tuple[str, str, tuple[Pair, ...]]:
    """The variable, size and stride as arguments, and the padding."""
    layer: Any = step.layer
    sizes = f"{layer.pool_size}, stride={layer.stride or layer.pool_size}"
    return draft.turned(step.x, first=True), sizes, paddings(step.node)


def _torch_over(method: str, draft: Draft, step: Step) -> Code:
    rank = len(step.node.input_shape)
    start = 2 if step.x in draft.first else 1
    axes = tuple(range(start, start + rank - 1))
    return Code(f"{step.x}.{method}({axes[0] if len(axes) == 1 else axes})")


def masked_max(x, mask, padding):
    """The largest value of each feature over the steps that are no padding; 0 where none is."""
    counts = (torch.floor(mask.flatten(1) + 0.5) != padding)[:, :, None]
    largest = x.masked_fill(~counts, float("-inf")).amax(1)
    return torch.where(counts.any(1), largest, torch.zeros_like(largest))


def masked_mean(x, mask, padding):
    """The mean of each feature over the steps that are no padding; 0 where none is."""
    counts = (torch.floor(mask.flatten(1) + 0.5) != padding)[:, :, None]
    return x.masked_fill(~counts, 0.0).sum(1) / counts.sum(1).clamp(min=1)


@torch_layer("global_max_pool1d", "global_max_pool2d")
def _torch_global_max(draft: Draft, step: Step) -> Code:
    if is_masked(step.layer):
        return _torch_masked("masked_max", draft, step)
    return _torch_over("amax", draft, step)


@torch_layer("global_average_pool1d", "global_average_pool2d")
def _torch_global_average(draft: Draft, step: Step) -> Code:
    if is_masked(step.layer):
        return _torch_masked("masked_mean", draft, step)
    return _torch_over("mean", draft, step)


def _torch_masked(function: str, draft: Draft, step: Step) -> Code:
    layer: Any = step.layer
    x, mask = (draft.turned(read, first=False) for read in step.reads)
    return Code(f"{function}({x}, {mask}, padding={layer.padding})")


def _onnx_window(kind: str, draft: "OnnxDraft", node: Node, x: str, **options: int) -> str:
    layer: Any = node.layer
    rank = len(node.input_shape) - 1
    size, stride = layer.pool_size, layer.stride or layer.pool_size
    shape: dict[str, Any] = {
        "kernel_shape": [size] * rank,
        "strides": [stride] * rank,
        "pads": onnx_pads(node),
    }
    return draft.op(kind, draft.turned(x, first=True), **shape, **options)


@onnx_layer("max_pool1d", "max_pool2d")
def _onnx_max(draft: "OnnxDraft", node: Node, inputs: list[str]) -> tuple[str, bool]:
    return _onnx_window("MaxPool", draft, node, inputs[0]), True


@onnx_layer("average_pool1d", "average_pool2d")
def _onnx_average(draft: "OnnxDraft", node: Node, inputs: list[str]) -> tuple[str, bool]:
    return _onnx_window("AveragePool", draft, node, inputs[0], count_include_pad=0), True


def _onnx_whole(kind: str, draft: "OnnxDraft", x: str) -> tuple[str, bool]:
    return draft.op("Flatten", draft.op(kind, draft.turned(x, first=True))), False


@onnx_layer("global_max_pool1d", "global_max_pool2d")
def _onnx_global_max(draft: "OnnxDraft", node: Node, inputs: list[str]) -> tuple[str, bool]:
    if not is_masked(node.layer):
        return _onnx_whole("GlobalMaxPool", draft, inputs[0])
    x, hidden = _onnx_masked(draft, node, inputs)
    known = draft.op("Where", hidden, draft.constant("lowest", -np.inf), x)
    largest = draft.op("ReduceMax", known, axes=[1], keepdims=0)
    shown = draft.op("Cast", draft.op("Not", hidden), to=FLOAT)
    axis = draft.constant("steps", [1], np.int64)
    zero = draft.constant("zero", 0.0)
    is_empty = draft.op("Equal", draft.op("ReduceSum", shown, axis, keepdims=0), zero)
    return draft.op("Where", is_empty, zero, largest), False


@onnx_layer("global_average_pool1d", "global_average_pool2d")
def _onnx_global_average(draft: "OnnxDraft", node: Node, inputs: list[str]) -> tuple[str, bool]:
    if not is_masked(node.layer):
        return _onnx_whole("GlobalAveragePool", draft, inputs[0])
    x, hidden = _onnx_masked(draft, node, inputs)
    known = draft.op("Where", hidden, draft.constant("nothing", 0.0), x)
    shown = draft.op("Cast", draft.op("Not", hidden), to=FLOAT)
    axis = draft.constant("steps", [1], np.int64)
    sums, counts = (draft.op("ReduceSum", each, axis, keepdims=0) for each in (known, shown))
    return draft.op("Div", sums, draft.op("Max", counts, draft.constant("one", 1.0))), False


def _onnx_masked(draft: "OnnxDraft", node: Node, inputs: list[str]) -> tuple[str, str]:
    """The sequence, and (n, steps, 1): whether a step is padding."""
    x, mask = (draft.turned(value, first=False) for value in inputs)
    last = draft.constant("last", [2], np.int64)
    return x, draft.op("Unsqueeze", onnx_hidden(draft, node, mask), last)
