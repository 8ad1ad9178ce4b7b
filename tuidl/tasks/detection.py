"""The class of what is in a picture, and the box around it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from tuidl.core.lazy import Array
from tuidl.tasks.base import Column, Fields, JudgedAs, Picture, Record, Task, share_fields
from tuidl.tasks.decoding import BOX, Answer
from tuidl.tasks.texts import as_percentages, named

if TYPE_CHECKING:
    import numpy as np

SIDES = ("x", "y", "width", "height")
"""A box: its middle from the upper left corner, and its size, as shares of the picture."""
BOXES = Picture(
    "boxes",
    "held out: true and predicted boxes",
    "held-out pictures, the worst first: true box, predicted box",
    {"count": 24},
    {"count": 60, "worst_first": True},
)


class Detection(Task):
    """Targets are a class number and four numbers of a box (n, 5), outputs scores of the classes
    and these four numbers side by side. ``loss``: that of the class."""

    judged_as: ClassVar[JudgedAs] = "boxes"

    @property
    def of_classes(self) -> bool:
        return True

    @property
    def names(self) -> tuple[str, ...]:
        return self.spec.targets[0].classes

    @property
    def closing(self) -> str:
        return "linear"

    def target_problem(self, targets: Array) -> str:
        import numpy as np

        known = range(len(self.names))
        return "" if np.isin(targets[:, 0], known).all() else f"expected classes to {known[-1]}"

    def random_targets(self, random: "np.random.Generator", count: int) -> Array:
        import numpy as np

        kinds = random.integers(0, len(self.names), (count, 1)).astype(float)
        return np.concatenate([kinds, random.uniform(0.2, 0.8, (count, BOX))], axis=1)

    def answer(self, is_closed: bool) -> Answer:
        return "scores_and_box"

    @property
    def probes(self) -> tuple[str, ...]:
        return ("boxes",)

    @property
    def picture(self) -> Picture:
        return BOXES

    def caption(self, target: Sequence[float]) -> str:
        return self.names[int(target[0])]

    def chosen(self, decoded: Array) -> Array | None:
        best: Array = self._shares(decoded).argmax(axis=-1)
        return best

    def records(self, names: Sequence[str], decoded: Array) -> list[Record]:
        shares = self._shares(decoded)
        rows = zip(
            names, shares.argmax(axis=1).tolist(), shares.tolist(), self._boxes(decoded).tolist(),
            strict=True,
        )  # fmt: skip
        return [
            {
                "example": name,
                "class": self.names[best],
                "probability": each[best],
                "probabilities": dict(zip(self.names, each, strict=True)),
                "box": dict(zip(SIDES, box, strict=True)),
            }
            for name, best, each, box in rows
        ]

    def columns(self, decoded: Array) -> tuple[list[Column], tuple[int, ...]]:
        shares = self._shares(decoded)
        best = shares.argmax(axis=1)
        columns: list[Column] = [
            ("class", named(self.names, best)),
            ("probability", as_percentages(shares.max(axis=1))),
        ]
        for name, side in zip(SIDES, self._boxes(decoded).T, strict=True):
            columns.append((name, [f"{value:.3f}" for value in side.tolist()]))
        return columns, (0,)

    def fields(self, decoded: Array) -> Fields:
        shares = self._shares(decoded)
        given: Fields = {
            "predicted_class": named(self.names, shares.argmax(axis=1)),
            "probability": shares.max(axis=1).tolist(),
        }
        sides = zip(SIDES, self._boxes(decoded).T, strict=True)
        given |= {f"box_{name}": side.tolist() for name, side in sides}
        return given | share_fields(self.names, shares)

    def _shares(self, decoded: Array) -> Array:
        return decoded[:, :-BOX]

    def _boxes(self, decoded: Array) -> Array:
        return decoded[:, -BOX:]
