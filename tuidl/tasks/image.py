"""An image, or numbers of another shape, for each example: all in one unit."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from tuidl.tasks.base import Picture, Record, Table
from tuidl.tasks.decoding import Answer
from tuidl.tasks.regression import Regression

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]

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

    def record(self, name: str, decoded: "Array") -> Record:
        return {"example": name, "shape": list(decoded.shape), "values": decoded.tolist()}

    def table(self, records: Sequence[Record]) -> Table:
        import numpy as np

        heading = ["example", "shape", "lowest", "mean", "highest"]
        rows = []
        for record in records:
            values = np.array(record["values"])
            facts = (values.min(), values.mean(), values.max())
            shape = " x ".join(map(str, record["shape"]))
            rows.append([record["example"], shape, *(f"{fact:.6g}" for fact in facts)])
        return [heading, *rows], (0,)
