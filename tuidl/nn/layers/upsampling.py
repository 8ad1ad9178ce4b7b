"""Images made larger by a whole factor, without anything to learn."""

from math import prod
from typing import Annotated, Literal

from msgspec import Meta

from tuidl.core.lazy import np
from tuidl.ir.buffers import Batch
from tuidl.ir.instructions import EmitContext
from tuidl.nn.layers.base import Layer, Shape, ShapeError, describe, require_rank
from tuidl.nn.layers.window_sizes import both

Times = Annotated[int, Meta(ge=1, le=64)]
Factor = Times | Annotated[tuple[Times, ...], Meta(min_length=2, max_length=2)]
LARGEST_SIDE = 4096
"""Pixels of a side of what comes out."""


def upsample2d(x, factor, interpolation="nearest"):
    """Each side ``factor`` times as long (of two, down and across); bilinear as PyTorch's
    align_corners=False: pixels are squares, and between their middles lie straight lines."""
    down, across = (factor, factor) if isinstance(factor, int) else factor
    if interpolation == "nearest":
        return x.repeat(down, axis=1).repeat(across, axis=2)
    for axis, times in ((1, down), (2, across)):
        length = x.shape[axis]
        place = np.maximum((np.arange(length * times) + 0.5) / times - 0.5, 0)
        low = place.astype(int)
        share = (place - low).reshape((-1,) + (1,) * (3 - axis)).astype(x.dtype)
        high = np.minimum(low + 1, length - 1)
        x = (1 - share) * x.take(low, axis) + share * x.take(high, axis)
    return x


class Upsample2d(Layer, frozen=True, kw_only=True, tag="upsample2d"):
    """An image ``factor`` times as high and wide: pixels repeated, or lines drawn between them.

    ``factor``: one number, or two, [down, across].
    """

    formula = "y = x with each pixel several times, or lines between pixels"
    backward_formula = "dx = each pixel's shares of dy around it"
    reference = staticmethod(upsample2d)

    factor: Factor = 2
    interpolation: Literal["nearest", "bilinear"] = "nearest"

    def output_shape(self, shape: Shape) -> Shape:
        require_rank(shape, 3, "an image (height, width, channels)")
        down, across = both(self.factor)
        height, width = down * shape[0], across * shape[1]
        if max(height, width) > LARGEST_SIDE:
            raise ShapeError(
                f"makes an image of {height} x {width} of {describe(shape)}, but a side may have "
                f"{LARGEST_SIDE} pixels at most"
            )
        return (height, width, shape[2])

    def flops(self, shape: Shape) -> int:
        return (8 if self.interpolation == "bilinear" else 0) * prod(self.output_shape(shape))

    def emit(self, context: EmitContext) -> None:
        kernel = f"upsample2d_{self.interpolation}"
        options = dict(zip(("factor_y", "factor_x"), both(self.factor), strict=True))
        x = context.x.reshape(Batch(), *context.input_shape)
        y = context.y.reshape(Batch(), *context.shape)
        context.forward(kernel, x, y, **options)
        if context.dy is not None and context.dx is not None:
            dy, dx = context.dy.reshape(*y.shape), context.dx.reshape(*x.shape)
            context.backward(f"{kernel}_gradient", dy, dx, **options)
