"""A sample of a normal distribution: new in training, its mean in predictions."""

from typing import TYPE_CHECKING

import numpy as np

from tuidl.compiler.graph import Node
from tuidl.export.code import NumpyCode
from tuidl.export.registry import numpy_layer, onnx_layer
from tuidl.export.steps import Step
from tuidl.export.torch_text import nn, torch

if TYPE_CHECKING:
    from tuidl.export.onnx_draft import OnnxDraft


class SampleNormal(nn.Module):
    """Means and, behind them, logarithms of variances -> a sample in training, else the means."""

    def noise(self, mean):
        return torch.randn_like(mean)

    def forward(self, x):
        mean, log_variance = x.chunk(2, dim=-1)
        if not self.training:
            return mean
        return mean + torch.exp(log_variance / 2) * self.noise(mean)


@numpy_layer("sample_normal")
def _numpy_sample(step: Step) -> NumpyCode:
    return NumpyCode(
        f"{step.x}[:, :{step.node.shape[0]}]", remark="the means; it draws only in training"
    )


@onnx_layer("sample_normal")
def _onnx_sample(draft: "OnnxDraft", node: Node, inputs: list[str]) -> tuple[str, bool]:
    x = draft.turned(inputs[0], first=False)
    first, end = (draft.constant(name, [place], np.int64)
                  for name, place in (("first", 0), ("end", node.shape[0])))  # fmt: skip
    return draft.op("Slice", x, first, end, draft.constant("axis", [1], np.int64)), False
