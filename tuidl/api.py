"""The Python interface: build a model, train it."""

from collections.abc import Iterator

from tuidl.backends import choose
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

    ``backend``: cpu, numpy, cuda, or auto for cuda where there is a GPU for it. ``dtype``: float32,
    or float64 for exact checks. Raises TuidlError.
    """
    chosen = choose(backend).name
    return Model(preset, batch=preset.batch(), backend=chosen, dtype=dtype, threads=threads)


def train(
    preset: Preset,
    model: Model | None = None,
    backend: str = "cpu",
    threads: int | None = None,
) -> Iterator[Event]:
    """Train, event by event; a ``model`` given is trained on in place, on its own backend.

    Raises TuidlError.
    """
    if model is not None:
        return Trainer(preset, model, threads=threads).run()
    return trainer_for(preset, choose(backend).name, threads).run()
