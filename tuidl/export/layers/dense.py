"""Dense layers and embeddings."""

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


@torch_layer("dense")
def _torch_dense(draft: Draft, step: Step) -> Code:
    layer: Any = step.layer
    sizes = f"{step.node.input_shape[-1]}, {step.node.shape[-1]}"
    call = draft.module(step, f"nn.Linear({sizes}{'' if layer.use_bias else ', bias=False'})")
    return Code(f"{call}({draft.turned(step.x, first=False)})", first=False)


@torch_layer("embedding")
def _torch_embedding(draft: Draft, step: Step) -> Code:
    layer: Any = step.layer
    call = draft.module(step, f"nn.Embedding({layer.input_dim}, {layer.output_dim})")
    return Code(f"{call}(torch.floor({draft.turned(step.x, first=False)} + 0.5).long())")


@torch_layer("tied_dense")
def _torch_tied(draft: Draft, step: Step) -> Code:
    return Code(f"{draft.turned(step.x, first=False)} @ self.{step.owner}.weight.T")


@torch_weights("embedding")
def _torch_embeddings(layer: Any, own: Arrays) -> Arrays:
    return {"weight": own["embeddings"]}


@onnx_layer("dense")
def _onnx_dense(draft: "OnnxDraft", node: Node, inputs: list[str]) -> tuple[str, bool]:
    x = draft.turned(inputs[0], first=False)
    kernel = draft.constant("kernel", draft.own("kernel"))
    y = draft.op("MatMul", x, kernel)
    if draft.has("bias"):
        y = draft.op("Add", y, draft.constant("bias", draft.own("bias")))
    return y, False


@onnx_layer("tied_dense")
def _onnx_tied(draft: "OnnxDraft", node: Node, inputs: list[str]) -> tuple[str, bool]:
    table = draft.constant("transposed", draft.own("embeddings").T)
    return draft.op("MatMul", draft.turned(inputs[0], first=False), table), False


@onnx_layer("embedding")
def _onnx_embedding(draft: "OnnxDraft", node: Node, inputs: list[str]) -> tuple[str, bool]:
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
