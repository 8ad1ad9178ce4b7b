"""The Python interface: build a model, train it."""

from collections.abc import Iterator

from tuidl.events import Event
from tuidl.model import Model
from tuidl.preset import Preset
from tuidl.training.start import trainer_for
from tuidl.training.trainer import Trainer


def build(
    preset: Preset,
    backend: str = "cpu",
    dtype: str = "float32",
    threads: int | None = None,
) -> Model:
    """A model with the preset's first parameters.

    ``dtype``: float32, or float64 for exact checks. Raises TuidlError.
    """
    return Model(preset, batch=preset.batch(), backend=backend, dtype=dtype, threads=threads)


def train(
    preset: Preset,
    model: Model | None = None,
    backend: str = "cpu",
    threads: int | None = None,
) -> Iterator[Event]:
    """Train, event by event; a ``model`` given is trained on in place. Raises TuidlError."""
    if model is not None:
        return Trainer(preset, model, backend=backend, threads=threads).run()
    return trainer_for(preset, backend, threads).run()
