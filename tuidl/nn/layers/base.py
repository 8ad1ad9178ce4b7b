"""What every layer is: a table of a preset that knows its shapes, parameters and instructions."""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta

from tuidl.core.config import Config
from tuidl.ir.instructions import Division, EmitContext
from tuidl.nn.initializer_names import Start
from tuidl.nn.regularizers import Regularizer

Shape = tuple[int, ...]
LayerName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}\Z")]
ActivationName = Literal[
    "linear",
    "relu",
    "leaky_relu",
    "elu",
    "gelu",
    "gelu_tanh",
    "swish",
    "sigmoid",
    "tanh",
    "softmax",
]


PenaltyStrength = Annotated[float, Meta(ge=0, le=1e6)]


class ShapeError(ValueError):
    """Says why a layer cannot take its input."""


class TargetKindError(ShapeError):
    """A loss for targets of the other kind: classes or numbers. ``fitting``: the task it is for."""

    def __init__(self, problem: str, fitting: str) -> None:
        self.fitting = fitting
        super().__init__(problem)


@dataclass(frozen=True)
class Parameter:
    """An array that is learned: ``kernel``, ``bias``; float32 in training.

    ``trainable``: False for what the layer keeps up to date by itself, such as moving averages, and
    for what is ``frozen``: it would be learned, but the preset wants it to stay as it is.
    ``zero_rows``: how many of the last rows begin as zeros.
    """

    name: str
    shape: Shape
    initializer: Start
    trainable: bool = True
    frozen: bool = False
    zero_rows: int = 0

    @property
    def size(self) -> int:
        return prod(self.shape)


class Layer(Config, frozen=True, tag_field="type"):
    """Base of all layers. Shapes are of one example: the batch's dimension is left out.

    ``inputs``: names of earlier layers, or ``input`` for the examples; by default the layer before.
    ``enabled``: False passes the (first) input on, as if the layer were not there.
    """

    name: LayerName | None = None
    inputs: Annotated[tuple[LayerName, ...], Meta(min_length=1, max_length=64)] | None = None
    enabled: bool = True

    divisions: ClassVar[tuple[Division, ...]] = (Division.EXAMPLES,)
    """How lanes may share out its products."""
    reads_rows: ClassVar[bool] = False
    """Whether an example reads only some rows of its weights, so that few have a gradient."""
    reshapes_only: ClassVar[bool] = False
    """Whether the output is the input's memory in another shape."""
    formula: ClassVar[str] = ""
    """What the layer computes, in a line of plain text."""
    backward_formula: ClassVar[str] = ""
    """What it makes of dy, short for d loss / d y."""
    ports: ClassVar[tuple[str, ...]] = ("x",)
    """Names under which its parts read its inputs, if it has parts."""
    reference: ClassVar[Callable[..., Any] | None] = None
    """The layer in plain NumPy: y of x and, by their names, of parameters and fields. Exported
    programs hold its text, and it defines the kernel ``forward_kernel``."""
    forward_kernel: ClassVar[str] = ""
    """The kernel that computes the same; where empty, the one that is called as the layer is."""

    def output_shape(self, shape: Shape) -> Shape:
        """The shape that an input of ``shape`` turns into. Raises ShapeError."""
        return shape

    def merged_shape(self, shapes: tuple[Shape, ...]) -> Shape:
        """The same for all inputs together; only merging layers take more than one."""
        if len(shapes) != 1:
            raise ShapeError(f"takes one input, got {len(shapes)}; 'add' and 'concatenate' merge")
        return self.output_shape(shapes[0])

    def parameters(self, shape: Shape) -> tuple[Parameter, ...]:
        """What the layer learns for inputs of ``shape``."""
        return ()

    def merged_parameters(self, shapes: tuple[Shape, ...]) -> tuple[Parameter, ...]:
        """The same for all inputs together."""
        return self.parameters(shapes[0])

    def other_inputs(self) -> dict[str, LayerName]:
        """Names of earlier layers that it reads besides ``inputs``, by the key that names each;
        their shapes and values follow those of ``inputs``."""
        return {}

    def parts(self, shapes: tuple[Shape, ...]) -> tuple["Layer", ...]:
        """The layers that this one stands for, all named, the last of which gives the output.

        They read each other and, by ``ports``, the inputs; what ``other_inputs`` are, by its keys.
        """
        return ()

    def borrows(self) -> tuple[str, LayerName] | None:
        """The key and the name of an earlier layer, where it has that one's parameters."""
        return None

    def borrowing_shape(
        self, shapes: tuple[Shape, ...], name: str, lender: "Layer", table: tuple[Parameter, ...]
    ) -> Shape:
        """``merged_shape`` with the parameters ``table`` of the layer ``lender``, which is called
        ``name``. Raises ShapeError."""
        raise NotImplementedError

    def penalties(self) -> dict[str, Regularizer]:
        """The parameters that a penalty is put on, and how strong it is."""
        return {}

    def output_penalty(self) -> Regularizer | None:
        """What is put on the layer's output: the mean over the examples of its penalty."""
        return None

    def divisions_for(self, shape: Shape) -> tuple[Division, ...]:
        """How lanes may share out its products for (first) inputs of ``shape``."""
        return self.divisions

    def readings(self, shape: Shape) -> int:
        """How often the weights are read, one time after the other, in a pass over examples."""
        return 1

    def steps(self, shape: Shape) -> tuple[int, int]:
        """How many products in a pass wait for the one before, and operations of an example in
        each of them."""
        return 1, self.flops(shape)

    def flops(self, shape: Shape) -> int:
        """Floating-point operations of the forward pass for one example (a multiply-add is 2)."""
        return 0

    def merged_flops(self, shapes: tuple[Shape, ...], parameters: tuple[Parameter, ...]) -> int:
        """The same for all inputs together, of a layer with these parameters."""
        return self.flops(shapes[0])

    def emit(self, context: EmitContext) -> None:
        """Write the layer's forward and backward instructions."""


class WeightedLayer(Layer, frozen=True):
    """A layer with weights that ``l1`` and ``l2`` may hold down; biases are left alone."""

    l1: PenaltyStrength = 0.0
    l2: PenaltyStrength = 0.0

    penalized: ClassVar[tuple[str, ...]] = ("kernel",)

    def penalties(self) -> dict[str, Regularizer]:
        if not (self.l1 or self.l2):
            return {}
        return dict.fromkeys(self.penalized, Regularizer(self.l1, self.l2))


class ActivatedLayer(WeightedLayer, frozen=True):
    """A layer that may end in an activation function."""

    activation: ActivationName = "linear"


def require_rank(shape: Shape, rank: int, needs: str, hint: str = "") -> None:
    """Raises ShapeError unless ``shape`` has ``rank`` dimensions."""
    if len(shape) != rank:
        raise ShapeError(f"needs {needs}, got {describe(shape)}{'; ' + hint if hint else ''}")


def describe(shape: Shape) -> str:
    """``8 x 8 x 1``; what shapes look like in messages and tables."""
    return " x ".join(map(str, shape)) if shape else "a single number"
