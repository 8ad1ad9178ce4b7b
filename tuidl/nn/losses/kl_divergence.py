"""How far a normal distribution is from the standard one."""

from typing import ClassVar

from tuidl.data.spec import ExampleSpec
from tuidl.ir.buffers import Symbol, by_example
from tuidl.nn.layers.base import Shape, ShapeError, describe
from tuidl.nn.losses.base import Loss, LossContext


class KlDivergence(Loss, frozen=True, tag="kl_divergence"):
    """KL divergence of normal distributions from N(0, 1), summed over an example's numbers, in
    nats. Takes no target: the outputs are k means and, behind them, the k logarithms of variances.
    """

    needs_target: ClassVar[bool] = False

    def check(self, shape: Shape, spec: ExampleSpec) -> None:
        if len(shape) != 1 or shape[0] % 2:
            problem = "needs k means and, behind them, k logarithms of variances in one row"
            raise ShapeError(f"{problem}: an even number of values, got {describe(shape)}")

    def emit_mean(self, context: LossContext, spec: ExampleSpec) -> None:
        x, d = by_example(context.prediction), by_example(context.d_prediction)
        context.write("normal_kl_divergence", x, d, context.statistics, batch=Symbol.BATCH)
