"""Layers that bring several paths of a network together: skip connections and branches."""

from math import prod
from typing import Annotated

from msgspec import Meta

from tuidl.ir.instructions import EmitContext
from tuidl.nn.layers.base import Layer, LayerName, Shape, ShapeError, describe

Several = Annotated[tuple[LayerName, ...], Meta(min_length=2, max_length=64)]


class Merging(Layer, frozen=True, kw_only=True):
    """Base of both: ``inputs`` names at least two earlier layers."""

    inputs: Several


class Add(Merging, frozen=True, tag="add"):
    """The sum of its inputs: a path round some layers lets the gradient pass unchanged."""

    formula = "y = a + b"
    backward_formula = "da = dy   db = dy"

    def merged_shape(self, shapes: tuple[Shape, ...]) -> Shape:
        if len(set(shapes)) > 1:
            listed = ", ".join(map(describe, shapes))
            raise ShapeError(f"needs inputs of one shape, got {listed}")
        return shapes[0]

    def flops(self, shape: Shape) -> int:
        return (len(self.inputs) - 1) * prod(shape)

    def emit(self, context: EmitContext) -> None:
        first, *others = context.inputs
        context.forward("copy", first.flat, context.y.flat)
        for other in others:
            context.forward("accumulate", other.flat, context.y.flat)
        for d_input in context.d_inputs:
            if context.dy is not None and d_input is not None:
                context.backward("copy", context.dy.flat, d_input.flat)


class Dot(Merging, frozen=True, tag="dot"):
    """The inner product of its two inputs, over the last dimension, which becomes 1."""

    formula = "y = sum of a · b over the features"
    backward_formula = "da = dy · b   db = dy · a"

    def merged_shape(self, shapes: tuple[Shape, ...]) -> Shape:
        if len(shapes) != 2 or shapes[0] != shapes[1]:
            listed = ", ".join(map(describe, shapes))
            raise ShapeError(f"needs two inputs of one shape, got {listed}")
        return (*shapes[0][:-1], 1)

    def flops(self, shape: Shape) -> int:
        return 2 * prod(shape)

    def emit(self, context: EmitContext) -> None:
        a, b = (x.rows for x in context.inputs)
        context.forward("dot", a, b, context.y.flat)
        if context.dy is None:
            return
        for other, d_input in zip((b, a), context.d_inputs, strict=True):
            if d_input is not None:
                context.backward("dot_gradient", other, context.dy.flat, d_input.rows)


class Concatenate(Merging, frozen=True, tag="concatenate"):
    """Its inputs side by side, along the last dimension: features, or channels of images."""

    formula = "y = a and b side by side"
    backward_formula = "each gets its part of dy"

    def merged_shape(self, shapes: tuple[Shape, ...]) -> Shape:
        if len({shape[:-1] for shape in shapes}) > 1:
            listed = ", ".join(map(describe, shapes))
            raise ShapeError(f"needs inputs that differ in the last dimension only, got {listed}")
        return (*shapes[0][:-1], sum(shape[-1] for shape in shapes))

    def emit(self, context: EmitContext) -> None:
        start = 0
        for x, dx, shape in zip(
            context.inputs, context.d_inputs, context.input_shapes, strict=True
        ):
            context.forward("insert_columns", x.rows, context.y.rows, start=start)
            if context.dy is not None and dx is not None:
                context.backward("extract_columns", context.dy.rows, dx.rows, start=start)
            start += shape[-1]
