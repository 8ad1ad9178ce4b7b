"""A sample of the normal distribution that a network answers with."""

import zlib
from math import prod

from tuidl.ir.buffers import Symbol
from tuidl.ir.instructions import EmitContext
from tuidl.nn.layers.base import Layer, Shape, ShapeError, describe


class SampleNormal(Layer, frozen=True, kw_only=True, tag="sample_normal"):
    """A number drawn from each of k normal distributions (Kingma and Welling, 2013).

    Inputs of 2 k numbers are the k means and, behind them, the logarithms of the k variances. The
    noise is new in each step and whenever a loss is measured; predictions are the means.
    """

    formula = "y = mean + exp(log variance / 2) · noise"
    backward_formula = "the mean gets dy, log variance dy · noise · exp(log variance / 2) / 2"

    def output_shape(self, shape: Shape) -> Shape:
        if len(shape) != 1 or shape[0] % 2:
            problem = "needs k means and, behind them, k logarithms of variances in one row"
            raise ShapeError(f"{problem}: an even number of values, got {describe(shape)}")
        return (shape[0] // 2,)

    def flops(self, shape: Shape) -> int:
        return 25 * prod(shape)

    def emit(self, context: EmitContext) -> None:
        if not context.draws:
            context.forward("extract_columns", context.x.rows, context.y.rows, start=0)
            return
        options: dict[str, int | float | Symbol] = {
            "source": zlib.crc32(context.node.encode()),
            "first": Symbol.FIRST_EXAMPLE,
        }
        context.forward("sample_normal", context.x.rows, context.y.rows, **options)
        if context.dy is not None and context.dx is not None:
            operands = (context.x.rows, context.dy.rows, context.dx.rows)
            context.backward("sample_normal_gradient", *operands, **options)
