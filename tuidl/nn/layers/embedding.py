"""Numbers of words to vectors."""

from typing import Annotated, ClassVar

from msgspec import Meta

from tuidl.ir.builder import Scope
from tuidl.nn.initializer_names import Initializer
from tuidl.nn.layers.base import Parameter, Shape, WeightedLayer

Vocabulary = Annotated[int, Meta(ge=1, le=10_000_000)]
Width = Annotated[int, Meta(ge=1, le=65_536)]


class Embedding(WeightedLayer, frozen=True, kw_only=True, tag="embedding"):
    """A learned vector of ``output_dim`` numbers for each whole number from 0 to below
    ``input_dim``; any other number in the input turns into NaN, which ends the training."""

    input_dim: Vocabulary
    output_dim: Width
    embeddings_initializer: Initializer = "uniform"

    penalized: ClassVar[tuple[str, ...]] = ("embeddings",)

    def output_shape(self, shape: Shape) -> Shape:
        return (*shape, self.output_dim)

    def parameters(self, shape: Shape) -> tuple[Parameter, ...]:
        size = (self.input_dim, self.output_dim)
        return (Parameter("embeddings", size, self.embeddings_initializer),)

    def emit(self, scope: Scope) -> None:
        x, table = scope.x.flat, scope.parameters["embeddings"]
        scope.forward("embedding", x, table, scope.y.rows)
        if scope.dy is not None:
            scope.backward("embedding_gradient", x, scope.dy.rows, scope.gradients["embeddings"])
            if scope.dx is not None:  # between whole numbers nothing changes
                scope.backward("clear", scope.dx.flat)
