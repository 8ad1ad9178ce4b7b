"""Transposed convolution: the way back of a convolution, as a way forward to larger images."""

from math import prod
from typing import Annotated

from msgspec import Meta

from tuidl.core.config import Count
from tuidl.core.lazy import np
from tuidl.ir.buffers import Batch
from tuidl.ir.instructions import EmitContext
from tuidl.nn.initializer_names import Initializer
from tuidl.nn.layers.base import (
    ActivatedLayer,
    Parameter,
    Shape,
    ShapeError,
    describe,
    require_rank,
)
from tuidl.nn.layers.convolution import require_groups
from tuidl.nn.layers.convolution_frame import Frame, Products
from tuidl.nn.layers.window_sizes import (
    Amount,
    Ends,
    Pads,
    Sides,
    both,
    extent,
    stated_pads,
)

LARGEST_SIDE = 4096
"""Pixels of a side of what comes out."""


def conv2d_transpose(x, kernel, bias=0, stride=1, crop=((0, 0), (0, 0)), dilation=1, groups=1):
    """Each pixel puts the kernel (height, width, filters of a group, channels), times itself, into
    a larger image; of that ``crop`` is cut off before and after, or added where it is negative."""
    (down, across), (gap_y, gap_x) = (
        (sides, sides) if isinstance(sides, int) else sides for sides in (stride, dilation)
    )
    n, height, width, _ = x.shape
    tall, wide = (kernel.shape[0] - 1) * gap_y + 1, (kernel.shape[1] - 1) * gap_x + 1
    (top, bottom), (left, right) = crop
    rows = (height - 1) * down + tall + max(-bottom, 0)
    columns = (width - 1) * across + wide + max(-right, 0)
    whole = np.zeros((n, rows, columns, kernel.shape[2] * groups), x.dtype)
    parts = zip(np.split(x, groups, axis=3), np.split(kernel, groups, axis=3), strict=True)
    seen = np.concatenate([np.tensordot(a, w, axes=(3, 3)) for a, w in parts], axis=5)
    # seen: (n, height, width, kernel height, kernel width, filters)
    for i in range(kernel.shape[0]):
        for j in range(kernel.shape[1]):
            y, z = i * gap_y, j * gap_x
            bottom_row, end = y + (height - 1) * down + 1, z + (width - 1) * across + 1
            whole[:, y:bottom_row:down, z:end:across] += seen[:, :, :, i, j]
    return whole[:, top : rows - max(bottom, 0), left : columns - max(right, 0)] + bias


