"""What training makes small."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from msgspec import Meta

from tuidl.core.config import Config, Fraction, by_kind
from tuidl.data.dataset import ExampleSpec
from tuidl.ir.buffers import Batch, Buffer, Region, Symbol, View
from tuidl.ir.instructions import Instruction, InstructionBuilder, Options
from tuidl.nn.layers.base import Shape, ShapeError, describe


@dataclass(frozen=True)
class LossContext:
    """Where a loss reads and writes. ``d_prediction`` is written at inference too."""

    builder: InstructionBuilder
    prediction: View
    target: View
    d_prediction: View
    statistics: View

    def write(self, kernel: str, *operands: View, **options: int | float | Symbol) -> None:
        self.builder.write(Instruction(kernel, operands, options, "loss"))


class Loss(Config, frozen=True, tag_field="type"):
    """Base of all losses: a mean over the examples of a batch, and over the outputs of each."""

    closing_activation: ClassVar[str] = ""
    """The activation that, where it ends the network, is part of this loss."""

    def classifies(self, spec: ExampleSpec) -> bool:
        """Whether the network's answer is one of several classes."""
        return False

    def outputs(self, spec: ExampleSpec) -> int:
        """How many numbers the network must answer with."""
        return spec.outputs

    def check(self, shape: Shape, spec: ExampleSpec) -> None:
        """Raises ShapeError where outputs of ``shape`` cannot be held against the targets."""
        if spec.classes and not self.classifies(spec):
            raise ShapeError("compares numbers, but the targets are classes; use 'cross_entropy'")
        self._check_width(shape, spec)

    def _check_width(self, shape: Shape, spec: ExampleSpec) -> None:
        wanted = self.outputs(spec)
        if shape != (wanted,):
            hint = "; is a 'flatten' layer missing?" if len(shape) > 1 else ""
            what = f"{wanted} {'scores, one a class' if spec.classes and wanted > 1 else 'values'}"
            raise ShapeError(f"needs {what}; the network ends in {describe(shape)}{hint}")

    def check_end(self, is_closed: bool) -> None:
        """Raises ShapeError where the network must (not) end in the closing activation."""

    def emit(self, context: LossContext, spec: ExampleSpec) -> None:
        """Write the loss and its gradient."""
        raise NotImplementedError


class Regression(Loss, frozen=True):
    """Base of the losses that hold numbers against numbers."""

    kernel: ClassVar[str]

    def options(self) -> dict[str, float]:
        return {}

    def emit(self, context: LossContext, spec: ExampleSpec) -> None:
        operands = [context.prediction, context.target, context.d_prediction]
        options: Options = {"batch": Symbol.BATCH, **self.options()}
        context.write(self.kernel, *(view.rows for view in operands), context.statistics, **options)


class MeanSquaredError(Regression, frozen=True, tag="mse"):
    """The mean of (prediction - target)**2."""

    kernel: ClassVar[str] = "mean_squared_error"


class MeanAbsoluteError(Regression, frozen=True, tag="mae"):
    """The mean of abs(prediction - target): an outlier pulls no harder than its neighbours."""

    kernel: ClassVar[str] = "mean_absolute_error"


class Huber(Regression, frozen=True, tag="huber"):
    """Half the squared error up to ``delta``, a straight line beyond (Huber, 1964)."""

    kernel: ClassVar[str] = "huber"
    delta: Annotated[float, Meta(gt=0, le=1e6)] = 1.0

    def options(self) -> dict[str, float]:
        return {"delta": self.delta}


class Classification(Loss, frozen=True):
    """Base of the cross-entropies, which are computed from logits so that nothing overflows.

    ``from_logits``: unsaid, a closing softmax (sigmoid for two classes) is part of the loss, and a
    network without one is taken to answer with logits. True or False state which one is meant.
    ``label_smoothing``: this share of the target is spread over all classes.
    """

    from_logits: bool | None = None
    label_smoothing: Fraction = 0.0

    def classifies(self, spec: ExampleSpec) -> bool:
        return True

    def check_end(self, is_closed: bool) -> None:
        if self.from_logits and is_closed:
            raise ShapeError(
                f"is told to take logits, but the network ends in {self.closing_activation}: "
                "leave one of the two out"
            )
        if self.from_logits is False and not is_closed:
            raise ShapeError(
                f"is told to take probabilities: the network must end in {self.closing_activation}"
            )


