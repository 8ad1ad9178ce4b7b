"""The fully connected layer."""

from math import prod

from tuidl.core.config import Count
from tuidl.ir.instructions import EmitContext
from tuidl.nn.initializer_names import Initializer
from tuidl.nn.layers.base import ActivatedLayer, Parameter, Shape, ShapeError


def dense(x, kernel, bias=0):
    return x @ kernel + bias


class Dense(ActivatedLayer, frozen=True, tag="dense"):
    """y = x kernel + bias, over the last dimension; ``units`` of a closing one may be left out."""

    formula = "y = x · W + b"
    backward_formula = "dW = xᵀ · dy   db = sum of dy   dx = dy · Wᵀ"
    reference = staticmethod(dense)

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
        context.forward("dense", x, kernel, bias, y)
        if context.dy is None:
            return
        dy = context.dy.rows
        context.backward("dense_weight_gradient", x, dy, context.gradients["kernel"])
        if self.use_bias:
            context.backward("bias_gradient", dy, context.gradients["bias"])
        if context.dx is not None:
            context.backward("dense_input_gradient", dy, kernel, context.dx.rows)
