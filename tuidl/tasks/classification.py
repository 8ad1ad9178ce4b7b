"""One of several classes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from tuidl.tasks.base import LEAST_SHARE, Picture, Record, Table, Task
from tuidl.tasks.decoding import Answer

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]

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

    @property
    def of_classes(self) -> bool:
        return True

    @property
    def names(self) -> tuple[str, ...]:
        return self.spec.classes

    def target_problem(self, targets: "Array") -> str:
        import numpy as np

        known = range(len(self.names))
        return "" if np.isin(targets, known).all() else f"expected classes from 0 to {known[-1]}"

    def random_targets(self, random: "np.random.Generator", count: int) -> "Array":
        return random.integers(0, len(self.names), (count, self.spec.target_width))

    def answer(self, is_closed: bool) -> Answer:
        if self.loss.outputs(self.spec) == 1:
            return "probability" if is_closed else "score"
        return "probabilities" if is_closed else "scores"

    def losses(self, predicted: "Array", targets: "Array") -> "Array | None":
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

    def labels(self, targets: "Array") -> "Array | None":
        return targets[:, 0].astype(int)

    def caption(self, target: Sequence[float]) -> str:
        return self.names[int(target[0])]

    def record(self, name: str, decoded: "Array") -> Record:
        best = int(decoded.argmax())
        return {
            "example": name,
            "class": self.names[best],
            "probability": float(decoded[best]),
            "probabilities": dict(zip(self.names, map(float, decoded), strict=True)),
        }

    def table(self, records: Sequence[Record]) -> Table:
        return [("example", "class", "probability", "else"), *map(_row, records)], (0, 1, 3)


def _row(record: Record) -> tuple[str, ...]:
    shares = sorted(record["probabilities"].items(), key=lambda pair: -pair[1])
    others = [pair for pair in shares if pair[0] != record["class"]][:RUNNERS_UP]
    listed = ", ".join(f"{name} {share:.1%}" for name, share in others)
    return record["example"], record["class"], f"{record['probability']:.1%}", listed
