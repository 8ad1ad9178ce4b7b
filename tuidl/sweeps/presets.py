"""The preset of each run of a sweep."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tuidl.core.errors import PresetError
from tuidl.nn.metrics import METRICS
from tuidl.preset.schema import Preset
from tuidl.sweeps.folder import Origin
from tuidl.sweeps.searching import Given
from tuidl.sweeps.space import Value
from tuidl.sweeps.spec import Sweep
from tuidl.sweeps.values import override, shown


@dataclass(frozen=True)
class Presets:
    """``text``: the preset that the trials change; ``source``: the sweep file, for errors."""

    sweep: Sweep
    source: str
    text: str
    origin: Origin

    @property
    def base(self) -> Preset:
        """With what the sweep sets for all trials. Raises PresetError."""
        return self._parsed(self.sweep.set)

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
        else:
            for number, values in enumerate(known.ask(range(known.trials))):
                self._require_score(self.of(number, 0, values))

    def _require_score(self, preset: Preset) -> None:
        """Networks of several parts have scores of other names, which are known when they are
        trained."""
        names = ("loss", *preset.training.metrics)
        has_validation = preset.data.validation or preset.training.folds
        for goal in self.sweep.goals:
            problem = ""
            if goal.part == "validation" and not has_validation:
                problem = f"{goal.name}: there is no validation part, data.validation is 0"
            elif goal.score in METRICS and goal.score not in names:
                known = ", ".join(f"{goal.part}.{name}" for name in names)
                problem = f"{goal.name}: {goal.score!r} is not among training.metrics ({known})"
            if problem and not preset.networks:
                raise PresetError("objective", problem, self.source)

    def _parsed(self, settings: dict[str, Value]) -> Preset:
        overrides = tuple(override(key, value) for key, value in settings.items())
        return Preset.parse(self.text, self.origin.preset, overrides, Path(self.origin.folder))
