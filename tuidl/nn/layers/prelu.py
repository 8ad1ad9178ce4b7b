"""The rectifier whose slope below 0 is learned (He et al., 2015)."""

from math import prod

from tuidl.core.lazy import np
from tuidl.ir.instructions import EmitContext
from tuidl.nn.layers.base import Layer, Parameter, Shape


def prelu(x, slope):
    return np.where(x < 0, slope * x, x)


class PReLU(Layer, frozen=True, tag="prelu"):
    """x, but below zero times a slope, one for each channel, that is learned and starts at 0.25."""

    formula = "y = x, slope · x below 0"
    backward_formula = "d slope = sum of dy · x below 0   dx = dy, slope · dy below 0"
    reference = staticmethod(prelu)

    def parameters(self, shape: Shape) -> tuple[Parameter, ...]:
        return (Parameter("slope", (shape[-1],), "quarter"),)

    def flops(self, shape: Shape) -> int:
        return 2 * prod(shape)

    def emit(self, context: EmitContext) -> None:
        slope, x = context.parameters["slope"], context.x.rows
        context.forward("prelu", x, slope, context.y.rows)
        if context.dy is None:
            return
        dy, shares = context.dy.rows, context.buffer("shares", *context.y.shape).rows
        context.backward("prelu_shares", x, dy, shares)
        context.backward("bias_gradient", shares, context.gradients["slope"])
        if context.dx is not None:
            context.backward("prelu_gradient", x, dy, slope, context.dx.rows)
