"""Where the lines of a log stand, one key at a time."""

import math
from dataclasses import dataclass

WITHIN_EPOCHS = "batch"
"""Counts from the start in every epoch, even where no line says which epoch it is."""


@dataclass
class Axis:
    """Steps as they are counted over the whole run: a count that begins anew in each epoch goes
    on instead. ``went_back``: whether the last line stands before the one ahead of it."""

    name: str
    last: float = -math.inf
    went_back: bool = False
    counts_on: bool = False
    _raw: float = -math.inf
    _epoch: float | None = None
    _offset: float = 0.0

    def place(self, raw: float, epoch: float | None) -> float:
        """The x of a line that says ``raw``."""
        if raw < self._raw and self._is_next(epoch):
            self._offset += self._raw + (1.0 if raw <= 0 else 0.0)
            self.counts_on = True
        self._raw = raw
        self._epoch = epoch if epoch is not None else self._epoch
        x = raw + self._offset
        self.went_back, self.last = x < self.last, x
        return x

    def _is_next(self, epoch: float | None) -> bool:
        if epoch is None or self._epoch is None:
            return self.name == WITHIN_EPOCHS
        return epoch > self._epoch
