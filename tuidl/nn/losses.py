"""Loss functions."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from msgspec import Meta

from tuidl.core.config import Config, Fraction, by_kind
from tuidl.data.spec import ExampleSpec
from tuidl.ir.buffers import Buffer, Dimension, Region, Symbol, View, by_example, joined
from tuidl.ir.instructions import Instruction, InstructionBuilder, Options, Phase
from tuidl.nn.layers.base import Shape, ShapeError, describe


@dataclass(frozen=True)
class LossContext:
    """Where a loss reads and writes. ``d_prediction`` is written at inference too.

    ``name``: of the loss, for buffers and listings. ``statistics`` (1): the mean over each example,
    summed over the shard's. ``mask`` (examples, rows): weights of the answers; then ``parts`` (2)
    is the weighted sum over the shard's answers, and the sum of their weights.
    """

    builder: InstructionBuilder
    prediction: View
    target: View
    d_prediction: View
    statistics: View
    mask: View | None = None
    parts: View | None = None
    name: str = "loss"
    shards: int = 1

    def write(self, kernel: str, *operands: View, **options: int | float | Symbol) -> None:
        self.builder.write(Instruction(kernel, operands, options, self.name))

    def buffer(self, name: str, *shape: Dimension) -> View:
        """Memory of the shard's own."""
        return Buffer(
            f"{self.name}.{name}" if self.name != "loss" else name, Region.WORKSPACE, shape
        ).view


class Loss(Config, frozen=True, tag_field="type"):
    """Base of all losses: a mean over the examples of a batch, and over the outputs of each."""

    closing_activation: ClassVar[str] = ""
    """The activation that, where it ends the network, is part of this loss."""

    def classifies(self, spec: ExampleSpec) -> bool:
        """Whether the network's answer is one of several classes."""
        return False

    def answer_shape(self, spec: ExampleSpec) -> Shape:
        """The shape that the network must answer with."""
        return spec.answer_shape

    def outputs(self, spec: ExampleSpec) -> int:
        """How many numbers each of the network's answers has."""
        return self.answer_shape(spec)[-1]

    def check(self, shape: Shape, spec: ExampleSpec) -> None:
        """Raises ShapeError where outputs of ``shape`` cannot be held against the targets."""
        if spec.classes and not self.classifies(spec):
            raise ShapeError("compares numbers, but the targets are classes; use 'cross_entropy'")
        self._check_width(shape, spec)

    def _check_width(self, shape: Shape, spec: ExampleSpec) -> None:
        wanted = self.answer_shape(spec)
        if shape != wanted:
            is_flat = len(wanted) == 1 and len(shape) > 1
            hint = "; is a 'flatten' layer missing?" if is_flat else ""
            is_of_classes = spec.classes and wanted[-1] > 1
            what = f"{describe(wanted)} {'scores, one a class' if is_of_classes else 'values'}"
            raise ShapeError(f"needs {what}; the network ends in {describe(shape)}{hint}")

    def check_end(self, is_closed: bool) -> None:
        """Raises ShapeError where the network must (not) end in the closing activation."""

    def emit(self, context: LossContext, spec: ExampleSpec) -> None:
        """Write the loss and its gradient."""
        if context.mask is None:
            self.emit_mean(context, spec)
            return
        d = context.d_prediction.rows
        losses = context.buffer("losses", joined(d.shape[:-1]))
        self.emit_rows(context, spec, losses)
        emit_weighted_mean(context, losses, d)

    def emit_mean(self, context: LossContext, spec: ExampleSpec) -> None:
        """Write the mean over the batch's answers, and its gradient."""
        raise NotImplementedError

    def emit_rows(self, context: LossContext, spec: ExampleSpec, losses: View) -> None:
        """Write the loss of each answer, and its gradient."""
        raise NotImplementedError


def emit_weighted_mean(context: LossContext, losses: View, d: View) -> None:
    """Weigh each answer's loss and gradient: sum of weight * loss / sum of weights, over the batch.

    The sum of weights is known only after all shards have added up theirs.
    """
    assert context.mask is not None
    assert context.parts is not None
    weights = context.mask.flat
    sums = context.builder.shared(f"{context.name}.weights", context.shards).view
    context.write("sum_weights", weights, sums, lane=Symbol.LANE)
    operands = (losses, weights, sums, d, context.statistics, context.parts)
    options: Options = {"batch": Symbol.BATCH}
    context.builder.write(
        Instruction("weigh_rows", operands, options, context.name, Phase.FORWARD, barrier=True)
    )


def emit_mean_of_rows(context: LossContext, spec: ExampleSpec) -> None:
    """Turn sums over an example's rows into their mean, in a loss that knows one row an example."""
    if spec.rows > 1:
        context.write("scale", context.statistics, factor=1.0 / spec.rows)
        context.write("scale", context.d_prediction.flat, factor=1.0 / spec.rows)


