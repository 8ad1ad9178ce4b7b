"""Numbers of words to vectors."""

from typing import Annotated, ClassVar

from msgspec import Meta

from tuidl.core.lazy import np
from tuidl.ir.instructions import Division, EmitContext, Phase
from tuidl.nn.initializer_names import Initializer
from tuidl.nn.layers.base import Parameter, Shape, ShapeError, WeightedLayer

Vocabulary = Annotated[int, Meta(ge=1, le=10_000_000)]
Width = Annotated[int, Meta(ge=1, le=65_536)]


def embedding(x, embeddings):
    """The table's row for each number; a number that has none is an error."""
    numbers = np.floor(x + 0.5).astype(int)
    if numbers.size and numbers.min() < 0:
        raise IndexError("a negative number has no row in the embedding")
    return embeddings[numbers]


class Embedding(WeightedLayer, frozen=True, kw_only=True, tag="embedding"):
    """A learned vector of ``output_dim`` numbers for each whole number from 0 to below
    ``input_dim``; any other number in the input turns into NaN, which ends the training.
    ``input_dim`` may be left out where the data is text: its vocabulary says it."""

    formula = "y = row x of the table"
    backward_formula = "dy is added to row x of the table"
    reference = staticmethod(embedding)

    input_dim: Vocabulary | None = None
    output_dim: Width
    embeddings_initializer: Initializer = "uniform"

    penalized: ClassVar[tuple[str, ...]] = ("embeddings",)
    divisions = (Division.EXAMPLES, Division.GRADIENTS)
    reads_rows = True

    @property
    def words(self) -> int:
        """Rows of the table."""
        return self.input_dim or 0

    def output_shape(self, shape: Shape) -> Shape:
        if self.input_dim is None:
            raise ShapeError("input_dim: missing: only text has a vocabulary that says it")
        return (*shape, self.output_dim)

    def parameters(self, shape: Shape) -> tuple[Parameter, ...]:
        size = (self.words, self.output_dim)
        return (Parameter("embeddings", size, self.embeddings_initializer),)

    def emit(self, context: EmitContext) -> None:
        x, table = context.x.flat, context.parameters["embeddings"]
        context.forward("embedding", x, table, context.y.rows)
        if context.dy is None:
            return
        if "embeddings" not in context.frozen:
            dy, gradient = context.dy.rows, context.gradients["embeddings"]
            if context.division is Division.EXAMPLES:
                context.backward("embedding_gradient", x, dy, gradient)
            else:
                records = (context.records["lists"], context.records["places"])
                rows = "embedding_gradient_rows"
                context.tiles(Phase.BACKWARD, rows, x, dy, gradient, *records)
        if context.dx is not None:  # between whole numbers nothing changes
            context.backward("clear", context.dx.flat)
