"""Two-dimensional convolution."""

from tuidl.nn.layers.base import Shape, require_rank
from tuidl.nn.layers.convolution import Convolution, Frame
from tuidl.nn.layers.window_sizes import Padding, padding_before, windows_of


class Conv2d(Convolution, frozen=True, kw_only=True, tag="conv2d"):
    """Slides ``filters`` square kernels over an image; output (height, width, filters)."""

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
