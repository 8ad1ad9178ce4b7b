"""The level of the loss from one checkpoint to the next: is the run about to diverge?

A run that diverges would leave only checkpoints whose weights are of no use, since each
replaces an older one. So where the loss has jumped, the last checkpoint from before stands beside
the newer ones, and when values are no longer finite those are taken away. None is left out: a loss
that jumps may also be one that began by chance, or with good weights, near zero.
"""

import math
from dataclasses import dataclass

import numpy as np

from tuidl.core.lazy import Array

JUMP = 10.0
"""So many times the level counts as a jump."""
DRIFT = 2.0
"""So many times higher the level may be after a checkpoint than before it."""
PATIENCE = 10
"""Checkpoints after which a loss that stays where it has jumped to is the new level: one that
explodes goes on rising."""


@dataclass
class Level:
    """``level``: about the mean of the loss between two checkpoints, without its sign, None before
    the first; ``jumped``: checkpoints ago that it left that level, 0 where it has not."""

    level: float | None = None
    jumped: int = 0
    _sum: float = 0.0
    _count: int = 0
    _lowest: float = math.inf
    _highest: float = 0.0

    def __post_init__(self) -> None:
        if self.jumped:  # read from a checkpoint; it had held once, or it would not have jumped
            self._lowest = -math.inf

    def did(self, losses: Array) -> None:
        """The losses of further steps."""
        known = losses[np.isfinite(losses)]
        if len(known):
            self._sum += float(known.sum(dtype=np.float64))
            self._count += len(known)
            self._lowest = min(self._lowest, float(known.min()))

    def look(self) -> None:
        """At a checkpoint: compare the loss since the one before with the level."""
        if not self._count:
            return
        mean = self._sum / self._count
        self._sum, self._count = 0.0, 0
        if self.level is None:
            self.level = abs(mean)
        elif mean <= JUMP * self.level:
            self.level, self.jumped = min(abs(mean), DRIFT * self.level), 0
        elif mean > DRIFT * self._highest or self.jumped < PATIENCE:
            is_rising = mean > DRIFT * self._highest
            self.jumped = 1 if is_rising else self.jumped + 1
            self._highest = mean if is_rising else self._highest
        else:
            self.level, self.jumped = mean, 0
        if not self.jumped:
            self._lowest, self._highest = math.inf, 0.0

    @property
    def has_held(self) -> bool:
        """Whether a loss after the last checkpoint at the level was there, too, so that its weights
        were sound."""
        return self.level is None or self._lowest <= JUMP * self.level
