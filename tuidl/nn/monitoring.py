"""Watching a score from epoch to epoch: has it got better?"""

import math
from typing import Literal

import msgspec

from tuidl.core.config import Config, Count, NotNegative

Monitored = Literal[
    "loss",
    "accuracy",
    "top_2_accuracy",
    "top_3_accuracy",
    "top_5_accuracy",
    "precision",
    "recall",
    "f1",
    "mae",
    "rmse",
    "r2",
]
SMALLER_IS_BETTER = ("loss", "mae", "rmse")


class Patience(Config, frozen=True):
    """``monitor``: a score of the validation part. It counts as better only by more than
    ``min_delta``; ``patience``: epochs without that."""

    monitor: Monitored = "loss"
    patience: Count = 5
    min_delta: NotNegative = 0.0


class Watch(msgspec.Struct):
    """The best score so far, and for how many epochs it has not been beaten."""

    patience: Patience
    best: float = math.nan
    waited: int = 0

    def is_better(self, scores: dict[str, float]) -> bool:
        """Look at one epoch's scores; NaN is never better."""
        value = scores[self.patience.monitor]
        gain = self.best - value
        if self.patience.monitor not in SMALLER_IS_BETTER:
            gain = -gain
        is_first = math.isnan(self.best) and not math.isnan(value)
        if is_first or gain > self.patience.min_delta:
            self.best, self.waited = value, 0
            return True
        self.waited += 1
        return False

    @property
    def is_over(self) -> bool:
        return self.waited >= self.patience.patience
