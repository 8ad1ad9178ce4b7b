"""What convolutions over images and over sequences share."""

from dataclasses import dataclass
from math import prod

from tuidl.core.config import Count, Size
from tuidl.ir.buffers import Batch, View
from tuidl.ir.instructions import EmitContext
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

    def emit(self, context: EmitContext) -> None:
        frame = self.frame(context.input_shape)
        kernel_shape = (*frame.kernel, frame.image[-1], self.filters)
        options = {"stride": self.stride, "top": frame.top, "left": frame.left}
        x = context.x.reshape(Batch(), *frame.image)
        y = context.y.reshape(Batch(), *frame.output, self.filters)
        kernel = context.parameters["kernel"].reshape(*kernel_shape)
        bias = context.parameters.get("bias") or context.zeros(self.filters)
        patches = self._patches(context, frame)
        context.forward("conv2d", x, kernel, bias, y, patches, **options)
        if context.dy is None:
            return
        dy = context.dy.reshape(*y.shape)
        d_kernel = context.gradients["kernel"].reshape(*kernel_shape)
        patches = self._patches(context, frame)
        context.backward("conv2d_weight_gradient", x, dy, d_kernel, patches, **options)
        if self.use_bias:
            context.backward("bias_gradient", dy.rows, context.gradients["bias"])
        if context.dx is not None:
            dx = context.dx.reshape(*x.shape)
            context.backward("conv2d_input_gradient", dy, kernel, dx, patches, **options)

    def _patches(self, context: EmitContext, frame: Frame) -> View:
        """Room for the patches of as many examples as fit a core's cache, with their answers.

        Also for what else a convolution keeps at hand: a padded image, or Winograd's tiles.
        """
        positions, width = prod(frame.output), prod(frame.kernel) * frame.image[-1]
        fitting = PATCH_FLOATS // (positions * (width + self.filters))
        block = min(max(fitting, 1), context.examples)
        room = max(self._frame_floats(frame), self._tile_floats(frame, context.examples))
        block = max(block, -(-room // (positions * width)))
        return context.buffer("patches", block * positions, width)

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
