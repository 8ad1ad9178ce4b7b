"""Early stopping: training ends when the validation part has got no better for long."""

from typing import Any

import msgspec
import numpy as np

from tuidl.events import Scores
from tuidl.model import Model
from tuidl.monitoring import Watch
from tuidl.preset import EarlyStopping


class Best(msgspec.Struct):
    """The epoch whose parameters are kept, and what was measured in it."""

    epoch: int
    train: Scores
    validation: Scores
    parameters: dict[str, np.ndarray[Any, Any]]


class EarlyStopper:
    """Watches the validation scores; without settings it never stops anything."""

    def __init__(self, settings: EarlyStopping | None) -> None:
        self.settings = settings
        self.best: Best | None = None
        self._watch = Watch(settings) if settings else None

    def epoch_ended(
        self, model: Model, epoch: int, train: Scores, validation: Scores | None
    ) -> bool:
        """Whether training should stop here."""
        if self.settings is None or self._watch is None or validation is None:
            return False
        if self._watch.is_better(validation):
            kept = {}
            if self.settings.restore_best:
                kept = {name: values.copy() for name, values in model.parameters.items()}
            self.best = Best(epoch, train, validation, kept)
        return self._watch.is_over

    def restore(self, model: Model) -> Best | None:
        """Bring the best epoch's parameters back; returns it, or None where none is kept."""
        if self.best is None or not self.best.parameters:
            return None
        for name, values in model.parameters.items():
            values[...] = self.best.parameters[name]
        return self.best
