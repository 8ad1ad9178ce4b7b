"""Layers that take several inputs."""

from typing import TYPE_CHECKING

import numpy as np

from tuidl.compiler.graph import Node
from tuidl.export.code import NumpyCode
from tuidl.export.draft import Code, Draft
from tuidl.export.registry import numpy_layer, onnx_layer, torch_layer
from tuidl.export.steps import Step

if TYPE_CHECKING:
    from tuidl.export.onnx_draft import OnnxDraft


@numpy_layer("add")
def _numpy_add(step: Step) -> NumpyCode:
    return NumpyCode(" + ".join(step.reads))


@numpy_layer("concatenate")
def _numpy_concatenate(step: Step) -> NumpyCode:
    return NumpyCode(f"np.concatenate([{', '.join(step.reads)}], axis=-1)")


@numpy_layer("dot")
def _numpy_dot(step: Step) -> NumpyCode:
    a, b = step.reads
    return NumpyCode(f"({a} * {b}).sum(axis=-1, keepdims=True)")


@torch_layer("dot")
def _torch_dot(draft: Draft, step: Step) -> Code:
    first = draft.alike(step.reads)
    a, b = step.reads
    return Code(f"({a} * {b}).sum({1 if first else -1}, keepdim=True)", first)


@onnx_layer("dot")
def _onnx_dot(draft: "OnnxDraft", node: Node, inputs: list[str]) -> tuple[str, bool]:
    a, b = (draft.turned(x, first=False) for x in inputs)
    axes = draft.constant("axes", [-1], np.int64)
    return draft.op("ReduceSum", draft.op("Mul", a, b), axes, keepdims=1), False


@torch_layer("add")
def _torch_add(draft: Draft, step: Step) -> Code:
    first = draft.alike(step.reads)
    return Code(" + ".join(step.reads), first)


@torch_layer("concatenate")
def _torch_concatenate(draft: Draft, step: Step) -> Code:
    first = draft.alike(step.reads)
    return Code(f"torch.cat([{', '.join(step.reads)}], dim={1 if first else -1})", first)


@onnx_layer("add")
def _onnx_add(draft: "OnnxDraft", node: Node, inputs: list[str]) -> tuple[str, bool]:
    first = draft.is_first(inputs[0])
    return draft.op("Sum", *(draft.turned(x, first) for x in inputs)), first


@onnx_layer("concatenate")
def _onnx_concatenate(draft: "OnnxDraft", node: Node, inputs: list[str]) -> tuple[str, bool]:
    first = draft.is_first(inputs[0])
    parts = [draft.turned(x, first) for x in inputs]
    return draft.op("Concat", *parts, axis=1 if first else -1), first
