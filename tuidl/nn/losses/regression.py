"""Losses that compare numbers with numbers."""

from typing import Annotated, ClassVar

from msgspec import Meta

from tuidl.data.spec import ExampleSpec
from tuidl.ir.buffers import Symbol, View, by_example
from tuidl.ir.instructions import Options
from tuidl.nn.losses.base import Loss, LossContext, Reduction


class Compared(Loss, frozen=True):
    """Base of the losses that hold numbers against numbers, by a kernel."""

    kernel: ClassVar[str]

    def options(self) -> dict[str, float]:
        return {}

    def emit_mean(self, context: LossContext, spec: ExampleSpec) -> None:
        operands = map(by_example, (context.prediction, context.target, context.d_prediction))
        options: Options = {"batch": Symbol.BATCH, **self.options()}
        context.write(self.kernel, *operands, context.statistics, **options)

    def emit_rows(self, context: LossContext, spec: ExampleSpec, losses: View) -> None:
        prediction, d = context.prediction.rows, context.d_prediction.rows
        target = context.target.reshape(*prediction.shape)
        context.write(f"{self.kernel}_rows", prediction, target, d, losses, **self.options())


class Regression(Compared, frozen=True):
    """Base of those whose outputs count each by itself.

    ``reduction``: the "mean" over the outputs of an example, or their "sum".
    """

    reduction: Reduction = "mean"


class MeanSquaredError(Regression, frozen=True, tag="mse"):
    """The mean of (prediction - target)**2."""

    kernel: ClassVar[str] = "mean_squared_error"


class MeanAbsoluteError(Regression, frozen=True, tag="mae"):
    """The mean of abs(prediction - target): an outlier pulls no harder than its neighbours."""

    kernel: ClassVar[str] = "mean_absolute_error"


class Huber(Regression, frozen=True, tag="huber"):
    """Half the squared error up to ``delta``, a straight line beyond (Huber, 1964)."""

    kernel: ClassVar[str] = "huber"
    delta: Annotated[float, Meta(gt=0, le=1e6)] = 1.0

    def options(self) -> dict[str, float]:
        return {"delta": self.delta}
