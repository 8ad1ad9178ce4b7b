"""One of several classes at each step of a sequence, pixel of an image or other place."""

from collections.abc import Sequence
from typing import Any, ClassVar

from tuidl.core.lazy import Array
from tuidl.tasks.base import LEAST_SHARE, Column, Fields, JudgedAs, Picture, Record
from tuidl.tasks.classification import Classification

PLACES = Picture(
    "places",
    "held-out examples, place by place",
    "held-out examples: the class given to every place, mistakes marked",
    {"count": 24},
    {"count": 60},
)


class PerStep(Classification):
    """Targets are class numbers (n, places), outputs scores (n, *places, classes)."""

    has_labels: ClassVar[bool] = False
    judged_as: ClassVar[JudgedAs] = "places"

    @property
    def probes(self) -> tuple[str, ...]:
        return ("places",)

    @property
    def picture(self) -> Picture:
        return PLACES

    @property
    def is_whole(self) -> bool:
        return True

    def losses(self, predicted: Array, targets: Array) -> Array | None:
        """The mean over the places; None where some do not count."""
        import numpy as np

        if self.is_smoothed or self.mask is not None:
            return None
        true = targets.reshape(len(targets), -1, 1).astype(int)
        shares = predicted.reshape(len(true), true.shape[1], -1)
        if shares.shape[2] == 1:
            shares = np.concatenate([1 - shares, shares], axis=2)
        right = np.take_along_axis(shares, true, axis=2)
        return np.asarray(np.abs(np.log(np.maximum(right, LEAST_SHARE))).mean(axis=(1, 2)))

    def chosen(self, decoded: Array) -> Array | None:
        return None

    def labels(self, targets: Array) -> Array | None:
        return None

    def caption(self, target: Sequence[float]) -> str:
        return ""

    def records(self, names: Sequence[str], decoded: Array) -> list[Record]:
        return [
            {
                "example": name,
                "classes": _named(best, self.names),
                "probabilities": shares,
            }
            for name, best, shares in zip(
                names, decoded.argmax(axis=-1).tolist(), decoded.tolist(), strict=True
            )
        ]

    def columns(self, decoded: Array) -> tuple[list[Column], tuple[int, ...]]:
        return [("classes", self._classes(decoded))], (0,)

    def fields(self, decoded: Array) -> Fields:
        return {"predicted_classes": self._classes(decoded)}

    def _classes(self, decoded: Array) -> list[str]:
        """The classes of all places of each example, one after the other."""
        places = decoded.argmax(axis=-1).reshape(len(decoded), -1).tolist()
        return [" ".join(self.names[i] for i in row) for row in places]


def _named(numbers: Any, names: Sequence[str]) -> Any:
    """Nested lists of class numbers as names."""
    if isinstance(numbers, list):
        return [_named(inner, names) for inner in numbers]
    return names[numbers]
