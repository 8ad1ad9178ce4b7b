"""An image, or numbers of another shape, for each example: all in one unit."""

from collections.abc import Sequence
from typing import ClassVar

from tuidl.core.lazy import Array
from tuidl.tasks.base import Column, Picture, Record
from tuidl.tasks.decoding import Answer
from tuidl.tasks.regression import Regression

PIXELS = Picture(
    "values",
    "held-out examples: every number, predicted against true",
    "held-out examples: every number that is predicted, against the true one",
)


class ImageRegression(Regression):
    """Targets and outputs have several dimensions (n, *shape), such as images."""

    is_one_unit: ClassVar[bool] = True

    def answer(self, is_closed: bool) -> Answer:
        if self.closing == "sigmoid":
            return "labels" if is_closed else "label_scores"
        if self.closing == "softmax":
            return "probabilities" if is_closed else "scores"
        return "numbers"

    @property
    def probes(self) -> tuple[str, ...]:
        return ("values",)

    @property
    def picture(self) -> Picture:
        return PIXELS

    def caption(self, target: Sequence[float]) -> str:
        return ""

    def records(self, names: Sequence[str], decoded: Array) -> list[Record]:
        shape = list(decoded.shape[1:])
        pairs = zip(names, decoded.tolist(), strict=True)
        return [{"example": name, "shape": shape, "values": values} for name, values in pairs]

    def columns(self, decoded: Array) -> tuple[list[Column], tuple[int, ...]]:
        rows = decoded.reshape(len(decoded), -1)
        shape = " x ".join(map(str, decoded.shape[1:]))
        facts = {"lowest": rows.min(axis=1), "mean": rows.mean(axis=1), "highest": rows.max(axis=1)}
        columns: list[Column] = [("shape", [shape] * len(rows))]
        for name, values in facts.items():
            columns.append((name, [f"{value:.6g}" for value in values.tolist()]))
        return columns, ()
