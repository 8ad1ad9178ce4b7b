"""A trained network as it is judged."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.inference.preprocessing import Preparation
from tuidl.inference.rows import are_many, places, stored
from tuidl.inference.trained import model_of
from tuidl.judging.file_subject import target_name
from tuidl.preset.schema import Preset
from tuidl.tasks.base import Task
from tuidl.tasks.choice import task_of


@dataclass(frozen=True)
class Network:
    """``run``: its name. ``weights``: which of the run's, "final" or "best"."""

    run: str
    weights: str
    preset: Preset
    parameters: dict[str, Array]
    preparation: Preparation

    @cached_property
    def task(self) -> Task:
        return task_of(self.preset)

    @property
    def target(self) -> str:
        """What is predicted, empty where it has no name."""
        return str(target_name(self.preset, self.preparation))

    @cached_property
    def _model(self) -> Any:
        return model_of(self.preset, self.parameters)

    def decoded(self, x: Array) -> Array:
        """What it answers to ``x`` (n, *shape), in the targets' own meaning. Raises DataError
        where an answer is no number."""
        if not are_many(len(x)):
            decoded = self.preparation.decode(self._model.predict(x))
        else:
            answers = (self._model.predict(x[rows]) for rows in places(len(x)))
            parts = map(self.preparation.decode, answers)
            decoded = stored(parts, len(x))
        finite = np.isfinite(decoded).all(axis=tuple(range(1, decoded.ndim)))
        if not finite.all():
            raise DataError(f"{self.run}: the answer to example {finite.argmin() + 1} is no number")
        return decoded
