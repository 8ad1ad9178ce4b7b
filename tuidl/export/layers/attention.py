"""Attention."""

from typing import TYPE_CHECKING, Any

import numpy as np

from tuidl.compiler.graph import Node
from tuidl.export.code import NumpyCode
from tuidl.export.draft import Code, Draft
from tuidl.export.masks import onnx_hidden
from tuidl.export.numpy_calls import weights
from tuidl.export.registry import numpy_layer, onnx_layer, torch_layer
from tuidl.export.steps import Step
from tuidl.export.torch_text import F, nn, torch

if TYPE_CHECKING:
    from tuidl.export.onnx_draft import OnnxDraft


def _others(layer: Any, reads: tuple[str, ...]) -> dict[str, str]:
    """What it reads besides the first input, by the names of the functions' arguments."""
    found = {"memory": reads[1]} if layer.is_cross else {}
    return found | ({"mask": reads[-1]} if layer.mask is not None else {})


def _call(layer: Any, step: Step, **options: str) -> str:
    named = {**options, **_others(layer, step.reads)}
    return "".join(f", {key}={value}" for key, value in named.items())


@numpy_layer("multi_head_attention")
def _numpy_attention(step: Step) -> NumpyCode:
    layer: Any = step.layer
    options = {"num_heads": repr(layer.num_heads)}
    if layer.causal:
        options["causal"] = "True"
    if layer.mask is not None and layer.padding:
        options["padding"] = repr(layer.padding)
    call = _call(layer, step, **options)
    return NumpyCode(f"multi_head_attention({step.x}{call}, **{weights(step)})")


class MultiHeadAttention(nn.Module):
    """softmax(Q K' / sqrt d) V of several heads; Q, K and V side by side, of x or of a memory.

    Keys whose number in ``mask`` is ``padding`` are masked out.
    """

    def __init__(
        self, features, memory_features, num_heads, width, causal, padding, dropout, use_bias
    ):
        super().__init__()
        self.num_heads, self.causal = num_heads, causal
        self.padding, self.dropout = padding, dropout
        sizes = {"query_": (features, width), "": (memory_features, 2 * width)}
        if not memory_features:
            sizes = {"": (features, 3 * width)}
        for name, size in {**sizes, "output_": (width, features)}.items():
            self.register_parameter(f"{name}kernel", nn.Parameter(torch.zeros(size)))
            bias = nn.Parameter(torch.zeros(size[1])) if use_bias else None
            self.register_parameter(f"{name}bias", bias)

    def product(self, x, name):
        y = x @ getattr(self, f"{name}kernel")
        bias = getattr(self, f"{name}bias")
        return y if bias is None else y + bias

    def forward(self, x, memory=None, mask=None):
        """(n, steps, features) -> the same."""
        if memory is None:
            parts = self.product(x, "").chunk(3, dim=-1)
        else:
            parts = self.product(x, "query_"), *self.product(memory, "").chunk(2, dim=-1)
        q, k, v = (p.unflatten(-1, (self.num_heads, -1)).transpose(1, 2) for p in parts)
        seen = None
        if mask is not None:
            seen = (torch.floor(mask.flatten(1) + 0.5) != self.padding)[:, None, None]
            if self.causal:
                steps = q.shape[2]
                seen = seen & torch.ones(steps, steps, dtype=torch.bool, device=x.device).tril()
            seen = seen.expand(-1, -1, q.shape[2], -1)
        y = F.scaled_dot_product_attention(
            q,
            k,
            v,
            attn_mask=seen,
            is_causal=self.causal and seen is None,
            dropout_p=self.dropout if self.training else 0.0,
        )
        return self.product(y.transpose(1, 2).flatten(2), "output_")


@torch_layer("multi_head_attention")
def _torch_attention(draft: Draft, step: Step) -> Code:
    layer: Any = step.layer
    shapes = step.node.input_shapes
    features, memory = shapes[0][-1], shapes[1][-1] if layer.is_cross else 0
    values = (features, memory, layer.num_heads, layer.width(features), layer.causal,
              layer.padding, layer.dropout, layer.use_bias)  # fmt: skip
    call = draft.module(step, f"MultiHeadAttention({', '.join(map(repr, values))})")
    for x in step.reads:
        draft.turned(x, first=False)
    return Code(f"{call}({step.x}{_call(layer, step)})")


@onnx_layer("multi_head_attention")
def _onnx_attention(draft: "OnnxDraft", node: Node, inputs: list[str]) -> tuple[str, bool]:
    """Of single operations: ONNX has attention as one node since opset 23 only."""
    layer: Any = node.layer
    reads = tuple(draft.turned(x, first=False) for x in inputs)
    others = _others(layer, reads)
    if layer.is_cross:
        q = _onnx_product(draft, reads[0], "query_")
        k, v = draft.split(_onnx_product(draft, others["memory"], ""), 2)
    else:
        q, k, v = draft.split(_onnx_product(draft, reads[0], ""), 3)
    width = layer.width(node.input_shape[-1])
    shape = draft.constant("heads", [0, 0, layer.num_heads, width // layer.num_heads], np.int64)
    orders = ((0, 2, 1, 3), (0, 2, 3, 1), (0, 2, 1, 3))
    q, k, v = (
        draft.op("Transpose", draft.op("Reshape", x, shape), perm=order)
        for x, order in zip((q, k, v), orders, strict=True)
    )
    scale = draft.constant("scale", (width // layer.num_heads) ** -0.5)
    scores = draft.op("Mul", draft.op("MatMul", q, k), scale)
    shares = _onnx_shares(draft, node, scores, reads[0], others.get("mask"))
    mixed = draft.op("Transpose", draft.op("MatMul", shares, v), perm=(0, 2, 1, 3))
    flat = draft.op("Reshape", mixed, draft.constant("flat", [0, 0, width], np.int64))
    return _onnx_product(draft, flat, "output_"), False


def _onnx_product(draft: "OnnxDraft", x: str, name: str) -> str:
    y = draft.op("MatMul", x, draft.constant(f"{name}kernel", draft.own(f"{name}kernel")))
    if draft.has(f"{name}bias"):
        y = draft.op("Add", y, draft.constant(f"{name}bias", draft.own(f"{name}bias")))
    return y


def _onnx_shares(draft: "OnnxDraft", node: Node, scores: str, x: str, mask: str | None) -> str:
    """Softmax over the keys that are seen; a row that sees none is 0."""
    layer: Any = node.layer
    lowest = draft.constant("lowest", -np.inf)
    if layer.causal:
        behind = draft.up_to_length(~np.tri(node.shape[0], dtype=bool), x, axis=0)
        behind = draft.up_to_length(behind, x, axis=1)
        scores = draft.op("Where", behind, lowest, scores)
    if mask is None:
        return draft.op("Softmax", scores, axis=-1)
    hidden = onnx_hidden(draft, node, mask)
    axes = draft.constant("axes", [1, 2], np.int64)
    scores = draft.op("Where", draft.op("Unsqueeze", hidden, axes), lowest, scores)
    top = draft.op("ReduceMax", scores, axes=[-1])
    known = draft.op("Max", top, draft.constant("least", -1e30))
    powers = draft.op("Exp", draft.op("Sub", scores, known))
    last = draft.constant("last", [-1], np.int64)
    sums = draft.op("ReduceSum", powers, last)
    is_empty = draft.op("Equal", sums, draft.constant("zero", 0.0))
    whole = draft.op("Where", is_empty, draft.constant("one", 1.0), sums)
    return draft.op("Div", powers, whole)
