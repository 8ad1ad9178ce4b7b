"""One of several classes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from tuidl.core.lazy import Array
from tuidl.data.scaling import blocks_of
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
from tuidl.tasks.texts import as_percentages, named

if TYPE_CHECKING:
    import numpy as np

PREDICTIONS = Picture(
    "predictions",
    "held-out examples, mistakes first",
    "held-out examples, mistakes first",
    {"count": 24},
)
PLANE = Picture(
    "plane",
    "what it says over the plane",
    "what the network says everywhere; hollow points are held out",
    {"columns": 60, "rows": 30},
    {"columns": 100, "rows": 50},
)
RUNNERS_UP = 2
"""Classes that the table names after the likeliest."""


class Classification(Task):
    """A target is a class number; outputs are one score a class, or one for the second of two."""

    has_labels: ClassVar[bool] = True
    judged_as: ClassVar[JudgedAs] = "classes"

    @property
    def of_classes(self) -> bool:
        return True

    @property
    def names(self) -> tuple[str, ...]:
        return self.spec.classes

    def target_problem(self, targets: Array) -> str:
        most = len(self.names) - 1
        for rows in blocks_of(targets):
            found = targets[rows]
            if not ((found >= 0) & (found <= most) & (found % 1 == 0)).all():
                return f"expected classes from 0 to {most}"
        return ""

    def random_targets(self, random: "np.random.Generator", count: int) -> Array:
        return random.integers(0, len(self.names), (count, self.spec.target_width))

    def answer(self, is_closed: bool) -> Answer:
        if self.loss.outputs(self.spec) == 1:
            return "probability" if is_closed else "score"
        return "probabilities" if is_closed else "scores"

    def losses(self, predicted: Array, targets: Array) -> Array | None:
        import numpy as np

        if self.is_smoothed:
            return None
        true = targets[:, 0].astype(int)
        if predicted.shape[1] == 1:
            right = np.where(true == 1, predicted[:, 0], 1 - predicted[:, 0])
        else:
            right = predicted[np.arange(len(true)), true]
        return np.asarray(np.abs(np.log(np.maximum(right, LEAST_SHARE))))

    @property
    def probes(self) -> tuple[str, ...]:
        return ("plane", "predictions") if self.spec.shape == (2,) else ("predictions",)

    @property
    def picture(self) -> Picture:
        return PLANE if self.spec.shape == (2,) else PREDICTIONS

    def labels(self, targets: Array) -> Array | None:
        return targets[:, 0].astype(int)

    def caption(self, target: Sequence[float]) -> str:
        return self.names[int(target[0])]

    def records(self, names: Sequence[str], decoded: Array) -> list[Record]:
        pairs = zip(names, self._given(decoded), decoded.tolist(), strict=True)
        known = self.names
        return [
            {
                "example": name,
                "class": known[best],
                "probability": shares[best],
                "probabilities": dict(zip(known, shares, strict=True)),
            }
            for name, best, shares in pairs
        ]

    def columns(self, decoded: Array) -> tuple[list[Column], tuple[int, ...]]:
        (best, share), *others = _likeliest(decoded, 1 + RUNNERS_UP)
        runners_up = [
            [f"{name} {text}" for name, text in zip(named(self.names, place), texts, strict=True)]
            for place, texts in ((place, as_percentages(share)) for place, share in others)
        ]
        listed = [", ".join(row) for row in zip(*runners_up, strict=True)]
        return [
            ("class", named(self.names, best)),
            ("probability", as_percentages(share)),
            ("else", listed),
        ], (0, 2)

    def fields(self, decoded: Array) -> Fields:
        ((best, share),) = _likeliest(decoded, 1)
        given: Fields = {
            "predicted_class": named(self.names, best),
            "probability": share.tolist(),
        }
        return given | share_fields(self.names, decoded)

    def chosen(self, decoded: Array) -> Array | None:
        best: Array = decoded.argmax(axis=-1)
        return best

    def _given(self, decoded: Array) -> list[int]:
        """The class that each example is given."""
        best: list[int] = decoded.argmax(axis=-1).tolist()
        return best


def _likeliest(shares: Array, most: int) -> list[tuple[Array, Array]]:
    """The places and shares of the largest, the next and so on, for each row (n, classes); of
    equal ones the first."""
    import numpy as np

    left, rows, found = shares.copy(), np.arange(len(shares)), []
    for _ in range(min(most, shares.shape[1])):
        best = left.argmax(axis=1)
        found.append((best, shares[rows, best]))
        left[rows, best] = -np.inf
    return found
