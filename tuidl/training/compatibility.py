"""Whether a preset can be trained on a model that was built from another one.

What the program of a model holds cannot be changed any more: a preset that says otherwise is
refused, key by key. Only what a training reads from its own preset may differ.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from tuidl.core.errors import DataError
from tuidl.model.model import Model
from tuidl.preset.schema import Preset

OF_THE_TRAINING = frozenset(
    {
        "name", "about", "optimizer.learning_rate", "optimizer.schedule", "training.epochs",
        "training.batch_size", "training.seed", "training.shuffle", "training.early_stopping",
        "training.folds",
    }
)  # fmt: skip
"""Keys that a training reads from its own preset. The data is its own too, if it looks the same."""


def take_over(model: Model, preset: Preset, batch: int, threads: int | None) -> None:
    """Train a model that was built before. Raises DataError where it does not fit the preset."""
    require_fitting(model, preset, batch)
    if threads is not None:
        model.engine.use_threads(threads)


def require_fitting(model: Model, preset: Preset, batch: int) -> None:
    """Raises DataError, with the key and both values, where a training of ``preset`` in batches of
    ``batch`` would not do on ``model`` what the preset says."""
    if preset.training.folds:
        problem = "a cross-validation trains a new model for each fold: leave the model out"
        raise DataError(f"training.folds: {problem}")
    built = model.preset
    for key, old, new in (*_of_examples(built, preset), *differences(built, preset)):
        problem = f"the model was built from a preset with other {key}: {old}, not {new}"
        raise DataError(f"{problem}; build a model from this preset")
    if model.program.batch < batch:
        problem = f"the model was built for batches of {model.program.batch}"
        raise DataError(f"training.batch_size: {problem}, not of {batch}")


def differences(built: Preset, given: Preset) -> Iterator[tuple[str, str, str]]:
    """Key, built value and given value of all that a model of ``built`` cannot do as ``given``
    says."""
    for field in msgspec.structs.fields(Preset):
        if field.name not in ("data", "examples"):
            yield from _differences(
                getattr(built, field.name), getattr(given, field.name), field.encode_name
            )


def _differences(old: Any, new: Any, key: str) -> Iterator[tuple[str, str, str]]:
    """Dotted keys whose values differ, with both as text; records are compared field by field."""
    if key in OF_THE_TRAINING or old == new:
        return
    if isinstance(old, tuple) and isinstance(new, tuple) and _are_records(old, new):
        for i, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _differences(one, other, f"{key}[{i}]")
    elif isinstance(old, msgspec.Struct) and type(old) is type(new):
        for field in msgspec.structs.fields(old):
            one, other = getattr(old, field.name), getattr(new, field.name)
            yield from _differences(one, other, f"{key}.{field.encode_name}")
    else:
        yield key, _text(old), _text(new)


def _are_records(old: tuple[Any, ...], new: tuple[Any, ...]) -> bool:
    return len(old) == len(new) and all(isinstance(one, msgspec.Struct) for one in (*old, *new))


def _text(value: Any) -> str:
    """A value of a preset, as short as it can be named."""
    if isinstance(value, msgspec.Struct):
        return repr(value.__struct_config__.tag or "set")
    if isinstance(value, tuple) and any(isinstance(one, msgspec.Struct) for one in value):
        return f"{len(value)} of them"
    return "none" if value is None else str(list(value) if isinstance(value, tuple) else value)


def _of_examples(built: Preset, given: Preset) -> Iterator[tuple[str, str, str]]:
    """Where the examples look different."""
    old, new = built.spec(), given.spec()
    for name in ("shape", "outputs", "classes"):
        if getattr(old, name) != getattr(new, name):
            yield f"data ({name})", str(getattr(old, name)), str(getattr(new, name))
