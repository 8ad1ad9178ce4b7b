"""Pooling over a whole sequence: one value a feature, with padding left out if a mask says so."""

from math import prod
from typing import Annotated, ClassVar

from msgspec import Meta

from tuidl.core.lazy import np
from tuidl.ir.buffers import Batch
from tuidl.ir.instructions import EmitContext
from tuidl.nn.layers.base import LayerName, Shape, ShapeError, describe, require_rank
from tuidl.nn.layers.pooling import SEQUENCE, Frame, Pooling

Number = Annotated[int, Meta(ge=0, le=10_000_000)]


def global_max_pool1d(x, mask, padding=0):
    """The largest value of each feature over the steps that are no padding; 0 where none is."""
    counts = np.floor(mask.reshape(len(mask), -1, 1) + 0.5) != padding
    return np.where(counts.any(axis=1), np.where(counts, x, -np.inf).max(axis=1), 0)


def global_average_pool1d(x, mask, padding=0):
    """The mean of each feature over the steps that are no padding; 0 where none is."""
    counts = np.floor(mask.reshape(len(mask), -1, 1) + 0.5) != padding
    return np.where(counts, x, 0).sum(axis=1) / np.maximum(counts.sum(axis=1), 1)


class GlobalPool1d(Pooling, frozen=True):
    """The whole sequence as one window: one value a feature.

    ``mask`` names an input or layer of one number for each step, such as the tokens: steps whose
    number (the nearest whole one) is ``padding`` are left out.
    """

    mask: LayerName | None = None
    padding: Number = 0

    def other_inputs(self) -> dict[str, LayerName]:
        return {} if self.mask is None else {"mask": self.mask}

    def merged_shape(self, shapes: tuple[Shape, ...]) -> Shape:
        if self.mask is None:
            return super().merged_shape(shapes)
        found = super().merged_shape(shapes[:-1])
        steps = shapes[0][0]
        if shapes[-1] not in ((steps,), (steps, 1)):
            got = describe(shapes[-1])
            raise ShapeError(f"mask: needs one number for each step ({steps}), got {got}")
        return found

    def output_shape(self, shape: Shape) -> Shape:
        require_rank(shape, 2, SEQUENCE)
        return (shape[1],)

    def frame(self, shape: Shape) -> Frame:
        return Frame((1, *shape), (1, shape[0]), (1, shape[0]), (1, 1))

    def emit(self, context: EmitContext) -> None:
        if self.mask is None:
            super().emit(context)
            return
        x, dx = context.inputs[0], context.d_inputs[0]
        mask = context.inputs[-1].reshape(Batch(), context.input_shape[0])
        padding, kernel = float(self.padding), f"masked_{self.reduction}_pool"
        beside = context.buffer("beside", Batch(), prod(context.shape))
        context.forward(kernel, x, mask, context.y, beside, padding=padding)
        if context.dy is None:
            return
        if dx is not None and self.reduction == "max":
            context.backward(f"{kernel}_gradient", beside, context.dy, dx)
        elif dx is not None:
            context.backward(f"{kernel}_gradient", context.dy, mask, dx, padding=padding)
        if (d_mask := context.d_inputs[-1]) is not None:  # between whole numbers nothing changes
            context.backward("clear", d_mask.flat)


class GlobalMaxPool1d(GlobalPool1d, frozen=True, tag="global_max_pool1d"):
    """The largest value of each feature."""

    formula = "y = the largest of each patch"
    backward_formula = "dy goes to where the largest was"
    reference = staticmethod(global_max_pool1d)

    reduction: ClassVar[str] = "max"


class GlobalAveragePool1d(GlobalPool1d, frozen=True, tag="global_average_pool1d"):
    """The mean of each feature."""

    formula = "y = the mean of each patch"
    backward_formula = "dy in equal shares to the patch"
    reference = staticmethod(global_average_pool1d)

    reduction: ClassVar[str] = "average"
