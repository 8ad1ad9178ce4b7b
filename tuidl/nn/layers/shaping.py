"""Layers that only say or change a shape; they cost nothing."""

from math import prod
from typing import Annotated, ClassVar

from msgspec import Meta

from tuidl.core.config import Count
from tuidl.nn.layers.base import Layer, Shape, ShapeError, describe

Lengths = Annotated[tuple[Count, ...], Meta(min_length=1, max_length=8)]


class Input(Layer, frozen=True, kw_only=True, tag="input"):
    """States the shape of the examples, so that a preset says by itself what it is made for."""

    formula = "the same numbers, in another shape"
    backward_formula = "the same numbers, in another shape"

    reshapes_only: ClassVar[bool] = True
    shape: Lengths

    def output_shape(self, shape: Shape) -> Shape:
        if shape != self.shape:
            raise ShapeError(
                f"is made for examples of {describe(self.shape)}, got {describe(shape)}"
            )
        return shape


class Reshape(Layer, frozen=True, kw_only=True, tag="reshape"):
    """The same numbers in another shape."""

    formula = "the same numbers, in another shape"
    backward_formula = "the same numbers, in another shape"

    reshapes_only: ClassVar[bool] = True
    shape: Lengths

    def output_shape(self, shape: Shape) -> Shape:
        if prod(shape) != prod(self.shape):
            raise ShapeError(
                f"cannot turn {describe(shape)} ({prod(shape)} numbers) "
                f"into {describe(self.shape)} ({prod(self.shape)})"
            )
        return self.shape


class Flatten(Layer, frozen=True, tag="flatten"):
    """All numbers in one row, as dense layers want them."""

    formula = "the same numbers, in another shape"
    backward_formula = "the same numbers, in another shape"

    reshapes_only: ClassVar[bool] = True

    def output_shape(self, shape: Shape) -> Shape:
        return (prod(shape),)
