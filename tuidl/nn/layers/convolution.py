"""What convolutions over images and over sequences share."""

from dataclasses import dataclass
from math import prod

from tuidl.core.config import Count, Size
from tuidl.ir.builder import Batch, Scope, View
from tuidl.nn.initializer_names import Initializer
from tuidl.nn.layers.base import ActivatedLayer, Parameter, Shape

PATCH_FLOATS = 65_536
"""Room for patches and what is computed from them, in floats: 256 KiB stay in a core's second-level
cache beside the weights."""

WINOGRAD_FEWEST = 16
"""Channels, filters and answers to an image from which on kernels of 3 x 3 are worked on in
Winograd's tiles."""


@dataclass(frozen=True)
class Frame:
    """A convolution seen as one over images: a sequence is an image of height 1.

    ``image`` (height, width, channels), ``kernel`` (height, width), ``output`` (height, width);
    ``top`` and ``left`` are the padding at the low ends.
    """

    image: Shape
    kernel: Shape
    output: Shape
    top: int
    left: int


class Convolution(ActivatedLayer, frozen=True, kw_only=True):
    """Base of all convolutions: ``filters`` kernels slide over the input, ``stride`` apart."""

    filters: Count
    kernel_size: Size = 3
    stride: Size = 1
    use_bias: bool = True
    kernel_initializer: Initializer = "glorot_uniform"

    def frame(self, shape: Shape) -> Frame:
        """The geometry for inputs of ``shape``."""
        raise NotImplementedError

    def kernel_shape(self, shape: Shape) -> Shape:
        """Of the parameter, as presets and files know it."""
        raise NotImplementedError

    def parameters(self, shape: Shape) -> tuple[Parameter, ...]:
        kernel = Parameter("kernel", self.kernel_shape(shape), self.kernel_initializer)
        bias = (Parameter("bias", (self.filters,), "zeros"),) if self.use_bias else ()
        return (kernel, *bias)

    def flops(self, shape: Shape) -> int:
        return 2 * prod(self.output_shape(shape)) * prod(self.kernel_shape(shape)[:-1])

    def emit(self, scope: Scope) -> None:
        frame = self.frame(scope.input_shape)
        kernel_shape = (*frame.kernel, frame.image[-1], self.filters)
        options = {"stride": self.stride, "top": frame.top, "left": frame.left}
        x = scope.x.reshape(Batch(), *frame.image)
        y = scope.y.reshape(Batch(), *frame.output, self.filters)
        kernel = scope.parameters["kernel"].reshape(*kernel_shape)
        bias = scope.parameters.get("bias") or scope.zeros(self.filters)
        patches = self._patches(scope, frame)
        scope.forward("conv2d", x, kernel, bias, y, patches, **options)
        if scope.dy is None:
            return
        dy = scope.dy.reshape(*y.shape)
        d_kernel = scope.gradients["kernel"].reshape(*kernel_shape)
        patches = self._patches(scope, frame)
        scope.backward("conv2d_weight_gradient", x, dy, d_kernel, patches, **options)
        if self.use_bias:
            scope.backward("bias_gradient", dy.rows, scope.gradients["bias"])
        if scope.dx is not None:
            dx = scope.dx.reshape(*x.shape)
            scope.backward("conv2d_input_gradient", dy, kernel, dx, patches, **options)

    def _patches(self, scope: Scope, frame: Frame) -> View:
        """Room for the patches of as many examples as fit a core's cache, with their answers.

        Also for what else a convolution keeps at hand: a padded image, or Winograd's tiles.
        """
        positions, width = prod(frame.output), prod(frame.kernel) * frame.image[-1]
        fitting = PATCH_FLOATS // (positions * (width + self.filters))
        block = min(max(fitting, 1), scope.examples)
        room = max(self._frame_floats(frame), self._tile_floats(frame, scope.examples))
        block = max(block, -(-room // (positions * width)))
        return scope.buffer("patches", block * positions, width)

    def _frame_floats(self, frame: Frame) -> int:
        """An image with zeros around it, as far as kernels reach."""
        pairs = zip(frame.output, frame.kernel, strict=True)
        return prod((n - 1) * self.stride + size for n, size in pairs) * frame.image[-1]

    def _tile_floats(self, frame: Frame, examples: int) -> int:
        """What ``kernels/winograd.py`` divides among its arrays; 0 where it is of no use."""
        channels, filters = frame.image[-1], self.filters
        fewest = min(channels, filters, prod(frame.output))
        if frame.kernel != (3, 3) or self.stride != 1 or fewest < WINOGRAD_FEWEST:
            return 0
        height, width = frame.output
        image = (height + 2) * (width + 2) * channels
        each = 16 * ((height + 1) // 2) * ((width + 1) // 2) * (channels + filters)
        block = min(max(PATCH_FLOATS // each, 1), examples)
        return 25 * channels * filters + 32 * (channels + filters) + image + block * each