class CrossEntropy(Classification, frozen=True, tag="cross_entropy"):
    """-log of the probability given to the right class; Keras calls it sparse categorical."""

    closing_activation: ClassVar[str] = "softmax"

    def check(self, shape: Shape, spec: ExampleSpec) -> None:
        if not spec.classes:
            raise ShapeError("compares classes, but the targets are numbers; use 'mse'")
        self._check_width(shape, spec)

    def emit(self, context: LossContext, spec: ExampleSpec) -> None:
        if self.label_smoothing:
            _emit_with_shares(context, spec, self.label_smoothing)
            return
        operands = (context.prediction.rows, context.target.flat, context.d_prediction.rows)
        context.write("softmax_cross_entropy", *operands, context.statistics, batch=Symbol.BATCH)


class CategoricalCrossEntropy(Classification, frozen=True, tag="categorical_cross_entropy"):
    """-sum of target * log probability, on one-hot targets: labels are turned into such."""

    closing_activation: ClassVar[str] = "softmax"

    def check(self, shape: Shape, spec: ExampleSpec) -> None:
        if self.outputs(spec) < 2:
            raise ShapeError("needs a target of one number for each class; use 'mse' for numbers")
        self._check_width(shape, spec)

    def emit(self, context: LossContext, spec: ExampleSpec) -> None:
        _emit_with_shares(context, spec, self.label_smoothing)


class BinaryCrossEntropy(Classification, frozen=True, tag="binary_cross_entropy"):
    """-log of the probability given to what is true; one output for two classes, or several
    yes-or-no targets side by side."""

    closing_activation: ClassVar[str] = "sigmoid"

    def classifies(self, spec: ExampleSpec) -> bool:
        return bool(spec.classes)

    def outputs(self, spec: ExampleSpec) -> int:
        return 1 if spec.classes else spec.outputs

    def check(self, shape: Shape, spec: ExampleSpec) -> None:
        if spec.classes and len(spec.classes) != 2:
            problem = f"is for two classes, the data has {len(spec.classes)}; use 'cross_entropy'"
            raise ShapeError(problem)
        self._check_width(shape, spec)

    def emit(self, context: LossContext, spec: ExampleSpec) -> None:
        operands = [context.prediction, context.target, context.d_prediction]
        options: Options = {"smoothing": self.label_smoothing, "batch": Symbol.BATCH}
        views = (view.rows for view in operands)
        context.write("binary_cross_entropy", *views, context.statistics, **options)


def _emit_with_shares(context: LossContext, spec: ExampleSpec, smoothing: float) -> None:
    """Cross-entropy with a target share for each class, made from labels where those are given."""
    prediction, shares = context.prediction.rows, context.target.rows
    if spec.classes or smoothing:
        shares = Buffer("target_shares", Region.WORKSPACE, (Batch(), spec.outputs)).view
    if spec.classes:
        context.write("one_hot", context.target.flat, shares, smoothing=smoothing)
    elif smoothing:
        context.write("smooth_targets", context.target.rows, shares, smoothing=smoothing)
    operands = (prediction, shares, context.d_prediction.rows, context.statistics)
    context.write("categorical_cross_entropy", *operands, batch=Symbol.BATCH)


LOSSES: dict[str, type[Any]] = by_kind(
    [
        MeanSquaredError,
        MeanAbsoluteError,
        Huber,
        CrossEntropy,
        CategoricalCrossEntropy,
        BinaryCrossEntropy,
    ]
)
"""Every loss by the ``type`` that names it in a preset."""
