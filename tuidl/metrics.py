"""What is reported beside the loss: sums made by kernels, turned into one number at the end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from tuidl.tape import Instruction, Phase, Tape, View

MetricName = Literal["accuracy", "mae", "r2"]


@dataclass(frozen=True)
class Metric:
    """``slots`` sums over the examples, and ``finish(sums, examples, spread)`` to read them.

    ``spread``: the targets' squared distances from their mean, summed; it needs no model.
    """

    name: str
    kernel: str
    slots: int
    of_classes: bool
    finish: Callable[[Sequence[float], int, float], float]

    def emit(self, tape: Tape, prediction: View, target: View, statistics: View) -> None:
        """Write the instruction that fills ``statistics`` (``slots`` numbers)."""
        seen = target.flat if self.of_classes else target.rows
        operands = (prediction.rows, seen, statistics)
        tape.write(Instruction(self.kernel, operands, {}, self.name, Phase.METRIC))


def _r2(sums: Sequence[float], examples: int, spread: float) -> float:
    """1 - squared error / spread: 1 is perfect, 0 is no better than always saying the mean."""
    return 1.0 - sums[0] / spread if spread > 0 else float("nan")


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("accuracy", "count_correct", 1, True, lambda sums, n, _: sums[0] / n),
        Metric("mae", "sum_absolute_error", 1, False, lambda sums, n, _: sums[0] / n),
        Metric("r2", "sum_squared_error", 1, False, _r2),
    )
}
"""Every metric by its name in a preset."""
