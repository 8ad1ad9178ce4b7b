"""What trains a preset: one training, or one for each fold of a cross-validation."""

from tuidl.compiler.footprint import footprint
from tuidl.preset.schema import Preset
from tuidl.training.checkpointer import Checkpointer
from tuidl.training.folds import CrossValidation
from tuidl.training.interruption import Interrupter
from tuidl.training.trainer import Trainer


def trainer_for(
    preset: Preset,
    backend: str = "cpu",
    threads: int | None = None,
    interrupter: Interrupter | None = None,
    checkpointer: Checkpointer | None = None,
) -> Trainer | CrossValidation:
    """The trainer that the preset asks for.

    Raises TuidlError; BackendError before anything is allocated, where memory will not do.
    """
    interrupter, checkpointer = interrupter or Interrupter(), checkpointer or Checkpointer()
    looked_into, is_saved = interrupter.looks_inside, checkpointer.keeps
    footprint(preset, looked_into=looked_into, is_saved=is_saved).check()
    if preset.training.folds:
        return CrossValidation(preset, backend, threads, interrupter, checkpointer)
    return Trainer(
        preset, backend=backend, threads=threads, interrupter=interrupter,
        checkpointer=checkpointer,
    )  # fmt: skip
