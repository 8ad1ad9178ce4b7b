"""What training makes small."""

from dataclasses import dataclass
from typing import Any, ClassVar

from tuidl.config import Config, by_kind
from tuidl.data.dataset import ExampleSpec
from tuidl.layers.base import Shape, ShapeError, describe
from tuidl.tape import Instruction, Symbol, Tape, View


@dataclass(frozen=True)
class LossScope:
    """Where a loss reads and writes. ``d_prediction`` is written at inference too."""

    tape: Tape
    prediction: View
    target: View
    d_prediction: View
    statistics: View


class Loss(Config, frozen=True, tag_field="type"):
    """Base of all losses: a mean over the examples of a batch."""

    kernel: ClassVar[str] = ""
    of_classes: ClassVar[bool] = False
    """Whether the targets are numbers of classes rather than values."""
    takes_logits: ClassVar[bool] = False
    """Whether a softmax that ends the network is part of this loss."""

    def check(self, shape: Shape, spec: ExampleSpec) -> None:
        """Raises ShapeError where outputs of ``shape`` cannot be held against the targets."""
        if self.of_classes and not spec.classes:
            raise ShapeError("compares classes, but the targets are numbers; use 'mse'")
        if spec.classes and not self.of_classes:
            raise ShapeError("compares numbers, but the targets are classes; use 'cross_entropy'")
        if shape != (spec.outputs,):
            hint = "; is a 'flatten' layer missing?" if len(shape) > 1 else ""
            wanted = f"{spec.outputs} {'scores, one a class' if spec.classes else 'values'}"
            raise ShapeError(f"needs {wanted}; the network ends in {describe(shape)}{hint}")

    def emit(self, scope: LossScope) -> None:
        """Write the loss and its gradient."""
        target = scope.target.flat if self.of_classes else scope.target.rows
        operands = (scope.prediction.rows, target, scope.d_prediction.rows, scope.statistics)
        options: dict[str, int | float | Symbol] = {"batch": Symbol.BATCH}
        scope.tape.write(Instruction(self.kernel, operands, options, "loss"))


class MeanSquaredError(Loss, frozen=True, tag="mse"):
    """The mean of (prediction - target)**2."""

    kernel: ClassVar[str] = "mean_squared_error"


class CrossEntropy(Loss, frozen=True, tag="cross_entropy"):
    """-log of the probability given to the right class, from logits or a closing softmax."""

    kernel: ClassVar[str] = "softmax_cross_entropy"
    of_classes: ClassVar[bool] = True
    takes_logits: ClassVar[bool] = True


LOSSES: dict[str, type[Any]] = by_kind([MeanSquaredError, CrossEntropy])
"""Every loss by the ``type`` that names it in a preset."""
