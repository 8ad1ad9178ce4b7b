"""Squared distances to centres."""

from typing import TYPE_CHECKING

from tuidl.compiler.graph import Node
from tuidl.export.registry import onnx_layer
from tuidl.export.torch_text import nn, torch

if TYPE_CHECKING:
    from tuidl.export.onnx_draft import OnnxDraft


class Centers(nn.Module):
    """Squared distances of each row of x to each centre."""

    def __init__(self, features, count):
        super().__init__()
        self.centers = nn.Parameter(torch.randn(count, features))

    def forward(self, x):
        return ((x.unsqueeze(-2) - self.centers) ** 2).sum(-1)


@onnx_layer("centers")
def _onnx_centers(draft: "OnnxDraft", node: Node, inputs: list[str]) -> tuple[str, bool]:
    """The sum of squared differences, (batch, 1, features) against (count, features)."""
    import numpy as np

    row = draft.turned(inputs[0], first=False)
    apart = draft.op("Unsqueeze", row, draft.constant("axis", [-2], np.int64))
    away = draft.op("Sub", apart, draft.constant("centers", draft.own("centers")))
    axes = draft.constant("axes", [-1], np.int64)
    return draft.op("ReduceSum", draft.op("Mul", away, away), axes, keepdims=0), False
