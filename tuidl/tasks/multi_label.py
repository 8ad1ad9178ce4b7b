"""Several yes-or-no labels for each example, any number of which are true."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from tuidl.core.lazy import Array
from tuidl.tasks.base import (
    LEAST_SHARE,
    Column,
    Fields,
    JudgedAs,
    Picture,
    Record,
    Task,
    share_fields,
)
from tuidl.tasks.decoding import Answer
from tuidl.tasks.texts import as_percentages

if TYPE_CHECKING:
    import numpy as np

LABELS = Picture(
    "values",
    "held-out examples: probabilities against labels",
    "held-out examples: the probability of every label against its truth",
)
LIKELY = 0.5
"""From this probability on a label is given."""


class MultiLabel(Task):
    """Targets and outputs have one number a label, numbered from 1."""

    is_one_unit: ClassVar[bool] = True
    judged_as: ClassVar[JudgedAs] = "labels"

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(str(number) for number in range(1, self.spec.outputs + 1))

    @property
    def picture(self) -> Picture:
        return LABELS

    def random_targets(self, random: "np.random.Generator", count: int) -> Array:
        return random.integers(0, 2, (count, self.spec.target_width))

    def answer(self, is_closed: bool) -> Answer:
        return "labels" if is_closed else "label_scores"

    def losses(self, predicted: Array, targets: Array) -> Array | None:
        """-log of the probability given to what is true, the mean over the labels."""
        import numpy as np

        if self.is_smoothed:
            return None
        yes = targets * np.log(np.maximum(predicted, LEAST_SHARE))
        no = (1 - targets) * np.log(np.maximum(1 - predicted, LEAST_SHARE))
        return np.asarray(np.abs(yes + no).mean(axis=1))

    def caption(self, target: Sequence[float]) -> str:
        given = [name for name, value in zip(self.names, target, strict=True) if value >= LIKELY]
        return " ".join(given) or "none"

    def records(self, names: Sequence[str], decoded: Array) -> list[Record]:
        known = self.names
        return [
            {
                "example": name,
                "labels": given,
                "probabilities": dict(zip(known, shares, strict=True)),
            }
            for name, given, shares in zip(
                names, self._given(decoded), decoded.tolist(), strict=True
            )
        ]

    def columns(self, decoded: Array) -> tuple[list[Column], tuple[int, ...]]:
        labels = [" ".join(given) or "none" for given in self._given(decoded)]
        shares = zip(self.names, decoded.T, strict=True)
        return [("labels", labels), *((name, as_percentages(s)) for name, s in shares)], (0,)

    def fields(self, decoded: Array) -> Fields:
        labels = {"predicted_labels": [" ".join(given) for given in self._given(decoded)]}
        return labels | share_fields(self.names, decoded)

    def _given(self, decoded: Array) -> list[list[str]]:
        """The labels that each example is given."""
        return [
            [name for name, is_given in zip(self.names, row, strict=True) if is_given]
            for row in (decoded >= LIKELY).tolist()
        ]
