"""Two-dimensional convolution."""

from tuidl.core.config import Count
from tuidl.core.lazy import np
from tuidl.nn.layers.base import Shape, ShapeError, describe, require_rank
from tuidl.nn.layers.convolution import Convolution, require_groups
from tuidl.nn.layers.convolution_frame import Frame
from tuidl.nn.layers.window_sizes import (
    Ends,
    Pads,
    Sides,
    both,
    extent,
    padding_before,
    stated_pads,
    window_count,
)


def conv2d(x, kernel, bias=0, stride=1, padding=((0, 0), (0, 0)), dilation=1, groups=1):
    """The kernel (height, width, channels of a group, filters) at every place of the images.

    ``stride`` and ``dilation``: a number, or (down, across).
    """
    (down, across), (i, j) = (
        (sides, sides) if isinstance(sides, int) else sides for sides in (stride, dilation)
    )
    view = np.lib.stride_tricks.sliding_window_view
    x = np.pad(x, ((0, 0), *padding, (0, 0)))
    size = ((kernel.shape[0] - 1) * i + 1, (kernel.shape[1] - 1) * j + 1)
    windows = view(x, size, axis=(1, 2))[:, ::down, ::across, :, ::i, ::j]
    # windows: (n, rows, columns, channels, kernel height, kernel width)
    parts = zip(np.split(windows, groups, axis=3), np.split(kernel, groups, axis=3), strict=True)
    y = [np.tensordot(seen, part, axes=((4, 5, 3), (0, 1, 2))) for seen, part in parts]
    return np.concatenate(y, axis=3) + bias


class Conv2d(Convolution, frozen=True, kw_only=True, tag="conv2d"):
    """Slides ``filters`` kernels over an image; output (height, width, filters).

    ``kernel_size``, ``stride`` and ``dilation``: a number, or two, [down, across]. ``padding``: its
    name; or how many zeros, on all sides, [down, across], or [top, bottom, left, right].
    ``dilation``: from one place of the kernel to the next. ``groups``: channels and filters are
    parted into so many that do not see each other; as many as channels is a depthwise convolution.
    """

    formula = "y at each place = sum of filter · patch, + b"
    backward_formula = "d filter = sum of patch · dy   dx = dy spread by the filter"
    reference = staticmethod(conv2d)

    padding: Pads = "valid"
    dilation: Sides = 1
    groups: Count = 1

    def output_shape(self, shape: Shape) -> Shape:
        require_rank(shape, 3, "an image (height, width, channels)")
        require_groups(self.groups, shape[-1], self.filters)
        return (*self._windows(shape), self.filters)

    def kernel_shape(self, shape: Shape) -> Shape:
        return (*both(self.kernel_size), shape[-1] // self.groups, self.filters)

    def pads(self, shape: Shape) -> Ends:
        """What is added before and after, down and across. Raises ShapeError."""
        if isinstance(self.padding, int | tuple):
            return stated_pads(self.padding)
        down, across = (self._named_pads(shape, axis) for axis in (0, 1))
        return down, across

    def frame(self, shape: Shape) -> Frame:
        (top, _), (left, _) = self.pads(shape)
        sizes, output = both(self.kernel_size), self._windows(shape)
        stride, dilation = both(self.stride), both(self.dilation)
        return Frame(shape, sizes, output, top, left, stride, dilation, self.groups)

    def _span(self, axis: int) -> int:
        return extent(both(self.kernel_size)[axis], both(self.dilation)[axis])

    def _named_pads(self, shape: Shape, axis: int) -> tuple[int, int]:
        length, span, stride = shape[axis], self._span(axis), both(self.stride)[axis]
        if self.padding != "same":
            return 0, 0
        windows = window_count(length, span, stride, "same")
        before = padding_before(length, span, stride, "same")
        return before, max((windows - 1) * stride + span - length, 0) - before

    def _windows(self, shape: Shape) -> tuple[int, int]:
        """Places of the kernel, down and across. Raises ShapeError where there is none."""
        rooms = [n + sum(ends) for n, ends in zip(shape[:2], self.pads(shape), strict=True)]
        spans = (self._span(0), self._span(1))
        down, across = (
            (room - span) // stride + 1
            for room, span, stride in zip(rooms, spans, both(self.stride), strict=True)
        )
        if down < 1 or across < 1:
            raise ShapeError(
                f"a window of {describe(spans)} does not fit an image of {describe(shape)}"
            )
        return down, across
