"""Cross-entropies: losses of classes, labels and shares of classes."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from tuidl.core.config import Fraction
from tuidl.core.errors import suggestion
from tuidl.data.spec import ExampleSpec
from tuidl.ir.buffers import Symbol, View, by_example
from tuidl.ir.instructions import Options
from tuidl.nn.layers.base import Shape, ShapeError, TargetKindError
from tuidl.nn.losses.base import Loss, LossContext, Reduction, emit_mean_of_rows

Weight = Annotated[float, Meta(ge=0, le=1e6)]
ClassWeights = Literal["balanced"] | dict[str, Weight]


class Classification(Loss, frozen=True):
    """Base of the cross-entropies, which are computed from logits so that nothing overflows.

    ``from_logits``: unsaid, a closing softmax (sigmoid for two classes) is part of the loss, and a
    network without one is taken to answer with logits. True or False state which one is meant.
    ``label_smoothing``: this share of the target is spread over all classes.
    ``class_weights``: how much an example of each class counts, 1 where a name is missing;
    "balanced" for n / (k * count), counted in the training part.
    """

    from_logits: bool | None = None
    label_smoothing: Fraction = 0.0
    class_weights: ClassWeights | None = None

    def classifies(self, spec: ExampleSpec) -> bool:
        return True

    def check_weights(self, spec: ExampleSpec) -> None:
        weights = self.class_weights
        if weights is None:
            return
        if not spec.classes:
            raise ShapeError("the targets are numbers or shares, not classes")
        if not isinstance(weights, Mapping):
            return
        for name in weights:
            if name not in spec.classes:
                raise ShapeError(f"no class {name!r}{suggestion(name, spec.classes[:50])}")
        if not any(weights.get(name, 1.0) for name in spec.classes):
            raise ShapeError("no class counts: all weights are 0")

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
            problem = "compares classes, but the targets are numbers; use 'mse'"
            raise TargetKindError(problem, fitting="classification")
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
    target_range: ClassVar[tuple[float, float] | None] = (0.0, 1.0)

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
    yes-or-no targets side by side: the "mean" over them, or as ``reduction`` their "sum"."""

    reduction: Reduction = "mean"

    closing_activation: ClassVar[str] = "sigmoid"
    target_range: ClassVar[tuple[float, float] | None] = (0.0, 1.0)

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
