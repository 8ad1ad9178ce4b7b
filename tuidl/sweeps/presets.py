"""The preset of each run of a sweep."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tuidl.core.errors import PresetError, suggestion
from tuidl.nn.metrics import METRICS
from tuidl.preset.schema import Preset
from tuidl.sweeps.folder import Origin
from tuidl.sweeps.searching import Given
from tuidl.sweeps.space import Value
from tuidl.sweeps.spec import Sweep
from tuidl.sweeps.values import override, shown

EPOCHS = "training.epochs"


@dataclass(frozen=True)
class Presets:
    """``text``: the preset that the trials change; ``source``: the sweep file, for errors."""

    sweep: Sweep
    source: str
    text: str
    origin: Origin

    @property
    def base(self) -> Preset:
        """With what the sweep sets for all trials. Raises PresetError, of the preset itself or of
        what the sweep file sets."""
        try:
            return self._parsed(self.sweep.set)
        except PresetError as error:
            self._parsed({})
            raise PresetError("set", str(error), self.source) from None

    def of(self, trial: int, repeat: int, values: dict[str, Value]) -> Preset:
        """That of one run. Its seed follows from the sweep's, the trial and the repeat, unless the
        sweep says one. Raises PresetError."""
        sequence = np.random.SeedSequence([self.sweep.seed, trial, repeat])
        seed = int(sequence.generate_state(1)[0])
        try:
            return self._parsed({"training.seed": seed, **self.sweep.set, **values})
        except PresetError as error:
            problem = f"trial {trial} ({shown(values)}): {error}"
            raise PresetError("", problem, self.source) from None

    def require_valid(self, known: Given | None) -> None:
        """Raises PresetError where a trial whose values are known before cannot be trained, or
        will have no score that the sweep judges by."""
        base = self.base
        if known is None:
            self._require_score(base)
            most = math.inf if EPOCHS in self.sweep.search else base.training.epochs
        else:
            most = 0
            for number, values in enumerate(known.ask(range(known.trials))):
                self._require_score(preset := self.of(number, 0, values))
                most = max(most, preset.training.epochs)
        pruner = self.sweep.pruner
        if pruner.type != "none" and pruner.first >= most:
            problem = f"after {pruner.first} epochs no trial could end early: they have {most:g}"
            raise PresetError("pruner.first", problem, self.source)

    def _require_score(self, preset: Preset) -> None:
        """Networks of several parts have scores of other names, which are known when they are
        trained."""
        if preset.networks or preset.outputs or preset.objectives:
            return
        has_validation = preset.data.validation or preset.training.folds
        for goal in self.sweep.goals:
            if goal.part == "validation" and not has_validation:
                problem = "there is no validation part, data.validation is 0"
            elif goal.score not in (names := _plain_scores(preset)):
                valid = [f"{goal.part}.{name}" for name in names]
                problem = f"no such score{suggestion(goal.name, valid)}"
                if goal.score in METRICS:
                    problem = f"not among training.metrics (valid: {', '.join(valid)})"
            else:
                continue
            raise PresetError("objective", f"{goal.name}: {problem}", self.source)

    def _parsed(self, settings: dict[str, Value]) -> Preset:
        overrides = tuple(override(key, value) for key, value in settings.items())
        return Preset.parse(self.text, self.origin.preset, overrides, Path(self.origin.folder))


def _plain_scores(preset: Preset) -> list[str]:
    """What is measured of a part, of one network with one loss: metrics that are one number."""
    metrics = preset.training.metrics
    return ["loss", *(n for n in metrics if n not in METRICS or METRICS[n].finish is not None)]
