"""Scores of words by the table that their vectors come from."""

from math import prod

from tuidl.ir.instructions import EmitContext
from tuidl.nn.layers.base import Layer, LayerName, Parameter, Shape, ShapeError, describe
from tuidl.nn.layers.embedding import Embedding


def tied_dense(x, embeddings):
    return x @ embeddings.T


class TiedDense(Layer, frozen=True, kw_only=True, tag="tied_dense"):
    """y = x table', with the table of the embedding that ``to`` names: a score for each of its
    rows (Press and Wolf, 2017). It has no parameters of its own."""

    formula = "y = x · Tᵀ, with the table T of an embedding"
    backward_formula = "dT = dyᵀ · x, added to the embedding's   dx = dy · T"
    reference = staticmethod(tied_dense)

    to: LayerName

    def borrows(self) -> tuple[str, LayerName]:
        return "to", self.to

    def borrowing_shape(
        self, shapes: tuple[Shape, ...], name: str, lender: Layer, table: tuple[Parameter, ...]
    ) -> Shape:
        if not isinstance(lender, Embedding):
            raise ShapeError(f"to: {name!r} is no embedding, and has no table of words")
        if len(shapes) != 1:
            raise ShapeError(f"takes one input, got {len(shapes)}")
        words, width = table[0].shape
        if shapes[0][-1:] != (width,):
            got = describe(shapes[0])
            raise ShapeError(f"needs {width} features, as wide as {name!r} is, got {got}")
        return (*shapes[0][:-1], words)

    def merged_flops(self, shapes: tuple[Shape, ...], parameters: tuple[Parameter, ...]) -> int:
        return 2 * prod(shapes[0]) * parameters[0].shape[0]

    def emit(self, context: EmitContext) -> None:
        x, y, table = context.x.rows, context.y.rows, context.parameters["embeddings"]
        context.forward("dense_input_gradient", x, table, y)
        if context.dy is None:
            return
        dy = context.dy.rows
        context.backward("dense_weight_gradient", dy, x, context.gradients["embeddings"])
        if context.dx is not None:
            context.backward("dense", dy, table, context.zeros(x.shape[-1]), context.dx.rows)
