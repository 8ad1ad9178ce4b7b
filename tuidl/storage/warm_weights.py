"""Weights to start from: of another run, or of a file."""

from pathlib import Path
from typing import Any

from tuidl.core.errors import PresetError, RunError
from tuidl.core.own_files import is_there, reason_of
from tuidl.preset.warm_start import KEY, Weights
from tuidl.storage.arrays import foreign_arrays, stored_arrays
from tuidl.storage.contents import WEIGHTS
from tuidl.storage.files import SUFFIX
from tuidl.storage.locations import find
from tuidl.storage.tensors import StoredArray


def read_weights(weights: Weights, shapes: dict[str, tuple[int, ...]]) -> dict[str, Any]:
    """The arrays that ``weights`` asks for, by parameter. ``shapes``: of the network's own.

    Raises PresetError where they cannot be had, or do not fit.
    """
    found = _arrays(weights.source)
    layers = {name.rpartition(".")[0] for name in shapes}
    wanted = layers if weights.layers is None else set(weights.layers)
    taken = {name: found.get(name) for name in shapes if name.rpartition(".")[0] in wanted}
    problems = {
        name: f"{name} has shape {_text(shapes[name])} here, {_there(values)}"
        for name, values in taken.items()
        if values is None or values.shape != shapes[name]
    }
    if problems:
        unfit = [n for n, of in shapes.items() if n not in found or found[n].shape != of]
        fitting = sorted(layers - {name.rpartition(".")[0] for name in unfit})
        hint = f"; {KEY}.layers = {fitting} takes what fits" if fitting else ""
        text = "; ".join(problems.values())
        raise PresetError(f"{KEY}.from", f"{weights.source}: {text}{hint}")
    try:
        read = {name: values.read() for name, values in taken.items() if values is not None}
    except RunError as error:
        raise PresetError(f"{KEY}.from", str(error)) from None
    if unfit := [name for name, values in read.items() if not _is_finite(values)]:
        problem = f"{unfit[0]} has values that are not finite in float32"
        raise PresetError(f"{KEY}.from", f"{weights.source}: {problem}")
    return read


def _is_finite(values: Any) -> bool:
    import numpy as np

    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(np.asarray(values, np.float32)).all())


def _there(values: Any) -> str:
    return "and is not there" if values is None else f"and {_text(values.shape)} there"


def _arrays(source: str) -> dict[str, StoredArray]:
    try:
        path = Path(source)
        if path.suffix != ".safetensors":
            return stored_arrays(find(source) / WEIGHTS)[1]
        if is_there(path.with_name(path.name + SUFFIX)):
            return stored_arrays(path, follow=True)[1]
        return foreign_arrays(path)[1]
    except RunError as error:
        raise PresetError(f"{KEY}.from", str(error)) from None
    except OSError as error:
        raise PresetError(f"{KEY}.from", f"{source}: {reason_of(error)}") from None


def _text(shape: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, shape))})"