class Conv2dTranspose(ActivatedLayer, frozen=True, kw_only=True, tag="conv2d_transpose"):
    """Each pixel puts ``filters`` kernels, times itself, into an image ``stride`` times as large.

    A side n becomes (n - 1) · stride + kernel − padding before − padding after + output_padding;
    with ``padding = "valid"`` nothing is cut off; with "same" it becomes n · stride, and
    ``output_padding`` must be 0. In numbers, ``padding`` is what is cut off on all sides, [down,
    across] or [top, bottom, left, right]. ``output_padding``: rows and columns more at the high
    ends, fewer than the stride (or the dilation).
    ``kernel_size``, ``stride``, ``dilation``: a number, or two, [down, across]. ``groups``: as of
    ``conv2d``.
    """

    formula = "y = sum of filter · x of each place, spread by stride, + b"
    backward_formula = "d filter = sum of x · patch of dy   dx = filter · patch of dy"
    reference = staticmethod(conv2d_transpose)

    filters: Count
    kernel_size: Sides = 3
    stride: Sides = 1
    padding: Pads = "valid"
    output_padding: Amount | Annotated[tuple[Amount, ...], Meta(min_length=2, max_length=2)] = 0
    dilation: Sides = 1
    groups: Count = 1
    use_bias: bool = True
    kernel_initializer: Initializer = "glorot_uniform"

    def output_shape(self, shape: Shape) -> Shape:
        require_rank(shape, 3, "an image (height, width, channels)")
        require_groups(self.groups, shape[-1], self.filters)
        sides = self._sides(shape)
        if min(sides) < 1 or max(sides) > LARGEST_SIDE:
            raise ShapeError(
                f"makes an image of {sides[0]} x {sides[1]} of {describe(shape)}; expected sides "
                f"from 1 to {LARGEST_SIDE}"
            )
        return (*sides, self.filters)

    def crops(self) -> Ends:
        """What is cut off of all that pixels reach, before and after, down and across; less than
        nothing where it is added. Raises ShapeError."""
        more = both(self.output_padding)
        if isinstance(self.padding, int | tuple):
            (top, bottom), (left, right) = stated_pads(self.padding)
            self._check(more)
            return (top, bottom - more[0]), (left, right - more[1])
        if self.padding == "valid":
            self._check(more)
            return (0, -more[0]), (0, -more[1])
        if more != (0, 0):
            raise ShapeError(
                'output_padding: expected 0 with padding = "same", which makes each side n · '
                f"stride; got {self.output_padding}"
            )
        down, across = (self._of_same(axis) for axis in (0, 1))
        return down, across

    def parameters(self, shape: Shape) -> tuple[Parameter, ...]:
        kernel = Parameter("kernel", self._kernel_shape(shape), self.kernel_initializer)
        bias = (Parameter("bias", (self.filters,), "zeros"),) if self.use_bias else ()
        return (kernel, *bias)

    def flops(self, shape: Shape) -> int:
        return 2 * prod(shape) * prod(self._kernel_shape(shape)[:3])

    def emit(self, context: EmitContext) -> None:
        products = Products(context, self._frame(context.input_shape), context.input_shape[-1])
        frame = products.frame
        x = context.x.reshape(Batch(), *context.input_shape)
        y = context.y.reshape(Batch(), *frame.image)
        kernel = context.parameters["kernel"].reshape(*products.kernel_shape)
        products.pixels(context.forward, x, kernel, y, "workspace")
        if self.use_bias:
            bias = context.parameters["bias"]
            context.forward("add_bias", bias, context.y.reshape(*y.shape).rows)
        if context.dy is None:
            return
        dy = context.dy.reshape(*y.shape)
        products.weights(dy, x, context.gradients["kernel"].reshape(*products.kernel_shape))
        if self.use_bias:
            context.backward("bias_gradient", dy.rows, context.gradients["bias"])
        if context.dx is not None:
            dx, none = context.dx.reshape(*x.shape), context.zeros(context.input_shape[-1])
            products.answers(context.backward, dy, kernel, none, dx, "workspace_of_pixels")

    def _kernel_shape(self, shape: Shape) -> Shape:
        return (*both(self.kernel_size), self.filters // self.groups, shape[-1])

    def _frame(self, shape: Shape) -> Frame:
        """Of the convolution that this one is the way back of: from its output to its input."""
        (top, _), (left, _) = self.crops()
        image, sizes = self.output_shape(shape), both(self.kernel_size)
        stride, dilation = both(self.stride), both(self.dilation)
        return Frame(image, sizes, shape[:2], top, left, stride, dilation, self.groups)

    def _sides(self, shape: Shape) -> tuple[int, int]:
        down, across = (
            (length - 1) * both(self.stride)[axis] + self._span(axis) - sum(self.crops()[axis])
            for axis, length in enumerate(shape[:2])
        )
        return down, across

    def _span(self, axis: int) -> int:
        return extent(both(self.kernel_size)[axis], both(self.dilation)[axis])

    def _of_same(self, axis: int) -> tuple[int, int]:
        total = self._span(axis) - both(self.stride)[axis]
        before = max(total, 0) // 2
        return before, total - before

    def _check(self, more: tuple[int, int]) -> None:
        limits = [max(pair) for pair in zip(both(self.stride), both(self.dilation), strict=True)]
        if any(amount >= limit for amount, limit in zip(more, limits, strict=True)):
            raise ShapeError(
                f"output_padding: expected less than the stride, got {self.output_padding} with "
                f"a stride of {self.stride}"
            )
