"""Numbers: one or several for each example."""

from tuidl.core.lazy import Array
from tuidl.tasks.base import VALUES, Picture, Task

CURVE = Picture(
    "curve",
    "points and the network's line",
    "the examples, and the network's answer to every x",
    {"or_values": True},
    {"or_values": True, "columns": 120},
    otherwise=VALUES,
)
MOST_INPUTS = 2
"""Inputs up to which all but one may turn out to be constant, as 1 beside x is."""


class Regression(Task):
    """Outputs are predictions in the unit of the targets, scaled as these are."""

    @property
    def probes(self) -> tuple[str, ...]:
        return "curve", "values"

    @property
    def picture(self) -> Picture:
        shape = self.spec.shape
        is_small = len(shape) == 1 and shape[0] <= MOST_INPUTS and self.spec.outputs == 1
        return CURVE if is_small else VALUES

    def losses(self, predicted: Array, targets: Array) -> Array | None:
        import numpy as np

        off = np.subtract(predicted.reshape(len(targets), -1), targets, dtype=np.float64)
        if self.loss.kind() == "mse":
            return np.asarray((off**2).mean(axis=1))
        if self.loss.kind() == "mae":
            return np.asarray(np.abs(off).mean(axis=1))
        return None
