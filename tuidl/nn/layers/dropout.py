"""Dropout."""

import zlib
from math import prod

from tuidl.core.config import Fraction
from tuidl.ir.builder import Scope, Symbol
from tuidl.nn.layers.base import Layer, Shape


class Dropout(Layer, frozen=True, kw_only=True, tag="dropout"):
    """Zeroes a random share of its inputs in training, so that no unit can rely on another.

    What is left is scaled up by 1 / (1 - rate); at inference the layer does nothing.
    """

    rate: Fraction

    def flops(self, shape: Shape) -> int:
        return 8 * prod(shape)

    def emit(self, scope: Scope) -> None:
        options: dict[str, int | float | Symbol] = {
            "rate": self.rate,
            "layer": zlib.crc32(scope.node.encode()),
            "first": Symbol.FIRST_EXAMPLE,
            "width": prod(scope.shape),
        }
        scope.forward("copy", scope.x.flat, scope.y.flat)
        if scope.training:
            scope.forward("dropout", scope.y.flat, **options)
        if scope.dy is not None and scope.dx is not None:
            scope.backward("dropout", scope.dy.flat, **options)
            scope.backward("copy", scope.dy.flat, scope.dx.flat)
