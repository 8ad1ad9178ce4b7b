"""Losses that group examples: of their squared distances to centres, without any target."""

from typing import ClassVar

from tuidl.data.spec import ExampleSpec
from tuidl.ir.buffers import Symbol
from tuidl.nn.layers.base import Shape, ShapeError, describe
from tuidl.nn.losses.base import Loss, LossContext


class ClusteringLoss(Loss, frozen=True):
    """Base of these: outputs are squared distances, those of the layer ``centers``."""

    needs_target: ClassVar[bool] = False
    groups: ClassVar[bool] = True

    def check(self, shape: Shape, spec: ExampleSpec) -> None:
        if len(shape) != 1:
            problem = "needs a row of squared distances, as the layer 'centers' gives them"
            raise ShapeError(f"{problem}; got {describe(shape)}")


class KMeans(ClusteringLoss, frozen=True, tag="k_means"):
    """The squared distance to the nearest centre (Lloyd, 1982): the inertia of an example."""

    def emit_mean(self, context: LossContext, spec: ExampleSpec) -> None:
        x, d = context.prediction.rows, context.d_prediction.rows
        context.write("nearest_center", x, d, context.statistics, batch=Symbol.BATCH)
