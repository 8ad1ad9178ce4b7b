"""Pooling over windows of an image."""

from math import prod

from tuidl.config import Size
from tuidl.layers.base import Layer, Shape, require_rank
from tuidl.layers.windows import Padding, padding_before, windows_of
from tuidl.tape import Scope


class Pool2d(Layer, frozen=True):
    """Base of both: windows of ``pool_size``, apart by ``stride`` (by their size where unsaid)."""

    pool_size: Size = 2
    stride: Size | None = None
    padding: Padding = "valid"

    def output_shape(self, shape: Shape) -> Shape:
        require_rank(shape, 3, "an image (height, width, channels)")
        return (*windows_of(shape, self.pool_size, self._stride, self.padding), shape[2])

    def flops(self, shape: Shape) -> int:
        return self.pool_size**2 * prod(self.output_shape(shape))

    @property
    def _stride(self) -> int:
        return self.stride or self.pool_size

    def _options(self, scope: Scope) -> dict[str, int]:
        height, width, _ = scope.input_shape
        return {
            "size_y": self.pool_size,
            "size_x": self.pool_size,
            "stride_y": self._stride,
            "stride_x": self._stride,
            "top": padding_before(height, self.pool_size, self._stride, self.padding),
            "left": padding_before(width, self.pool_size, self._stride, self.padding),
        }


class MaxPool2d(Pool2d, frozen=True, tag="max_pool2d"):
    """The largest value of each window."""

    def emit(self, scope: Scope) -> None:
        options = self._options(scope)
        winner = scope.buffer("winner", *scope.y.shape)
        scope.forward("max_pool2d", scope.x, scope.y, winner, **options)
        if scope.dy is not None and scope.dx is not None:
            scope.backward("max_pool2d_gradient", winner, scope.dy, scope.dx, **options)


class AveragePool2d(Pool2d, frozen=True, tag="average_pool2d"):
    """The mean of each window; padding is left out of it."""

    def emit(self, scope: Scope) -> None:
        options = self._options(scope)
        scope.forward("average_pool2d", scope.x, scope.y, **options)
        if scope.dy is not None and scope.dx is not None:
            scope.backward("average_pool2d_gradient", scope.dy, scope.dx, **options)
