"""The learning rate of every step."""

import numpy as np

from tuidl.core.lazy import Array
from tuidl.nn.monitoring import Watch
from tuidl.nn.optimizers import Optimizer
from tuidl.nn.schedules import ReduceOnPlateau
from tuidl.protocol.events import Scores


class LearningRate:
    """The optimizer's rate by its schedule, over ``epochs`` of ``steps`` each."""

    def __init__(self, optimizer: Optimizer, epochs: int, steps: int) -> None:
        self.base, self.schedule = optimizer.learning_rate, optimizer.schedule
        self.epochs, self.steps = epochs, steps
        self.plateau_factor = 1.0
        plateau = self.schedule if isinstance(self.schedule, ReduceOnPlateau) else None
        self.watch = Watch(plateau.patience_with) if plateau else None

    def of(self, epoch: int, first: int, count: int) -> Array:
        """(count,) of the steps from ``first`` on of an epoch counted from 1."""
        share = 1.0 / self.steps
        starts: Array = epoch - 1 + np.arange(first, first + count) * share
        factors = self.schedule.factors(starts, self.epochs, share)
        return factors * (self.base * self.plateau_factor)

    def epoch_ended(self, validation: Scores | None) -> None:
        """Look for a plateau."""
        if self.watch is None or validation is None:
            return
        assert isinstance(self.schedule, ReduceOnPlateau)
        if not self.watch.is_better(validation) and self.watch.is_over:
            lowered = self.plateau_factor * self.schedule.multiplier
            self.plateau_factor = max(lowered, self.schedule.lowest)
            self.watch.waited = 0
