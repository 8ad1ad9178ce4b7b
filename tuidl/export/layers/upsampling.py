"""Images made larger without anything to learn."""

from typing import TYPE_CHECKING, Any

from tuidl.compiler.graph import Node
from tuidl.export.draft import Code, Draft
from tuidl.export.registry import onnx_layer, torch_layer
from tuidl.export.steps import Step
from tuidl.export.windows import sides
from tuidl.nn.layers.window_sizes import both

if TYPE_CHECKING:
    from tuidl.export.onnx_draft import OnnxDraft


@torch_layer("upsample2d")
def _torch_upsample(draft: Draft, step: Step) -> Code:
    layer: Any = step.layer
    x = draft.turned(step.x, first=True)
    how = "" if layer.interpolation == "nearest" else f', mode="{layer.interpolation}"'
    return Code(f"F.interpolate({x}, scale_factor={sides(layer.factor)}{how})", first=True)


@onnx_layer("upsample2d")
def _onnx_upsample(draft: "OnnxDraft", node: Node, inputs: list[str]) -> tuple[str, bool]:
    layer: Any = node.layer
    x = draft.turned(inputs[0], first=True)
    scales = draft.constant("scales", [1, 1, *both(layer.factor)])
    how: dict[str, Any] = {
        "mode": "nearest",
        "nearest_mode": "floor",
        "coordinate_transformation_mode": "asymmetric",
    }
    if layer.interpolation == "bilinear":
        how = {"mode": "linear", "coordinate_transformation_mode": "half_pixel"}
    return draft.op("Resize", x, "", scales, **how), True
