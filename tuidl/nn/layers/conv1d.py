"""Convolution along time."""

from typing import Literal

from tuidl.core.config import Size
from tuidl.core.lazy import np
from tuidl.nn.layers.base import Shape, ShapeError, require_rank
from tuidl.nn.layers.convolution import Convolution
from tuidl.nn.layers.convolution_frame import Frame
from tuidl.nn.layers.window_sizes import Padding, padding_before, window_count


def conv1d(x, kernel, bias=0, stride=1, padding=(0, 0)):
    """The kernel (size, features, filters) at every step of the sequences."""
    view = np.lib.stride_tricks.sliding_window_view
    x = np.pad(x, ((0, 0), padding, (0, 0)))
    windows = view(x, len(kernel), axis=1)[:, ::stride]
    # windows: (n, steps, features, size)
    return np.tensordot(windows, kernel, axes=((3, 2), (0, 1))) + bias


class Conv1d(Convolution, frozen=True, kw_only=True, tag="conv1d"):
    """Slides ``filters`` kernels along a sequence; output (time, filters).

    ``padding = "causal"`` pads the start only, so that no step sees what comes after it.
    """

    formula = "y at each time = sum of filter · window, + b"
    backward_formula = "d filter = sum of window · dy   dx = dy spread by the filter"
    reference = staticmethod(conv1d)

    kernel_size: Size = 3
    stride: Size = 1
    padding: Literal["valid", "same", "causal"] = "valid"

    def output_shape(self, shape: Shape) -> Shape:
        require_rank(shape, 2, "a sequence (time, features)")
        padded: Padding = "valid" if self.padding == "valid" else "same"
        steps = window_count(shape[0], self.kernel_size, self.stride, padded)
        if steps < 1:
            raise ShapeError(f"a window of {self.kernel_size} does not fit {shape[0]} steps")
        return (steps, self.filters)

    def kernel_shape(self, shape: Shape) -> Shape:
        return (self.kernel_size, shape[-1], self.filters)

    def frame(self, shape: Shape) -> Frame:
        steps, features = shape
        if self.padding == "causal":
            left = self.kernel_size - 1
        else:
            left = padding_before(steps, self.kernel_size, self.stride, self.padding)
        output = (1, self.output_shape(shape)[0])
        stride = (self.stride, self.stride)
        return Frame((1, steps, features), (1, self.kernel_size), output, 0, left, stride)
