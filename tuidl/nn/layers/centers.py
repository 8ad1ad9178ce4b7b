"""Centres of clusters: how far each example is from each of them."""

from math import prod
from typing import Annotated

from msgspec import Meta

from tuidl.core.config import Count
from tuidl.core.lazy import np
from tuidl.ir.instructions import EmitContext
from tuidl.nn.initializer_names import CentersInitializer
from tuidl.nn.layers.base import Layer, Parameter, Shape, require_rank


def squared_distances(x, centers):
    return ((np.expand_dims(x, -2) - centers) ** 2).sum(-1)


class Centers(Layer, frozen=True, kw_only=True, tag="centers"):
    """Squared distances to ``count`` centres, which are learned: what a loss of clusters is of.

    ``k_means_plus_plus`` (Arthur and Vassilvitskii, 2007) draws the centres from what the layer is
    given for the training examples, before the first step. After ``redrawn_after`` epochs, if any,
    they are drawn anew, as layers before it are other ones then: the best of ten k-means.
    """

    formula = "y = |x − c|² for each centre c"
    backward_formula = "dx = sum of 2 · dy · (x − c)   dc = sum of 2 · dy · (c − x)"
    reference = staticmethod(squared_distances)
    forward_kernel = "squared_distances"

    count: Count
    initializer: CentersInitializer = "k_means_plus_plus"
    redrawn_after: Annotated[int, Meta(ge=0, le=1_000_000)] = 0

    def output_shape(self, shape: Shape) -> Shape:
        require_rank(shape, 1, "a row of values", "is a 'flatten' layer missing?")
        return (self.count,)

    def parameters(self, shape: Shape) -> tuple[Parameter, ...]:
        return (Parameter("centers", (self.count, shape[0]), self.initializer),)

    def flops(self, shape: Shape) -> int:
        return 3 * self.count * prod(shape)

    def emit(self, context: EmitContext) -> None:
        x, places = context.x.rows, context.parameters["centers"]
        context.forward("squared_distances", x, places, context.y.rows)
        if context.dy is None:
            return
        dy = context.dy.rows
        context.backward("centers_gradient", x, dy, places, context.gradients["centers"])
        if context.dx is not None:
            context.backward("squared_distances_gradient", x, dy, places, context.dx.rows)
