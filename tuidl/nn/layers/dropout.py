"""Dropout."""

import zlib
from math import prod

from tuidl.core.config import Fraction
from tuidl.ir.buffers import Symbol
from tuidl.ir.instructions import EmitContext
from tuidl.nn.layers.base import Layer, Shape


class Dropout(Layer, frozen=True, kw_only=True, tag="dropout"):
    """Zeroes a random share of its inputs in training, so that no unit can rely on another.

    What is left is scaled up by 1 / (1 - rate); at inference the layer does nothing.
    """

    formula = "y = x / (1 - rate), or 0 by chance"
    backward_formula = "dx = dy / (1 - rate), or 0 as before"

    rate: Fraction

    def flops(self, shape: Shape) -> int:
        return 8 * prod(shape)

    def emit(self, context: EmitContext) -> None:
        options: dict[str, int | float | Symbol] = {
            "rate": self.rate,
            "layer": zlib.crc32(context.node.encode()),
            "first": Symbol.FIRST_EXAMPLE,
            "width": prod(context.shape),
        }
        context.forward("copy", context.x.flat, context.y.flat)
        if context.training:
            context.forward("dropout", context.y.flat, **options)
        if context.dy is not None and context.dx is not None:
            context.backward("dropout", context.dy.flat, **options)
            context.backward("copy", context.dy.flat, context.dx.flat)
