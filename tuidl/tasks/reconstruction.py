"""The inputs themselves, given back: what an autoencoder answers with."""

from typing import TYPE_CHECKING

from tuidl.core.lazy import Array
from tuidl.tasks.base import LEAST_SHARE, Picture
from tuidl.tasks.image import ImageRegression

if TYPE_CHECKING:
    import numpy as np

GIVEN_BACK = Picture(
    "reconstructions",
    "held out: what goes in, comes out",
    "held-out examples, and below each what the network gives back",
    {"count": 12},
    {"count": 48},
)


def unit_of(task: "Reconstruction") -> str:
    """What its losses are in: a cross-entropy's are nats, an example's or a number's."""
    if task.closing != "sigmoid":
        return ""
    return "nats an example" if task.loss.sums else "nats a number"


class Reconstruction(ImageRegression):
    """Targets and outputs have the shape of the inputs (n, *shape)."""

    @property
    def probes(self) -> tuple[str, ...]:
        return "reconstructions", "values"

    @property
    def picture(self) -> Picture:
        return GIVEN_BACK

    def random_targets(self, random: "np.random.Generator", count: int) -> Array:
        return random.random((count, self.spec.target_width))

    def losses(self, predicted: Array, targets: Array) -> Array | None:
        import numpy as np

        known, factor = predicted.reshape(len(targets), -1).astype(np.float64), 1.0
        if self.loss.sums:
            factor = float(self.spec.target_width)
        if self.closing != "sigmoid":
            found = super().losses(known, targets)
            return None if found is None else np.asarray(found * factor)
        if self.is_smoothed:
            return None
        yes = targets * np.log(np.maximum(known, LEAST_SHARE))
        no = (1 - targets) * np.log(np.maximum(1 - known, LEAST_SHARE))
        return np.asarray(-(yes + no).mean(axis=1) * factor)
