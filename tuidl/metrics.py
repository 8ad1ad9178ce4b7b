"""What is reported beside the loss: sums made by kernels, turned into one number at the end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from tuidl.tape import Instruction, Tape, View

MetricName = Literal["accuracy", "mae", "r2"]


@dataclass(frozen=True)
class Metric:
    """``slots`` sums over the examples, and ``finish(sums, examples, outputs)`` to read them."""

    name: str
    kernel: str
    slots: int
    of_classes: bool
    finish: Callable[[Sequence[float], int, int], float]

    def emit(self, tape: Tape, prediction: View, target: View, statistics: View) -> None:
        """Write the instruction that fills ``statistics`` (``slots`` numbers)."""
        seen = target.flat if self.of_classes else target.rows
        tape.write(Instruction(self.kernel, (prediction.rows, seen, statistics), {}, self.name))


def _r2(sums: Sequence[float], examples: int, outputs: int) -> float:
    """1 - squared error / variance: 1 is perfect, 0 is no better than always saying the mean."""
    error, first, second = sums
    spread = second - first * first / (examples * outputs)
    return 1.0 - error / spread if spread > 0 else float("nan")


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("accuracy", "count_correct", 1, True, lambda sums, n, _: sums[0] / n),
        Metric("mae", "sum_absolute_error", 1, False, lambda sums, n, _: sums[0] / n),
        Metric("r2", "sum_moments", 3, False, _r2),
    )
}
"""Every metric by its name in a preset."""
