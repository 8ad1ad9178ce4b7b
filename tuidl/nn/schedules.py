"""How the learning rate changes while training goes on.

A schedule says by what factor the optimizer's learning rate is multiplied; ``epoch`` counts from 0
and is a fraction within an epoch.
"""

from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta

from tuidl.core.config import Config, Count, NotNegative
from tuidl.nn.monitoring import Monitored, Patience

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float64]]

Factor = Annotated[float, Meta(gt=0, le=1)]
Share = Annotated[float, Meta(ge=0, le=1)]


class BaseSchedule(Config, frozen=True, tag_field="type"):
    """Base of all schedules. ``warmup_epochs``: the rate rises evenly from 0 for so long, and the
    schedule itself counts from there."""

    warmup_epochs: NotNegative = 0.0

    def factors(self, epoch: "Array", epochs: int, step: float) -> "Array":
        """The factors of steps that start at ``epoch`` and take ``step`` of an epoch each, of
        ``epochs`` in all."""
        import numpy as np

        since, left = epoch - self.warmup_epochs, epochs - self.warmup_epochs
        factors = self.decayed(np.maximum(since, 0.0), max(left, 1e-9))
        if self.warmup_epochs:
            rising = np.minimum((epoch + step) / self.warmup_epochs, 1.0)
            factors = np.where(since < 0, rising, factors)
        return factors

    def decayed(self, epoch: "Array", epochs: float) -> "Array":
        """The factors, counted from the end of the warm-up."""
        return epoch * 0.0 + 1.0


class Constant(BaseSchedule, frozen=True, tag="constant"):
    """The same rate to the end."""


class Step(BaseSchedule, frozen=True, tag="step"):
    """Times ``multiplier`` after ``every`` so many epochs."""

    every: Count = 10
    multiplier: Factor = 0.1

    def decayed(self, epoch: "Array", epochs: float) -> "Array":
        nearly = 1e-9  # fractions of an epoch are rounded
        factors: Array = self.multiplier ** ((epoch + nearly) // self.every)
        return factors


class Exponential(BaseSchedule, frozen=True, tag="exponential"):
    """Times ``multiplier`` in the course of every epoch, evenly."""

    multiplier: Factor = 0.95

    def decayed(self, epoch: "Array", epochs: float) -> "Array":
        factors: Array = self.multiplier**epoch
        return factors


class Cosine(BaseSchedule, frozen=True, tag="cosine"):
    """Half a cosine from 1 down to ``final`` (Loshchilov and Hutter, 2017)."""

    final: Share = 0.0

    def decayed(self, epoch: "Array", epochs: float) -> "Array":
        import numpy as np

        swing = 0.5 * (1.0 + np.cos(np.pi * np.minimum(epoch / epochs, 1.0)))
        return self.final + (1.0 - self.final) * swing


class ReduceOnPlateau(BaseSchedule, frozen=True, tag="reduce_on_plateau"):
    """Times ``multiplier``, down to ``lowest``, whenever ``monitor``, a score of the validation
    part, has not got better by more than ``min_delta`` for ``patience`` epochs."""

    multiplier: Factor = 0.1
    lowest: Share = 0.0
    monitor: Monitored = "loss"
    patience: Count = 5
    min_delta: NotNegative = 0.0

    @property
    def patience_with(self) -> Patience:
        return Patience(monitor=self.monitor, patience=self.patience, min_delta=self.min_delta)


Schedule = Constant | Step | Exponential | Cosine | ReduceOnPlateau
