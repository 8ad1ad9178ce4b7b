"""What every layer is: a table of a preset that knows its shapes, parameters and instructions."""

from dataclasses import dataclass
from math import prod
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from tuidl.config import Config
from tuidl.initializers import Start
from tuidl.tape import Scope

Shape = tuple[int, ...]
ActivationName = Literal[
    "linear", "relu", "leaky_relu", "elu", "gelu", "sigmoid", "tanh", "softmax"
]


class ShapeError(ValueError):
    """Says why a layer cannot take its input."""


@dataclass(frozen=True)
class Parameter:
    """An array that is learned: ``kernel``, ``bias``; float32 in training."""

    name: str
    shape: Shape
    initializer: Start

    @property
    def size(self) -> int:
        return prod(self.shape)


class Layer(Config, frozen=True, tag_field="type"):
    """Base of all layers. Shapes are of one example: the batch's dimension is left out."""

    name: Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{1,64}$")] | None = None

    reshapes_only: ClassVar[bool] = False
    """Whether the output is the input's memory in another shape."""

    def output_shape(self, shape: Shape) -> Shape:
        """The shape that an input of ``shape`` turns into. Raises ShapeError."""
        return shape

    def parameters(self, shape: Shape) -> tuple[Parameter, ...]:
        """What the layer learns for inputs of ``shape``."""
        return ()

    def flops(self, shape: Shape) -> int:
        """Floating-point operations of the forward pass for one example (a multiply-add is 2)."""
        return 0

    def emit(self, scope: Scope) -> None:
        """Write the layer's forward and backward instructions."""


class ActivatedLayer(Layer, frozen=True):
    """A layer that may end in an activation function."""

    activation: ActivationName = "linear"


def require_rank(shape: Shape, rank: int, needs: str, hint: str = "") -> None:
    """Raises ShapeError unless ``shape`` has ``rank`` dimensions."""
    if len(shape) != rank:
        raise ShapeError(f"needs {needs}, got {describe(shape)}{'; ' + hint if hint else ''}")


def describe(shape: Shape) -> str:
    """``8 x 8 x 1``; what shapes look like in messages and tables."""
    return " x ".join(map(str, shape)) if shape else "a single number"
