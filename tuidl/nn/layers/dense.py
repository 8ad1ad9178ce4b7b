"""The fully connected layer."""

from math import prod

from tuidl.core.config import Count
from tuidl.ir.builder import Scope
from tuidl.nn.initializer_names import Initializer
from tuidl.nn.layers.base import ActivatedLayer, Parameter, Shape, ShapeError


class Dense(ActivatedLayer, frozen=True, tag="dense"):
    """y = x kernel + bias, over the last dimension; ``units`` of a closing one may be left out."""

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

    def emit(self, scope: Scope) -> None:
        x, y, kernel = scope.x.rows, scope.y.rows, scope.parameters["kernel"]
        bias = scope.parameters.get("bias") or scope.zeros(y.shape[-1])
        scope.forward("dense", x, kernel, bias, y)
        if scope.dy is None:
            return
        dy = scope.dy.rows
        scope.backward("dense_weight_gradient", x, dy, scope.gradients["kernel"])
        if self.use_bias:
            scope.backward("bias_gradient", dy, scope.gradients["bias"])
        if scope.dx is not None:
            scope.backward("dense_input_gradient", dy, kernel, scope.dx.rows)
