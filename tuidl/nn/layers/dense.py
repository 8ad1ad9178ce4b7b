"""The fully connected layer."""

from math import prod

from tuidl.core.config import Count
from tuidl.ir.buffers import View
from tuidl.ir.instructions import Division, EmitContext, Phase
from tuidl.nn.initializer_names import Initializer
from tuidl.nn.layers.base import ActivatedLayer, Parameter, Shape, ShapeError


def dense(x, kernel, bias=0):
    return x @ kernel + bias


def emit_product(context: EmitContext, x: View, kernel: View, bias: View, y: View) -> None:
    """y = x kernel + bias; matrices, whose rows are the examples'."""
    if context.division is Division.TILES:
        context.tiles(Phase.FORWARD, "dense_tile", x, kernel, bias, y)
    else:
        context.forward("dense", x, kernel, bias, y)


def emit_product_gradients(
    context: EmitContext, x: View, dy: View, d_kernel: View, d_bias: View | None
) -> None:
    """The gradients of the kernel and of the bias, where there is one."""
    if context.division is Division.EXAMPLES:
        context.backward("dense_weight_gradient", x, dy, d_kernel)
    else:
        context.tiles(Phase.BACKWARD, "dense_weight_gradient_tile", x, dy, d_kernel)
    if d_bias is not None:
        emit_bias_gradient(context, dy, d_bias)


def emit_bias_gradient(context: EmitContext, dy: View, d_bias: View) -> None:
    """The sum of all rows of dy."""
    if context.division is Division.EXAMPLES:
        context.backward("bias_gradient", dy, d_bias)
    else:
        context.tiles(Phase.BACKWARD, "bias_gradient_tile", dy, d_bias)


def emit_input_gradient(context: EmitContext, dy: View, kernel: View, dx: View) -> None:
    """dx = dy kernel'."""
    if context.division is Division.TILES:
        context.tiles(Phase.BACKWARD, "dense_input_gradient_tile", dy, kernel, dx)
    else:
        context.backward("dense_input_gradient", dy, kernel, dx)


class Dense(ActivatedLayer, frozen=True, tag="dense"):
    """y = x kernel + bias, over the last dimension; ``units`` of a closing one may be left out."""

    formula = "y = x · W + b"
    backward_formula = "dW = xᵀ · dy   db = sum of dy   dx = dy · Wᵀ"
    reference = staticmethod(dense)
    divisions = tuple(Division)

    units: Count | None = None
    use_bias: bool = True
    kernel_initializer: Initializer = "glorot_uniform"

    def output_shape(self, shape: Shape) -> Shape:
        if not shape:
            raise ShapeError("needs at least one dimension")
        if self.units is None:
            raise ShapeError("needs 'units': only the last dense layer takes them from the data")
        return (*shape[:-1], self.units)

    def parameters(self, shape: Shape) -> tuple[Parameter, ...]:
        units = self.output_shape(shape)[-1]
        kernel = Parameter("kernel", (shape[-1], units), self.kernel_initializer)
        return (kernel, Parameter("bias", (units,), "zeros")) if self.use_bias else (kernel,)

    def flops(self, shape: Shape) -> int:
        return 2 * prod(shape) * self.output_shape(shape)[-1]

    def emit(self, context: EmitContext) -> None:
        x, y, kernel = context.x.rows, context.y.rows, context.parameters["kernel"]
        bias = context.parameters.get("bias") or context.zeros(y.shape[-1])
        emit_product(context, x, kernel, bias, y)
        if context.dy is None:
            return
        dy, dx = context.dy.rows, context.dx.rows if context.dx is not None else None
        d_bias = context.gradients["bias"] if self.use_bias else None
        emit_product_gradients(context, x, dy, context.gradients["kernel"], d_bias)
        if dx is not None:
            emit_input_gradient(context, dy, kernel, dx)
