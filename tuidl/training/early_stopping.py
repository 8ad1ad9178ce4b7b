"""The best epoch, and early stopping: training ends when there has been no better one for long."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tuidl.model.model import Model
from tuidl.nn.monitoring import Patience, Watch
from tuidl.preset.training import EarlyStopping
from tuidl.protocol.events import Scores

LOSS = Patience()


@dataclass
class Best:
    """The best epoch so far, its scores and its parameters (none where nothing asks for them)."""

    epoch: int
    train: Scores
    validation: Scores | None
    parameters: dict[str, np.ndarray[Any, Any]]


class EarlyStopper:
    """Watches the validation scores; where nothing is held out no epoch is the best.

    Without settings it watches the loss, and never stops anything.
    """

    def __init__(self, settings: EarlyStopping | None, *, is_saved: bool = True) -> None:
        """``is_saved``: whether snapshots are taken, which hold the best epoch's parameters."""
        self.settings = settings
        self._keeps = is_saved or (settings is not None and settings.restore_best)
        self.best: Best | None = None
        self.watch = Watch(settings or LOSS)

    def epoch_ended(
        self, model: Model, epoch: int, train: Scores, validation: Scores | None
    ) -> None:
        """Look at an epoch; its parameters are kept where it is the best so far."""
        if validation is not None and self.watch.is_better(validation):
            self.best = Best(epoch, train, validation, self._kept(model))

    def _kept(self, model: Model) -> dict[str, np.ndarray[Any, Any]]:
        """A copy of the parameters, which overwrites the one before: there are never two."""
        if not self._keeps:
            return {}
        if self.best is None:
            return {name: values.copy() for name, values in model.parameters.items()}
        for name, values in model.parameters.items():
            self.best.parameters[name][...] = values
        return self.best.parameters

    @property
    def is_over(self) -> bool:
        """Whether training should stop here."""
        return self.settings is not None and self.watch.is_over

    def restore(self, model: Model) -> Best | None:
        """Restore the best epoch's parameters; returns it, or None where the preset does not ask
        for that."""
        if self.best is None or self.settings is None or not self.settings.restore_best:
            return None
        for name, values in model.parameters.items():
            values[...] = self.best.parameters[name]
        return self.best
