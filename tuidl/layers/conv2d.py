"""Two-dimensional convolution."""

from math import prod

from tuidl.config import Count, Size
from tuidl.initializers import Initializer
from tuidl.layers.base import ActivatedLayer, Parameter, Shape, require_rank
from tuidl.layers.windows import Padding, padding_before, windows_of
from tuidl.tape import Scope

PATCH_FLOATS = 65_536
"""Room for patches, in floats: 256 KiB stay in a core's second-level cache beside the weights."""


class Conv2d(ActivatedLayer, frozen=True, kw_only=True, tag="conv2d"):
    """Slides ``filters`` square kernels over an image; output (height, width, filters)."""

    filters: Count
    kernel_size: Size = 3
    stride: Size = 1
    padding: Padding = "valid"
    use_bias: bool = True
    kernel_initializer: Initializer = "glorot_uniform"

    def output_shape(self, shape: Shape) -> Shape:
        require_rank(shape, 3, "an image (height, width, channels)")
        return (*windows_of(shape, self.kernel_size, self.stride, self.padding), self.filters)

    def parameters(self, shape: Shape) -> tuple[Parameter, ...]:
        size = (self.kernel_size, self.kernel_size, shape[-1], self.filters)
        kernel = Parameter("kernel", size, self.kernel_initializer)
        bias = (Parameter("bias", (self.filters,), "zeros"),) if self.use_bias else ()
        return (kernel, *bias)

    def flops(self, shape: Shape) -> int:
        return 2 * prod(self.output_shape(shape)) * self.kernel_size**2 * shape[-1]

    def emit(self, scope: Scope) -> None:
        height, width, channels = scope.input_shape
        positions, patch = prod(scope.shape[:2]), self.kernel_size**2 * channels
        block = min(max(PATCH_FLOATS // (positions * patch), 1), scope.examples)
        patches = scope.buffer("patches", block * positions, patch)
        options = {
            "stride": self.stride,
            "top": padding_before(height, self.kernel_size, self.stride, self.padding),
            "left": padding_before(width, self.kernel_size, self.stride, self.padding),
        }
        x, kernel = scope.x, scope.parameters["kernel"]
        bias = scope.parameters.get("bias") or scope.zeros(self.filters)
        scope.forward("conv2d", x, kernel, bias, scope.y, patches, **options)
        if scope.dy is None:
            return
        dy, d_kernel = scope.dy, scope.gradients["kernel"]
        patches = scope.buffer("patches", block * positions, patch)
        scope.backward("conv2d_weight_gradient", x, dy, d_kernel, patches, **options)
        if self.use_bias:
            scope.backward("bias_gradient", dy.rows, scope.gradients["bias"])
        if scope.dx is not None:
            scope.backward("conv2d_input_gradient", dy, kernel, scope.dx, patches, **options)
