"""What trains a preset: one training, or one for each fold of a cross-validation."""

from tuidl.preset import Preset
from tuidl.training.folds import CrossValidation
from tuidl.training.interruption import Interrupter
from tuidl.training.keeping import Keeper
from tuidl.training.trainer import Trainer


def trainer_for(
    preset: Preset,
    backend: str = "cpu",
    threads: int | None = None,
    interrupter: Interrupter | None = None,
    keeper: Keeper | None = None,
) -> Trainer | CrossValidation:
    """The trainer that the preset asks for. Raises TuidlError."""
    interrupter, keeper = interrupter or Interrupter(), keeper or Keeper()
    if preset.training.folds:
        return CrossValidation(preset, backend, threads, interrupter, keeper)
    return Trainer(preset, backend=backend, threads=threads, interrupter=interrupter, keeper=keeper)
