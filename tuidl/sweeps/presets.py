"""The preset of each run of a sweep."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tuidl.core.errors import PresetError
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
        """Raises PresetError where a trial whose values are known before cannot be trained."""
        _ = self.base
        if known is not None:
            for number, values in enumerate(known.ask(range(known.trials))):
                self.of(number, 0, values)

    def _parsed(self, settings: dict[str, Value]) -> Preset:
        overrides = tuple(override(key, value) for key, value in settings.items())
        return Preset.parse(self.text, self.origin.preset, overrides, Path(self.origin.folder))
