"""Asking a trained network from Python: arrays and data frames as its inputs and targets."""

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tuidl.core.errors import DataError, RunError, TuidlError, guess
from tuidl.core.lazy import Array
from tuidl.core.own_files import error_text, is_there
from tuidl.data.table_layout import NumberFormat
from tuidl.data.tables.typed import typed_number
from tuidl.inference.files import Inputs, array_inputs, read_inputs
from tuidl.inference.preprocessing import Preparation
from tuidl.inference.trained import model_of
from tuidl.model.weighing import with_counted
from tuidl.preset.schema import Preset
from tuidl.runs.given import Columns, class_texts, columns_of, is_frame, write_table
from tuidl.runs.several import rows_of, units_of
from tuidl.storage.contents import GIVEN, LOCK
from tuidl.tasks.choice import task_of
from tuidl.training.evaluation import evaluate
from tuidl.training.interruption import Interrupter


def inputs_of(preset: Preset, prepared: Preparation, x: Any) -> Inputs:
    """Examples as the network takes them. Raises DataError."""
    is_series = prepared.table is not None and prepared.table.window
    if is_frame(x) or (prepared.table is not None and not is_series):
        return _rows(preset, prepared, x)
    values = np.asarray(x)
    if values.dtype.kind not in "biuf":
        raise DataError(f"x: expected numbers, got {values.dtype}")
    return array_inputs(preset, prepared, values)


def _rows(preset: Preset, prepared: Preparation, x: Any) -> Inputs:
    """Of a table, which is read as a file of it is; errors speak of x."""
    names = [column.name for column in prepared.table.columns] if prepared.table else []
    with tempfile.TemporaryDirectory(prefix="tuidl-") as folder:
        path = Path(folder) / "x.csv"
        write_table(_with_commas(columns_of(x, names), prepared), path)
        try:
            inputs = read_inputs(preset, prepared, path)
        except TuidlError as error:
            raise DataError(str(error).replace(str(path), "x")) from None
    problems = {row: why.replace(str(path), "x") for row, why in inputs.problems.items()}
    return replace(inputs, problems=problems)


def _with_commas(columns: Columns, prepared: Preparation) -> Columns:
    """The columns with numbers as the file that was learned from writes them, where that has
    decimal commas: a point would part thousands there."""
    forms = {
        column.name: column.number
        for column in (prepared.table.columns if prepared.table else ())
        if column.kind == "number" and column.number.decimal == ","
    }
    return {
        name: [_number_text(value, forms[name]) for value in values] if name in forms else values
        for name, values in columns.items()
    }


def _number_text(value: Any, form: NumberFormat) -> Any:
    is_number = isinstance(value, float) and np.isfinite(value)
    return typed_number(value, form) if is_number else value


def scores_of(
    preset: Preset,
    parameters: Mapping[str, Array],
    prepared: Preparation,
    x: Any,
    y: Any,
    class_weights: Mapping[str, tuple[float, ...]],
    folder: Path | None = None,
) -> dict[str, float]:
    """Loss and metrics on these examples. ``class_weights``: of losses whose weights were counted
    in the training part; ``folder``: the run's. Raises DataError."""
    inputs = inputs_of(preset, prepared, x)
    if inputs.problems:
        raise DataError(inputs.problems[min(inputs.problems)])
    if preset.spec().targets:
        targets = rows_of(preset, folder, x, y)
    else:
        targets = _targets(prepared, task_of(preset).names, _given(preset, x, y))
    model = model_of(preset, parameters, examples=len(inputs.x))
    if class_weights:
        model.class_weights = with_counted(model.program.graph, class_weights)
    units = units_of(preset, prepared, folder)
    feed = replace(model.feed(inputs.x, targets), units=units)
    scores = evaluate(model, feed, Interrupter()).scores
    assert scores is not None  # nobody asked to stop
    return scores


def _given(preset: Preset, x: Any, y: Any) -> Any:
    """The targets, which may be a column of ``x``: of a table by default the one of training.
    Raises DataError."""
    if y is not None and not isinstance(y, str):
        return y
    name = str(y if y is not None else getattr(preset.data, "target", "") or "")
    columns = columns_of(x) if is_frame(x) else {}
    if name not in columns:
        raise DataError(f"y: expected targets, or a column of x{guess(name, columns)}")
    return columns[name]


def _targets(prepared: Preparation, classes: Sequence[str], y: Any) -> Array:
    """Places of classes, or numbers scaled as in training. Raises DataError."""
    values = np.asarray(y)
    if classes:
        if values.ndim == 2 and values.shape[1] == len(classes):
            return np.asarray(values.argmax(axis=1)[:, None])
        place = {name: i for i, name in enumerate(classes)}
        texts = list(class_texts(values))
        for text in dict.fromkeys(texts):
            if text not in place:
                known = ", ".join(classes[:50])
                raise DataError(
                    f"y: {text[:60]!r} was no class in training{guess(text, place)} ({known})"
                )
        return np.array([place[text] for text in texts])[:, None]
    try:
        rows = np.asarray(values, np.float64)
    except (TypeError, ValueError):
        raise DataError(f"y: expected numbers, got {values.dtype}") from None
    rows = rows.reshape(len(rows), -1) if rows.ndim else rows
    if prepared.target_shift:
        rows = (rows - np.array(prepared.target_shift)) / np.array(prepared.target_width)
    return rows


def saved(folder: Path | None, path: Path) -> Path:
    """Copy a run. Raises RunError."""
    if folder is None or not folder.is_dir():
        raise RunError("the run that this network is of is no longer there")
    if is_there(path):
        raise RunError(f"{path}: is there already; give a name that is free")
    try:
        shutil.copytree(folder, path, ignore=shutil.ignore_patterns(*GIVEN, LOCK))
    except OSError as error:
        raise RunError(error_text(error, path)) from None
    return path
