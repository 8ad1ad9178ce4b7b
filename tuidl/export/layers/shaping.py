"""Layers that change nothing but a shape, or nothing at all."""

from typing import TYPE_CHECKING, Any

import numpy as np

from tuidl.compiler.graph import Node
from tuidl.export.code import NumpyCode
from tuidl.export.draft import Code, Draft
from tuidl.export.registry import numpy_layer, onnx_layer, torch_layer
from tuidl.export.steps import Step

if TYPE_CHECKING:
    from tuidl.export.onnx_draft import OnnxDraft


@numpy_layer("input", "linear")
def _numpy_same(step: Step) -> NumpyCode:
    return NumpyCode(step.x)


@numpy_layer("dropout")
def _numpy_dropout(step: Step) -> NumpyCode:
    return NumpyCode(step.x, remark=f"{step.name} acts only in training")


@numpy_layer("reshape", "flatten")
def _numpy_reshape(step: Step) -> NumpyCode:
    sizes = ", ".join(map(str, (-1, *step.node.shape)))
    return NumpyCode(f"{step.x}.reshape({sizes})")


@torch_layer("input", "linear")
def _torch_same(draft: Draft, step: Step) -> Code:
    return Code(step.x, step.x in draft.first)


@torch_layer("dropout")
def _torch_dropout(draft: Draft, step: Step) -> Code:
    layer: Any = step.layer
    call = draft.module(step, f"nn.Dropout({layer.rate})")
    return Code(f"{call}({step.x})", step.x in draft.first, remark="acts only in training")


@torch_layer("reshape")
def _torch_reshape(draft: Draft, step: Step) -> Code:
    sizes = ", ".join(map(str, (-1, *step.node.shape)))
    return Code(f"{draft.turned(step.x, first=False)}.reshape({sizes})")


@torch_layer("flatten")
def _torch_flatten(draft: Draft, step: Step) -> Code:
    return Code(f"{draft.turned(step.x, first=False)}.flatten(1)")


@onnx_layer("input", "linear", "dropout")
def _onnx_same(draft: "OnnxDraft", node: Node, inputs: list[str]) -> tuple[str, bool]:
    return inputs[0], draft.is_first(inputs[0])


@onnx_layer("reshape", "flatten")
def _onnx_reshape(draft: "OnnxDraft", node: Node, inputs: list[str]) -> tuple[str, bool]:
    shape = draft.constant("shape", [0, *node.shape], np.int64)  # 0: as many examples as there are
    return draft.op("Reshape", draft.turned(inputs[0], first=False), shape), False
