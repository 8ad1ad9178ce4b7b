"""What convolutions over images and over sequences share."""

from dataclasses import dataclass
from math import prod

from tuidl.core.config import Count, Size
from tuidl.core.convolution_room import Convolution as Shapes
from tuidl.core.convolution_room import answers_room, pixels_room, weights_room
from tuidl.ir.buffers import Batch
from tuidl.ir.instructions import EmitContext
from tuidl.nn.initializer_names import Initializer
from tuidl.nn.layers.base import ActivatedLayer, Parameter, Shape

BLOCK_FLOATS = 262_144
"""Winograd's tiles of a block, in floats: 1 MiB is in a core's second-level cache, or near it, and
weights are read once for many tiles."""

WINOGRAD_FEWEST, WINOGRAD_POSITIONS, WINOGRAD_MOST = 32, 16, 65_536
"""Channels and filters, and answers to an image, from which on kernels of 3 x 3 are worked on in
Winograd's tiles; pairs of channel and filter up to which they are."""


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
        shape = Shapes(kernel_shape, frame.image[:2], frame.output, **options)
        tiles = self._tile_floats(frame, context.examples)
        room = max(answers_room(shape, context.examples), tiles)
        workspace = context.buffer("workspace", room)
        context.forward("conv2d", x, kernel, bias, y, workspace, **options)
        if context.dy is None:
            return
        dy = context.dy.reshape(*y.shape)
        d_kernel = context.gradients["kernel"].reshape(*kernel_shape)
        room = max(weights_room(shape, context.examples), tiles)
        workspace = context.buffer("workspace_of_weights", room)
        context.backward("conv2d_weight_gradient", x, dy, d_kernel, workspace, **options)
        if self.use_bias:
            context.backward("bias_gradient", dy.rows, context.gradients["bias"])
        if context.dx is not None:
            dx = context.dx.reshape(*x.shape)
            room = max(pixels_room(shape, context.examples), tiles)
            workspace = context.buffer("workspace_of_pixels", room)
            context.backward("conv2d_input_gradient", dy, kernel, dx, workspace, **options)

    def _tile_floats(self, frame: Frame, examples: int) -> int:
        """What ``kernels/winograd.py`` divides among its arrays; 0 where it is of no use."""
        channels, filters = frame.image[-1], self.filters
        if min(channels, filters) < WINOGRAD_FEWEST or channels * filters > WINOGRAD_MOST:
            return 0
        if prod(frame.output) < WINOGRAD_POSITIONS:
            return 0
        if frame.kernel != (3, 3) or self.stride != 1:
            return 0
        height, width = frame.output
        image = (height + 2) * (width + 2) * channels
        each = 16 * ((height + 1) // 2) * ((width + 1) // 2) * (channels + filters)
        block = min(max(BLOCK_FLOATS // each, 1), examples)
        return 25 * channels * filters + 32 * (channels + filters) + image + block * each
