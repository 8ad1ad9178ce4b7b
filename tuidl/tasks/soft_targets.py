"""A share for each of several classes, instead of one class."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from tuidl.core.lazy import Array
from tuidl.tasks.base import LEAST_SHARE, JudgedAs, Picture, Task
from tuidl.tasks.classification import Classification

if TYPE_CHECKING:
    import numpy as np

SHARES = Picture(
    "values",
    "held-out examples: shares, predicted against true",
    "held-out examples: the share of every class, predicted against true",
)


class SoftTargets(Classification):
    """Classification whose targets are shares (n, classes); the classes are numbered from 1."""

    has_labels: ClassVar[bool] = False
    is_one_unit: ClassVar[bool] = True
    judged_as: ClassVar[JudgedAs] = "shares"

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(str(number) for number in range(1, self.spec.outputs + 1))

    @property
    def probes(self) -> tuple[str, ...]:
        return ("values",)

    @property
    def picture(self) -> Picture:
        return SHARES

    def target_problem(self, targets: Array) -> str:
        return ""

    def random_targets(self, random: "np.random.Generator", count: int) -> Array:
        return random.dirichlet([1.0] * self.spec.outputs, count)

    def losses(self, predicted: Array, targets: Array) -> Array | None:
        import numpy as np

        if self.is_smoothed:
            return None
        return np.asarray(-(targets * np.log(np.maximum(predicted, LEAST_SHARE))).sum(axis=1))

    def labels(self, targets: Array) -> Array | None:
        largest: Array = targets.argmax(axis=1)
        return largest

    def caption(self, target: Sequence[float]) -> str:
        return Task.caption(self, target)
