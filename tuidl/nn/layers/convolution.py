"""What convolutions over images and over sequences share."""

from math import prod

from tuidl.core.config import Count
from tuidl.ir.buffers import Batch, View
from tuidl.ir.instructions import Division, EmitContext
from tuidl.nn.initializer_names import Initializer
from tuidl.nn.layers.base import ActivatedLayer, Parameter, Shape, ShapeError
from tuidl.nn.layers.convolution_frame import Frame, Products, Ways
from tuidl.nn.layers.dense import (
    emit_bias_gradient,
    emit_input_gradient,
    emit_product,
    emit_product_gradients,
)
from tuidl.nn.layers.window_sizes import Sides


def require_groups(groups: int, channels: int, filters: int) -> None:
    """Raises ShapeError unless ``groups`` divides both."""
    if channels % groups or filters % groups:
        raise ShapeError(
            f"groups: expected a number that divides {channels} channels and {filters} "
            f"filters, got {groups}"
        )


class Convolution(ActivatedLayer, frozen=True, kw_only=True):
    """Base of all convolutions: ``filters`` kernels slide over the input, ``stride`` apart."""

    filters: Count
    kernel_size: Sides = 3
    stride: Sides = 1
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

    def divisions_for(self, shape: Shape) -> tuple[Division, ...]:
        return Ways(self.frame(shape), self.filters).divisions

    def emit(self, context: EmitContext) -> None:
        products = Products(context, self.frame(context.input_shape), self.filters)
        frame = products.frame
        x = context.x.reshape(Batch(), *frame.image)
        y = context.y.reshape(Batch(), *frame.output, self.filters)
        kernel = context.parameters["kernel"].reshape(*products.kernel_shape)
        bias = context.parameters.get("bias") or context.zeros(self.filters)
        if products.is_dense:
            emit_dense(context, prod(products.kernel_shape[:-1]), self.filters, bias)
            return
        products.answers(context.forward, x, kernel, bias, y, "workspace")
        if context.dy is None:
            return
        dy = context.dy.reshape(*y.shape)
        d_kernel = context.gradients["kernel"].reshape(*products.kernel_shape)
        products.weights(x, dy, d_kernel)
        if self.use_bias:
            emit_bias_gradient(context, dy.rows, context.gradients["bias"])
        if context.dx is not None:
            dx = context.dx.reshape(*x.shape)
            products.pixels(context.backward, dy, kernel, dx, "workspace_of_pixels")


def emit_dense(context: EmitContext, terms: int, filters: int, bias: View) -> None:
    """A convolution whose windows lie in the images as rows of a matrix."""
    windows = prod(context.shape[:-1])
    x, y = context.x.reshape(Batch(windows), terms), context.y.reshape(Batch(windows), filters)
    kernel = context.parameters["kernel"].reshape(terms, filters)
    emit_product(context, x, kernel, bias, y)
    if context.dy is None:
        return
    dy, d_kernel = context.dy.reshape(*y.shape), context.gradients["kernel"]
    emit_product_gradients(
        context, x, dy, d_kernel.reshape(*kernel.shape), context.gradients.get("bias")
    )
    if context.dx is not None:
        emit_input_gradient(context, dy, kernel, context.dx.reshape(*x.shape))
