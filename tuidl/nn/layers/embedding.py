"""Numbers of words to vectors."""

from typing import Annotated, ClassVar

from msgspec import Meta

from tuidl.core.lazy import np
from tuidl.ir.instructions import Division, EmitContext, Phase
from tuidl.nn.initializer_names import Initializer
from tuidl.nn.layers.base import Parameter, PenaltyStrength, Shape, ShapeError, WeightedLayer
from tuidl.nn.regularizers import Regularizer

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
    ``input_dim`` may be left out where the data is text, whose vocabulary says it, or has a column
    of ids. ``unknown``: the last row, that of ids which training does not see, begins as zeros; so
    it is with a column of ids. ``activity_l2``: the loss grows by so much times the mean over the
    examples of the sum of squares of what was read, so that rows are held down as often as they
    are read; ``l2`` holds down all rows in every step."""

    formula = "y = row x of the table"
    backward_formula = "dy is added to row x of the table"
    reference = staticmethod(embedding)

    input_dim: Vocabulary | None = None
    output_dim: Width
    embeddings_initializer: Initializer = "uniform"
    unknown: bool = False
    activity_l2: PenaltyStrength = 0.0

    penalized: ClassVar[tuple[str, ...]] = ("embeddings",)
    divisions = (Division.EXAMPLES, Division.GRADIENTS)
    reads_rows = True

    @property
    def words(self) -> int:
        """Rows of the table."""
        return self.input_dim or 0

    def output_shape(self, shape: Shape) -> Shape:
        if self.input_dim is None:
            raise ShapeError("input_dim: missing: only text and columns of ids say it")
        return (*shape, self.output_dim)

    def parameters(self, shape: Shape) -> tuple[Parameter, ...]:
        size = (self.words, self.output_dim)
        name, start = "embeddings", self.embeddings_initializer
        return (Parameter(name, size, start, zero_rows=int(self.unknown)),)

    def output_penalty(self) -> Regularizer | None:
        return Regularizer(0.0, self.activity_l2) if self.activity_l2 else None

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
