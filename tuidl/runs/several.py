"""Runs with several targets: their targets from Python, and which output is asked."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import structs

from tuidl.core.errors import DataError, PresetError, guess
from tuidl.core.lazy import Array
from tuidl.data.preprocessing import Preprocessing
from tuidl.data.spec import Field
from tuidl.inference.preprocessing import Preparation, split_of
from tuidl.preset.schema import Preset
from tuidl.runs.given import class_texts, columns_of, is_frame
from tuidl.storage.folder import RunFolder


def rows_of(preset: Preset, folder: Path | None, x: Any, y: Any) -> Array:
    """All targets side by side, as the network has them in training: (examples, width).

    ``y``: a data frame or mapping with each target by its name, or an array of all of them side by
    side in the data's own units, classes as their numbers; None where they are columns of ``x``.
    Raises DataError.
    """
    fields = preset.spec().targets
    if y is None or is_frame(y):
        given = columns_of(x if y is None else y) if y is not None or is_frame(x) else {}
        rows = _of_columns(fields, given, "x" if y is None else "y")
    else:
        rows = np.asarray(y)
        width = sum(field.width for field in fields)
        if rows.dtype.kind not in "biuf" or rows.ndim != 2 or rows.shape[1] != width:
            names = ", ".join(field.name for field in fields)
            problem = f"expected a data frame with {names}, or numbers of shape (examples, {width})"
            raise DataError(f"y: {problem}, got {rows.dtype} of shape {rows.shape}")
    scaling = _learned(preset, folder).targets
    if scaling is None:
        return rows
    scaled: Array = (rows.astype(np.float64) - np.array(scaling.offset)) / np.array(scaling.scale)
    return scaled


def units_of(preset: Preset, prepared: Preparation, folder: Path | None) -> Array | None:
    """What 1 of each scaled target is in its own unit; None where nothing is scaled."""
    if not preset.spec().targets:
        return np.array(prepared.target_width) if prepared.target_width else None
    scaling = _learned(preset, folder).targets
    return None if scaling is None else np.array(scaling.scale)


def _of_columns(fields: tuple[Field, ...], given: Mapping[str, Any], what: str) -> Array:
    parts = []
    for field in fields:
        if field.name not in given or field.width != 1:
            near = guess(field.name, given)
            raise DataError(f"{what}: no column {field.name!r}, which is a target{near}")
        parts.append(_column(field, np.asarray(given[field.name]), what))
    return np.stack(parts, axis=1)


def _column(field: Field, values: Array, what: str) -> Array:
    """One target (examples,) as in training: numbers, or places of classes. Raises DataError."""
    if not field.classes:
        try:
            return values.astype(np.float64)
        except (TypeError, ValueError):
            raise DataError(f"{what}: column {field.name!r}: expected numbers") from None
    place = {name: float(i) for i, name in enumerate(field.classes)}
    texts = list(class_texts(values))
    unknown = next((text for text in texts if text not in place), None)
    if unknown is not None:
        known = ", ".join(field.classes[:50])
        problem = f"{unknown[:60]!r} was no class in training{guess(unknown, place)} ({known})"
        raise DataError(f"{what}: column {field.name!r}: {problem}")
    return np.array([place[text] for text in texts])


def _learned(preset: Preset, folder: Path | None) -> Preprocessing:
    """What the run has kept, or else what its data says. Raises TuidlError."""
    kept = RunFolder(folder).preprocessing if folder is not None else None
    return kept or Preprocessing.learned(preset.source, split_of(preset))


def asked_for(preset: Preset, folder: Path | None, output: str) -> tuple[Preset, Preparation]:
    """Of a run that answers with another of its outputs. Raises PresetError where there is none of
    that name that is held against a target of the data."""
    known = list(judged_outputs(preset))
    if output not in known:
        having = f"it has: {', '.join(known)}" if known else "it has one output, without a name"
        raise PresetError("--output", f"no output {output!r}{guess(output, known)} ({having})")
    preset = structs.replace(preset, predicts=output)
    return preset, Preparation.of_learned(preset, _learned(preset, folder))


def judged_outputs(preset: Preset) -> dict[str, str]:
    """The outputs that are held against a target of the data, and which."""
    names = {field.name for field in preset.spec().targets}
    terms = preset.terms if preset.outputs else ()
    return {str(t.output): str(t.target) for t in terms if t.target in names}