class Regression(Loss, frozen=True):
    """Base of the losses that hold numbers against numbers."""

    kernel: ClassVar[str]

    def options(self) -> dict[str, float]:
        return {}

    def emit_mean(self, context: LossContext, spec: ExampleSpec) -> None:
        operands = map(by_example, (context.prediction, context.target, context.d_prediction))
        options: Options = {"batch": Symbol.BATCH, **self.options()}
        context.write(self.kernel, *operands, context.statistics, **options)

    def emit_rows(self, context: LossContext, spec: ExampleSpec, losses: View) -> None:
        prediction, d = context.prediction.rows, context.d_prediction.rows
        target = context.target.reshape(*prediction.shape)
        context.write(f"{self.kernel}_rows", prediction, target, d, losses, **self.options())


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

    def emit_mean(self, context: LossContext, spec: ExampleSpec) -> None:
        if self.label_smoothing:
            _emit_with_shares(context, spec, self.label_smoothing)
            return
        operands = (context.prediction.rows, context.target.flat, context.d_prediction.rows)
        context.write("softmax_cross_entropy", *operands, context.statistics, batch=Symbol.BATCH)
        emit_mean_of_rows(context, spec)

    def emit_rows(self, context: LossContext, spec: ExampleSpec, losses: View) -> None:
        _emit_rows_with_shares(context, spec, self.label_smoothing, losses)


class CategoricalCrossEntropy(Classification, frozen=True, tag="categorical_cross_entropy"):
    """-sum of target * log probability, on one-hot targets: labels are turned into such."""

    closing_activation: ClassVar[str] = "softmax"

    def check(self, shape: Shape, spec: ExampleSpec) -> None:
        if self.outputs(spec) < 2:
            raise ShapeError("needs a target of one number for each class; use 'mse' for numbers")
        self._check_width(shape, spec)

    def emit_mean(self, context: LossContext, spec: ExampleSpec) -> None:
        _emit_with_shares(context, spec, self.label_smoothing)

    def emit_rows(self, context: LossContext, spec: ExampleSpec, losses: View) -> None:
        _emit_rows_with_shares(context, spec, self.label_smoothing, losses)


class BinaryCrossEntropy(Classification, frozen=True, tag="binary_cross_entropy"):
    """-log of the probability given to what is true; one output for two classes, or several
    yes-or-no targets side by side."""

    closing_activation: ClassVar[str] = "sigmoid"

    def classifies(self, spec: ExampleSpec) -> bool:
        return bool(spec.classes)

    def answer_shape(self, spec: ExampleSpec) -> Shape:
        return (*(spec.target_shape or ()), 1) if spec.classes else spec.answer_shape

    def check(self, shape: Shape, spec: ExampleSpec) -> None:
        if spec.classes and len(spec.classes) != 2:
            problem = f"is for two classes, the data has {len(spec.classes)}; use 'cross_entropy'"
            raise ShapeError(problem)
        self._check_width(shape, spec)

    def emit_mean(self, context: LossContext, spec: ExampleSpec) -> None:
        operands = map(by_example, (context.prediction, context.target, context.d_prediction))
        options: Options = {"smoothing": self.label_smoothing, "batch": Symbol.BATCH}
        context.write("binary_cross_entropy", *operands, context.statistics, **options)

    def emit_rows(self, context: LossContext, spec: ExampleSpec, losses: View) -> None:
        prediction, d = context.prediction.rows, context.d_prediction.rows
        target = context.target.reshape(*prediction.shape)
        options: Options = {"smoothing": self.label_smoothing}
        context.write("binary_cross_entropy_rows", prediction, target, d, losses, **options)


def _emit_with_shares(context: LossContext, spec: ExampleSpec, smoothing: float) -> None:
    """Cross-entropy with a target share for each class."""
    shares = _emit_shares(context, spec, smoothing)
    operands = (context.prediction.rows, shares, context.d_prediction.rows, context.statistics)
    context.write("categorical_cross_entropy", *operands, batch=Symbol.BATCH)
    emit_mean_of_rows(context, spec)


def _emit_rows_with_shares(
    context: LossContext, spec: ExampleSpec, smoothing: float, losses: View
) -> None:
    shares = _emit_shares(context, spec, smoothing)
    operands = (context.prediction.rows, shares, context.d_prediction.rows, losses)
    context.write("categorical_cross_entropy_rows", *operands)


def _emit_shares(context: LossContext, spec: ExampleSpec, smoothing: float) -> View:
    """A target share for each class, made from labels where those are given: (answers, classes)."""
    given = context.target.reshape(*context.prediction.rows.shape) if not spec.classes else None
    if given is not None and not smoothing:
        return given
    shares = context.buffer("target_shares", *context.prediction.rows.shape)
    if given is None:
        context.write("one_hot", context.target.flat, shares, smoothing=smoothing)
    else:
        context.write("smooth_targets", given, shares, smoothing=smoothing)
    return shares


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
