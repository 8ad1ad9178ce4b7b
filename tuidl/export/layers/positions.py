"""Positions in a sequence, and one number as the same waves."""

from typing import TYPE_CHECKING, Any

import numpy as np

from tuidl.compiler.graph import Node
from tuidl.export.registry import onnx_layer
from tuidl.export.torch_text import nn, torch
from tuidl.nn.layers.positions import sine_position_encoding

if TYPE_CHECKING:
    from tuidl.export.onnx_draft import OnnxDraft

SINGLE, DOUBLE = 1, 11
"""ONNX's numbers of float32 and float64."""


class PositionEmbedding(nn.Module):
    """Adds a learned vector to each step, by its place."""

    def __init__(self, steps, features):
        super().__init__()
        self.embeddings = nn.Parameter(torch.zeros(steps, features))

    def forward(self, x):
        return x + self.embeddings[: x.shape[1]]


class SinePositionEncoding(nn.Module):
    """Adds sines and cosines of the step's place."""

    def forward(self, x):
        steps, width = x.shape[1:]
        features = torch.arange(width, dtype=torch.float64)
        angles = torch.arange(steps)[:, None] / 10000.0 ** (features // 2 * 2 / width)
        waves = torch.where(features % 2 == 1, torch.cos(angles), torch.sin(angles))
        return x + waves.to(x)


class SineEncoding(nn.Module):
    """One number as sines and cosines of it."""

    def __init__(self, units, scale):
        super().__init__()
        self.units, self.scale = units, scale

    def forward(self, x):
        features = torch.arange(self.units, dtype=torch.float64)
        rates = self.scale / 10000.0 ** (features // 2 * 2 / self.units)
        angles = x.double() * rates.to(x.device)
        return torch.where(features % 2 == 1, torch.cos(angles), torch.sin(angles)).to(x)


@onnx_layer("position_embedding")
def _onnx_positions(draft: "OnnxDraft", node: Node, inputs: list[str]) -> tuple[str, bool]:
    x = draft.turned(inputs[0], first=False)
    return draft.op("Add", x, draft.up_to_length(draft.own("embeddings"), x, axis=0)), False


@onnx_layer("sine_position_encoding")
def _onnx_sines(draft: "OnnxDraft", node: Node, inputs: list[str]) -> tuple[str, bool]:
    (waves,) = sine_position_encoding(np.zeros((1, *node.shape)))
    x = draft.turned(inputs[0], first=False)
    return draft.op("Add", x, draft.up_to_length(waves, x, axis=0)), False


@onnx_layer("sine_encoding")
def _onnx_waves(draft: "OnnxDraft", node: Node, inputs: list[str]) -> tuple[str, bool]:
    """A cosine is a sine a quarter turn ahead. In float64, as angles are large."""
    layer: Any = node.layer
    features = np.arange(layer.units)
    rates = layer.scale / 10000.0 ** (features // 2 * 2 / layer.units)
    shape = draft.constant("shape", [-1, 1], np.int64)
    x = draft.op("Cast", draft.op("Reshape", inputs[0], shape), to=DOUBLE)
    angles = draft.op("Mul", x, draft.constant("rates", rates, np.float64))
    ahead = draft.constant("ahead", features % 2 * (np.pi / 2), np.float64)
    waves = draft.op("Sin", draft.op("Add", angles, ahead))
    return draft.op("Cast", waves, to=SINGLE), False
