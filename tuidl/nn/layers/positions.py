"""Where in a sequence a step stands, added to what it is: attention itself knows no order. And one
number, such as a step of diffusion, as the same waves."""

from math import prod

from tuidl.core.config import Count, Positive
from tuidl.core.lazy import np
from tuidl.ir.buffers import Batch, View
from tuidl.ir.instructions import EmitContext
from tuidl.nn.initializer_names import Initializer
from tuidl.nn.layers.base import (
    Layer,
    Parameter,
    Shape,
    ShapeError,
    WeightedLayer,
    describe,
    require_rank,
)

SEQUENCE = "a sequence (time, features)"


def position_embedding(x, embeddings):
    return x + embeddings[: x.shape[1]]


def sine_position_encoding(x):
    """Sine and cosine side by side, of waves that are longer from pair to pair of features."""
    steps, width = x.shape[1:]
    features = np.arange(width)
    angles = np.arange(steps)[:, None] / 10000 ** (features // 2 * 2 / width)
    return x + np.where(features % 2, np.cos(angles), np.sin(angles)).astype(x.dtype)


def sine_encoding(x, units, scale=1000.0):
    """Sine and cosine side by side of the number in each row, as above of a place."""
    features = np.arange(units)
    angles = x.astype(np.float64) * (scale / 10000 ** (features // 2 * 2 / units))
    return np.where(features % 2, np.cos(angles), np.sin(angles)).astype(x.dtype)


def _emit_sum(context: EmitContext, positions: View) -> None:
    """y = x + positions, for each example; and dx."""
    width = prod(context.shape)
    x, y = (view.reshape(Batch(), width) for view in (context.x, context.y))
    context.forward("add_to_rows", x, positions, y)
    if context.dy is not None and context.dx is not None:
        context.backward("copy", context.dy.flat, context.dx.flat)


class PositionEmbedding(WeightedLayer, frozen=True, tag="position_embedding"):
    """Adds a learned vector to each step of a sequence, by its place."""

    formula = "y = x + row of the step's place"
    backward_formula = "dx = dy   d table = sum of dy over the examples"
    reference = staticmethod(position_embedding)
    forward_kernel = "add_to_rows"

    embeddings_initializer: Initializer = "uniform"

    penalized = ("embeddings",)

    def output_shape(self, shape: Shape) -> Shape:
        require_rank(shape, 2, SEQUENCE)
        return shape

    def parameters(self, shape: Shape) -> tuple[Parameter, ...]:
        return (Parameter("embeddings", shape, self.embeddings_initializer),)

    def flops(self, shape: Shape) -> int:
        return prod(shape)

    def emit(self, context: EmitContext) -> None:
        _emit_sum(context, context.parameters["embeddings"].flat)
        if context.dy is not None:
            dy = context.dy.reshape(Batch(), prod(context.shape))
            context.backward("bias_gradient", dy, context.gradients["embeddings"].flat)


class SinePositionEncoding(Layer, frozen=True, tag="sine_position_encoding"):
    """Adds sines and cosines of the step's place to each step of a sequence; nothing is learned
    (Vaswani et al., 2017)."""

    formula = "y = x + sin or cos of place / 10000^(feature / width)"
    backward_formula = "dx = dy"
    reference = staticmethod(sine_position_encoding)

    def output_shape(self, shape: Shape) -> Shape:
        require_rank(shape, 2, SEQUENCE)
        return shape

    def flops(self, shape: Shape) -> int:
        return prod(shape)

    def emit(self, context: EmitContext) -> None:
        positions = context.buffer("positions", *context.shape)
        context.forward("sine_positions", positions)
        _emit_sum(context, positions.flat)


class SineEncoding(Layer, frozen=True, kw_only=True, tag="sine_encoding"):
    """One number as sines and cosines of it, ``units`` values that a network tells numbers close to
    each other apart by (Ho et al., 2020). ``scale``: the number is multiplied by it."""

    formula = "y = sin or cos of scale · x / 10000^(feature / units)"
    backward_formula = "dx = sum of dy · the waves' slopes"
    reference = staticmethod(sine_encoding)

    units: Count
    scale: Positive = 1000.0

    def output_shape(self, shape: Shape) -> Shape:
        if prod(shape) != 1:
            raise ShapeError(f"needs one number, got {describe(shape)}")
        return (self.units,)

    def flops(self, shape: Shape) -> int:
        return 20 * self.units

    def emit(self, context: EmitContext) -> None:
        scale = float(self.scale)
        context.forward("sine_encoding", context.x.flat, context.y.rows, scale=scale)
        if context.dy is not None and context.dx is not None:
            operands = (context.x.flat, context.dy.rows, context.dx.flat)
            context.backward("sine_encoding_gradient", *operands, scale=scale)
