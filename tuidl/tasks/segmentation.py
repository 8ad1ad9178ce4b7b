"""A class for each pixel of a picture."""

from collections.abc import Sequence
from typing import ClassVar

from tuidl.core.lazy import Array
from tuidl.tasks.base import Column, Fields, JudgedAs, Picture
from tuidl.tasks.per_step import PerStep

MASKS = Picture(
    "masks",
    "held out: predicted, true masks",
    "held-out pictures, the worst first: predicted mask, true mask",
    {"count": 12},
    {"count": 40, "worst_first": True},
)


class Segmentation(PerStep):
    """Targets are class numbers (n, height * width), outputs scores (n, height, width, classes);
    the first class is the ground."""

    judged_as: ClassVar[JudgedAs] = "masks"

    @property
    def probes(self) -> tuple[str, ...]:
        return ("masks", "places")

    @property
    def picture(self) -> Picture:
        return MASKS

    def columns(self, decoded: Array) -> tuple[list[Column], tuple[int, ...]]:
        """The share of the pixels that each class is given."""
        columns: list[Column] = [
            (name, [f"{share:.1%}" for share in shares])
            for name, shares in zip(self.names, self._shares(decoded), strict=True)
        ]
        return columns, ()

    def fields(self, decoded: Array) -> Fields:
        """The shares, and the classes of all pixels, row by row."""
        shares = zip(self.names, self._shares(decoded), strict=True)
        return {f"share_{name}": values for name, values in shares} | super().fields(decoded)

    def _shares(self, decoded: Array) -> Sequence[list[float]]:
        """For each class its share of each picture."""
        import numpy as np

        given = decoded.argmax(axis=-1).reshape(len(decoded), -1)
        counts = [(given == number).mean(axis=1) for number in range(len(self.names))]
        return [np.asarray(share).tolist() for share in counts]
