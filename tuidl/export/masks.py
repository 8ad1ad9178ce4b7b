"""Masks that tell padding from the steps of a sequence, in exported networks."""

from typing import TYPE_CHECKING, Any

import numpy as np

from tuidl.compiler.graph import Node

if TYPE_CHECKING:
    from tuidl.export.onnx_draft import OnnxDraft


def is_masked(layer: Any) -> bool:
    """Whether the layer leaves out padding; only some kinds can."""
    return getattr(layer, "mask", None) is not None


def onnx_hidden(draft: "OnnxDraft", node: Node, mask: str) -> str:
    """(n, steps): whether a number of the ``mask``, (n, steps) or (n, steps, 1), is padding."""
    layer: Any = node.layer
    half = draft.op("Add", mask, draft.constant("half", 0.5))
    number = draft.op("Floor", half)
    if len(node.input_shapes[-1]) > 1:
        number = draft.op("Squeeze", number, draft.constant("column", [2], np.int64))
    return draft.op("Equal", number, draft.constant("padding", float(layer.padding)))
