"""Two-dimensional convolution."""

from tuidl.core.lazy import np
from tuidl.nn.layers.base import Shape, require_rank
from tuidl.nn.layers.convolution import Convolution, Frame
from tuidl.nn.layers.window_sizes import Padding, padding_before, windows_of


def conv2d(x, kernel, bias=0, stride=1, padding=((0, 0), (0, 0))):
    """The kernel (height, width, channels, filters) at every place of the images."""
    view = np.lib.stride_tricks.sliding_window_view
    x = np.pad(x, ((0, 0), *padding, (0, 0)))
    windows = view(x, kernel.shape[:2], axis=(1, 2))[:, ::stride, ::stride]
    # windows: (n, rows, columns, channels, kernel height, kernel width)
    return np.tensordot(windows, kernel, axes=((4, 5, 3), (0, 1, 2))) + bias


class Conv2d(Convolution, frozen=True, kw_only=True, tag="conv2d"):
    """Slides ``filters`` square kernels over an image; output (height, width, filters)."""

    formula = "y at each place = sum of filter · patch, + b"
    backward_formula = "d filter = sum of patch · dy   dx = dy spread by the filter"
    reference = staticmethod(conv2d)

    padding: Padding = "valid"

    def output_shape(self, shape: Shape) -> Shape:
        require_rank(shape, 3, "an image (height, width, channels)")
        size = (self.kernel_size, self.kernel_size)
        return (*windows_of(shape, size, self.stride, self.padding), self.filters)

    def kernel_shape(self, shape: Shape) -> Shape:
        return (self.kernel_size, self.kernel_size, shape[-1], self.filters)

    def frame(self, shape: Shape) -> Frame:
        size, stride, padding = self.kernel_size, self.stride, self.padding
        top, left = (padding_before(length, size, stride, padding) for length in shape[:2])
        return Frame(shape, (size, size), self.output_shape(shape)[:2], top, left)
