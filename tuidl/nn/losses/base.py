"""What every loss is: where it reads and writes, and how means over answers are formed."""

from dataclasses import dataclass
from math import prod
from typing import ClassVar, Literal

from tuidl.core.config import Config
from tuidl.data.spec import ExampleSpec
from tuidl.ir.buffers import Buffer, Dimension, Region, Symbol, View, joined
from tuidl.ir.instructions import Instruction, InstructionBuilder, Options, Phase
from tuidl.nn.layers.base import Shape, ShapeError, TargetKindError, describe

Reduction = Literal["mean", "sum"]
"""Over the outputs of an example; over the examples of a batch it is always the mean."""


@dataclass(frozen=True)
class LossContext:
    """Where a loss reads and writes. ``d_prediction`` is written at inference too.

    ``name``: of the loss, for buffers and listings. ``statistics`` (1): the mean over each example,
    summed over the shard's. ``weights`` (examples, rows): of the answers; then ``parts`` (2) is
    the weighted sum over the shard's answers, and the sum of their weights.
    """

    builder: InstructionBuilder
    prediction: View
    target: View
    d_prediction: View
    statistics: View
    weights: View | None = None
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
    needs_target: ClassVar[bool] = True
    """Whether outputs are held against something; else they alone say how large it is."""
    target_range: ClassVar[tuple[float, float] | None] = None
    """Of targets that are numbers, where the loss is of such in a range alone."""
    groups: ClassVar[bool] = False
    """Whether outputs are squared distances to centres, the nearest of which is an example's."""

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
            problem = "compares numbers, but the targets are classes; use 'cross_entropy'"
            raise TargetKindError(problem, fitting="regression")
        self._check_width(shape, spec)

    def _check_width(self, shape: Shape, spec: ExampleSpec) -> None:
        wanted = self.answer_shape(spec)
        if shape != wanted:
            is_flat = len(wanted) == 1 and len(shape) > 1
            hint = "; is a 'flatten' layer missing?" if is_flat else ""
            is_of_classes = spec.classes and wanted[-1] > 1
            what = f"{describe(wanted)} {'scores, one a class' if is_of_classes else 'values'}"
            raise ShapeError(f"needs {what}; the network ends in {describe(shape)}{hint}")

    def check_weights(self, spec: ExampleSpec) -> None:
        """Raises ShapeError where weights that the loss gives to classes do not fit the targets."""

    @property
    def knows_weights(self) -> bool:
        """Whether single answers of it can be weighed."""
        return type(self).emit_rows is not Loss.emit_rows

    @property
    def sums(self) -> bool:
        """Whether it adds up the outputs of an example, rather than taking their mean."""
        return getattr(self, "reduction", "mean") == "sum"

    def check_end(self, is_closed: bool) -> None:
        """Raises ShapeError where the network must (not) end in the closing activation."""

    def emit(self, context: LossContext, spec: ExampleSpec) -> None:
        """Write the loss and its gradient."""
        if context.weights is None:
            self.emit_mean(context, spec)
        else:
            d = context.d_prediction.rows
            losses = context.buffer("losses", joined(d.shape[:-1]))
            self.emit_rows(context, spec, losses)
            emit_weighted_mean(context, losses, d)
        if self.sums:
            emit_sum(context, prod(self.answer_shape(spec)))

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
    assert context.weights is not None
    assert context.parts is not None
    weights = context.weights.flat
    sums = context.builder.shared(f"{context.name}.weights", context.shards).view
    context.write("sum_weights", weights, sums, lane=Symbol.LANE)
    operands = (losses, weights, sums, d, context.statistics, context.parts)
    options: Options = {"batch": Symbol.BATCH}
    context.builder.write(
        Instruction("weigh_rows", operands, options, context.name, Phase.FORWARD, barrier=True)
    )


def emit_sum(context: LossContext, outputs: int) -> None:
    """Turn the mean over the outputs of an example into their sum."""
    places = [context.statistics, context.d_prediction.flat]
    if context.parts is not None and context.weights is not None:
        places.append(context.parts.part(0, 1))
    for place in places:
        context.write("scale", place, factor=float(outputs))


def emit_mean_of_rows(context: LossContext, spec: ExampleSpec) -> None:
    """Turn sums over an example's rows into their mean, in a loss that knows one row an example."""
    if spec.rows > 1:
        context.write("scale", context.statistics, factor=1.0 / spec.rows)
        context.write("scale", context.d_prediction.flat, factor=1.0 / spec.rows)
