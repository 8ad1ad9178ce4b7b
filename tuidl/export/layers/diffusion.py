"""Examples with noise in them."""

from typing import TYPE_CHECKING, Any

import numpy as np

from tuidl.compiler.graph import Node
from tuidl.export.draft import Code, Draft
from tuidl.export.registry import onnx_layer, torch_layer
from tuidl.export.steps import Step
from tuidl.export.torch_text import torch
from tuidl.kernels.diffusion import FIRST, HIGHEST, LAST, OFFSET, QUARTER

if TYPE_CHECKING:
    from tuidl.export.onnx_draft import OnnxDraft


def diffuse(x, noise, step, schedule):
    """x with as much noise in it as after this share of all steps."""
    s = step.double().clamp(0, 1).reshape(-1, *[1] * (x.dim() - 1))
    if schedule == "linear":
        a = torch.exp(-s * (0.1 + 19.9 * s / 2) / 2)
    else:
        a = torch.cos(torch.pi / 2 * (s + 0.008) / 1.016)
        a = a / a.new_tensor(torch.pi / 2 * 0.008 / 1.016).cos()
    b = (1 - a * a).clamp(min=0).sqrt()
    return a.to(x) * x + b.to(x) * noise


@torch_layer("diffuse")
def _torch_diffuse(draft: Draft, step: Step) -> Code:
    layer: Any = step.layer
    x, noise, share = step.reads
    first = draft.alike((x, noise))
    return Code(f"diffuse({x}, {noise}, {share}, {layer.schedule!r})", first)


@onnx_layer("diffuse")
def _onnx_diffuse(draft: "OnnxDraft", node: Node, inputs: list[str]) -> tuple[str, bool]:
    x, noise = (draft.turned(name, first=False) for name in inputs[:2])
    kept = _kept(draft, node, inputs[2])
    rest = draft.op("Sub", draft.constant("one", 1.0), draft.op("Mul", kept, kept))
    added = draft.op("Sqrt", draft.op("Max", rest, draft.constant("none", 0.0)))
    return draft.op("Add", draft.op("Mul", kept, x), draft.op("Mul", added, noise)), False


def _kept(draft: "OnnxDraft", node: Node, step: str) -> str:
    """How much is kept, with a dimension of 1 for each of the example's."""
    layer: Any = node.layer
    shape = draft.constant("shape", [-1, *[1] * len(node.shape)], np.int64)
    ends = draft.constant("least", 0.0), draft.constant("most", 1.0)
    s = draft.op("Clip", draft.op("Reshape", step, shape), *ends)
    if layer.schedule == "linear":
        rate = draft.op("Mul", s, draft.constant("rising", (LAST - FIRST) / 2))
        sum_ = draft.op("Mul", s, draft.op("Add", rate, draft.constant("first", FIRST)))
        return draft.op("Exp", draft.op("Mul", sum_, draft.constant("half", -0.5)))
    wide = 1 + 2 * OFFSET
    angle = draft.op("Mul", s, draft.constant("turn", QUARTER / wide))
    angle = draft.op("Add", angle, draft.constant("start", QUARTER * OFFSET / wide))
    return draft.op("Div", draft.op("Cos", angle), draft.constant("highest", HIGHEST))
