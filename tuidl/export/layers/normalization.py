"""Normalisation."""

from typing import TYPE_CHECKING, Any

import numpy as np

from tuidl.compiler.graph import Node
from tuidl.core.lazy import Array
from tuidl.export.draft import Code, Draft
from tuidl.export.registry import onnx_layer, torch_layer, torch_weights
from tuidl.export.steps import Step

if TYPE_CHECKING:
    from tuidl.export.onnx_draft import OnnxDraft

Arrays = dict[str, Array]


@torch_layer("batch_normalization")
def _torch_batch(draft: Draft, step: Step) -> Code:
    """PyTorch moves its averages by 1 - momentum."""
    layer: Any = step.layer
    shape, width = step.node.shape, step.node.shape[-1]
    kind = f"nn.BatchNorm{2 if len(shape) == 3 else 1}d"
    momentum = round(1 - layer.momentum, 12)
    call = draft.module(step, f"{kind}({width}, eps={layer.epsilon}, momentum={momentum})")
    if len(shape) <= 3:
        first = len(shape) > 1
        return Code(f"{call}({draft.turned(step.x, first)})", first)
    x = draft.turned(step.x, first=False)
    return Code(f"{call}({x}.reshape(-1, {width})).reshape({x}.shape)")


@torch_weights("batch_normalization")
def _torch_moments(layer: Any, own: Arrays) -> Arrays:
    names = {"gamma": "weight", "beta": "bias",
             "moving_mean": "running_mean", "moving_variance": "running_var"}  # fmt: skip
    counted = {"num_batches_tracked": np.array(0, np.int64)}
    return {names[name]: values for name, values in own.items()} | counted


@torch_layer("layer_normalization")
def _torch_layer(draft: Draft, step: Step) -> Code:
    layer: Any = step.layer
    call = draft.module(step, f"nn.LayerNorm({step.node.shape[-1]}, eps={layer.epsilon})")
    return Code(f"{call}({draft.turned(step.x, first=False)})")


@torch_layer("rms_normalization")
def _torch_rms(draft: Draft, step: Step) -> Code:
    layer: Any = step.layer
    call = draft.module(step, f"nn.RMSNorm({step.node.shape[-1]}, eps={layer.epsilon})")
    return Code(f"{call}({draft.turned(step.x, first=False)})")


@torch_weights("layer_normalization", "rms_normalization")
def _torch_scale(layer: Any, own: Arrays) -> Arrays:
    return {name: own[key] for key, name in (("gamma", "weight"), ("beta", "bias")) if key in own}


@onnx_layer("batch_normalization")
def _onnx_batch(draft: "OnnxDraft", node: Node, inputs: list[str]) -> tuple[str, bool]:
    layer: Any = node.layer
    names = ("gamma", "beta", "moving_mean", "moving_variance")
    constants = [draft.constant(name, draft.own(name)) for name in names]
    first = len(node.shape) > 1
    x = draft.turned(inputs[0], first)
    return draft.op("BatchNormalization", x, *constants, epsilon=layer.epsilon), first


@onnx_layer("layer_normalization")
def _onnx_layer(draft: "OnnxDraft", node: Node, inputs: list[str]) -> tuple[str, bool]:
    layer: Any = node.layer
    constants = [draft.constant(name, draft.own(name)) for name in ("gamma", "beta")]
    x = draft.turned(inputs[0], first=False)
    return draft.op("LayerNormalization", x, *constants, epsilon=layer.epsilon), False


@onnx_layer("rms_normalization")
def _onnx_rms(draft: "OnnxDraft", node: Node, inputs: list[str]) -> tuple[str, bool]:
    """Of single operations: ONNX has it as one node since opset 23 only."""
    layer: Any = node.layer
    x = draft.turned(inputs[0], first=False)
    square = draft.op("ReduceMean", draft.op("Mul", x, x), axes=[-1])
    root = draft.op("Sqrt", draft.op("Add", square, draft.constant("epsilon", layer.epsilon)))
    normal = draft.op("Div", x, root)
    return draft.op("Mul", normal, draft.constant("gamma", draft.own("gamma"))), False
