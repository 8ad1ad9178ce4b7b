"""Convolution along time."""

from typing import Literal

from tuidl.core.config import Count, Size
from tuidl.core.lazy import np
from tuidl.nn.layers.base import Shape, ShapeError, require_rank
from tuidl.nn.layers.convolution import Convolution, require_groups
from tuidl.nn.layers.convolution_frame import Frame
from tuidl.nn.layers.window_sizes import Padding, extent, padding_before, window_count


def conv1d(x, kernel, bias=0, stride=1, padding=(0, 0), dilation=1, groups=1):
    """The kernel (size, features of a group, filters) at every step of the sequences."""
    view = np.lib.stride_tricks.sliding_window_view
    x = np.pad(x, ((0, 0), padding, (0, 0)))
    windows = view(x, (len(kernel) - 1) * dilation + 1, axis=1)[:, ::stride, :, ::dilation]
    # windows: (n, steps, features, size)
    parts = zip(np.split(windows, groups, axis=2), np.split(kernel, groups, axis=2), strict=True)
    y = [np.tensordot(seen, part, axes=((3, 2), (0, 1))) for seen, part in parts]
    return np.concatenate(y, axis=2) + bias


class Conv1d(Convolution, frozen=True, kw_only=True, tag="conv1d"):
    """Slides ``filters`` kernels along a sequence; output (time, filters).

    ``padding = "causal"`` pads the start only, so that no step sees what comes after it.
    ``dilation``: steps from one place of the kernel to the next. ``groups``: features and filters
    are parted into so many that do not see each other; as many as features is a depthwise
    convolution.
    """

    formula = "y at each time = sum of filter · window, + b"
    backward_formula = "d filter = sum of window · dy   dx = dy spread by the filter"
    reference = staticmethod(conv1d)

    kernel_size: Size = 3
    stride: Size = 1
    padding: Literal["valid", "same", "causal"] = "valid"
    dilation: Size = 1
    groups: Count = 1

    def output_shape(self, shape: Shape) -> Shape:
        require_rank(shape, 2, "a sequence (time, features)")
        require_groups(self.groups, shape[-1], self.filters)
        padded: Padding = "valid" if self.padding == "valid" else "same"
        steps = window_count(shape[0], self._span, self.stride, padded)
        if steps < 1:
            apart = f" ({self.kernel_size} places, {self.dilation} apart)"
            span = f"{self._span}{apart if self.dilation > 1 else ''}"
            raise ShapeError(f"a window of {span} does not fit {shape[0]} steps")
        return (steps, self.filters)

    def kernel_shape(self, shape: Shape) -> Shape:
        return (self.kernel_size, shape[-1] // self.groups, self.filters)

    def pads(self, shape: Shape) -> tuple[tuple[int, int]]:
        """What is added before and after."""
        span, stride, padding = self._span, self.stride, self.padding
        if padding == "causal":
            return ((span - 1, 0),)
        before = padding_before(shape[0], span, stride, padding)
        windows = window_count(shape[0], span, stride, padding)
        return ((before, max((windows - 1) * stride + span - shape[0], 0) - before),)

    def frame(self, shape: Shape) -> Frame:
        ((left, _),) = self.pads(shape)
        output = (1, self.output_shape(shape)[0])
        # Kernels without groups and gaps have one stride; the others' gradient splits pixels by
        # the stride down, of which a single row has no use.
        is_plain = self.dilation == self.groups == 1
        stride = (self.stride if is_plain else 1, self.stride)
        return Frame(
            (1, *shape), (1, self.kernel_size), output, 0, left, stride, (1, self.dilation),
            self.groups,
        )  # fmt: skip

    @property
    def _span(self) -> int:
        return extent(self.kernel_size, self.dilation)
