"""The Python interface: build a model, train it."""

from collections.abc import Iterator
from typing import Any

from tuidl.backends import AUTO, choose
from tuidl.core.errors import BackendError, DataError
from tuidl.model.model import Model
from tuidl.preset.schema import Preset
from tuidl.protocol.events import Event
from tuidl.training.start import trainer_for
from tuidl.training.trainer import Trainer


def build(
    preset: Preset,
    backend: str = "cpu",
    dtype: str = "float32",
    threads: int | None = None,
) -> Model:
    """Build a model with the preset's first parameters.

    Parameters
    ----------
    preset : Preset
        What ``tuidl.load_preset`` or ``Preset.load`` has read.
    backend : str
        "cpu", "numpy", "cuda", or "auto" for cuda where there is a GPU for it.
    dtype : str
        "float32", or "float64" for exact checks; what parameters and answers are.
    threads : int, optional
        Of the cpu backend; by default as many as there are cores. Changes nothing in the results.

    Returns
    -------
    Model

    Raises
    ------
    PresetError
        Where layers, data and loss do not fit each other.
    DataError
        Where the data cannot be had.
    BackendError
        Where there is no such backend, dtype or number of threads, or too little memory.
    """
    _check(preset, threads)
    chosen = choose(backend).name
    if chosen != "cpu" and threads not in (None, 1):
        raise BackendError(f"{threads} threads: the {chosen} backend works on one; use cpu")
    return Model(preset, batch=preset.batch(), backend=chosen, dtype=dtype, threads=threads)


def train(
    preset: Preset,
    model: Model | None = None,
    backend: str | None = None,
    threads: int | None = None,
) -> Iterator[Event]:
    """Train, event by event.

    Nothing is done before the first event is asked for, and nothing between two of them: what
    iterates may look into the model, predict with it and set its parameters. To stop, leave the
    loop and ``close()`` the iterator; the model keeps what it has learned so far.

    A ``model`` that is given is trained in place, and goes on from where it stands: from its
    parameters, the optimizer's state (moments, velocities) and the number of steps done, which Adam
    and dropout count from. A learning-rate schedule, early stopping, the orders of the examples and
    what ``data.augment`` draws begin anew with every call. So two trainings of 5 epochs at a
    constant rate without shuffling or augmentation are the same, to the bit, as one of 10.
    ``model.initialize(seed)`` starts afresh.

    Parameters
    ----------
    preset : Preset
        What to train, and on what. With a ``model``, it may differ from the preset that the model
        was built from in the data (if shapes and classes are the same), the learning rate and its
        schedule, and in ``training`` but for its metrics; the batches may be smaller.
    model : Model, optional
        By default a new one, which nothing can be asked of afterwards.
    backend : str, optional
        As in ``build``. A model given has its own: any other one is refused.
    threads : int, optional
        As in ``build``; a model given keeps to so many from now on, and else to those it has.

    Returns
    -------
    iterator of events
        ``tuidl.protocol.events`` has them. The last one is ``RunEnded``, or ``RunFailed`` for one
        that diverged: then the parameters are those from before the step that failed.

    Raises
    ------
    PresetError, DataError, BackendError
        As ``build``; DataError also where the model cannot do what the preset says, with the key
        and both values, and, at the first event, where it is being trained by another iterator.
    """
    _check(preset, threads)
    if model is None:
        return trainer_for(preset, choose(backend or "cpu").name, threads).run()
    if not isinstance(model, Model):
        raise DataError(f"model: expected what tuidl.build returns, got {type(model).__name__}")
    if backend not in (None, AUTO) and choose(backend).name != model.backend:
        problem = f"the model was built for {model.backend}, not for {backend}"
        raise BackendError(f"backend: {problem}; build a model for it")
    return Trainer(preset, model, threads=threads).run()


def _check(preset: Any, threads: Any) -> None:
    if not isinstance(preset, Preset):
        hint = "tuidl.load_preset reads one"
        raise DataError(f"preset: expected a Preset ({hint}), got {type(preset).__name__}")
    preset.checked()
    if threads is not None and (isinstance(threads, bool) or not isinstance(threads, int)):
        raise BackendError(f"threads: expected a whole number, got {threads!r}")
