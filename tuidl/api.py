"""The Python interface: build a model, train it."""

from collections.abc import Iterator

from tuidl.events import Event
from tuidl.limits import default_threads
from tuidl.model import Model
from tuidl.preset import Preset
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
    size = preset.training.batch_size
    batch = len(preset.data.split().train) if size == "full" else int(size)
    return Model(
        preset, batch=batch, backend=backend, dtype=dtype, threads=threads or default_threads()
    )


def train(
    preset: Preset,
    model: Model | None = None,
    backend: str = "cpu",
    threads: int | None = None,
) -> Iterator[Event]:
    """Train, event by event; a ``model`` given is trained on in place. Raises TuidlError."""
    return Trainer(preset, model, backend=backend, threads=threads).run()
