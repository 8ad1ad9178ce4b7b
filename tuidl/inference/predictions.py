"""What the network says, as records, a table, or lines of JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tuidl.core.errors import DataError
from tuidl.inference.files import Inputs, read_inputs
from tuidl.inference.preprocessing import Preparation, prepared_for
from tuidl.inference.trained import MOST_AT_ONCE, model_of
from tuidl.preset.schema import Preset
from tuidl.protocol.formatting import columns
from tuidl.tasks.base import Record, Task
from tuidl.tasks.choice import task_of

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Predictions:
    """What the network predicts for each example, and how its task shows it.

    Attributes
    ----------
    task
        What the outputs mean.
    records
        For each example a dictionary of plain values, ready for JSON: ``example``, and of classes
        ``class``, ``probability``, ``probabilities`` {class: share}; of labels ``labels`` (those
        from 50% on), ``probabilities`` {label: share}; of numbers ``values``, in the unit of the
        targets.
    notes
        What was changed about the inputs without being asked for.
    """

    task: Task
    records: tuple[Record, ...]
    notes: tuple[str, ...] = ()

    def table(self) -> list[str]:
        """Lines of text: one for each example, under a heading."""
        if not self.records:
            return []
        rows, aligned_left = self.task.table(self.records)
        return columns(rows, aligned_left=aligned_left) if aligned_left else columns(rows)


def predict_file(
    preset: Preset,
    parameters: Mapping[str, Array],
    path: Path,
    *,
    preparation: Preparation | None = None,
    key: str | None = None,
    invert: bool | None = None,
    backend: str = "cpu",
    threads: int | None = None,
) -> Predictions:
    """Predict from a picture, a table or an array.

    Parameters
    ----------
    preset
        What the network was trained with.
    parameters
        The trained parameters by name, ``{layer}.{parameter}``.
    path
        The user's file, of a kind that its suffix names.
    preparation
        What training learned from the data besides the weights; by default it is learned again
        from the preset's data.
    key
        Which array of several in a .npz file.
    invert
        Whether light and dark of a picture are exchanged; by default its border decides.
    backend, threads
        What the network runs on.

    Returns
    -------
    Predictions
        A record for each example.

    Raises
    ------
    TuidlError
        Where the file does not fit the network, or a prediction is not finite.
    """
    prepared = prepared_for(preset, preparation)
    inputs = read_inputs(preset, prepared, path, key=key, invert=invert)
    count = min(len(inputs.x), MOST_AT_ONCE)
    model = model_of(preset, parameters, examples=count, backend=backend, threads=threads)
    return predictions(task_of(preset), prepared, inputs, model.predict(inputs.x))


def predictions(task: Task, prepared: Preparation, inputs: Inputs, outputs: Array) -> Predictions:
    """Outputs of the network as records.

    Parameters
    ----------
    task
        What the outputs mean.
    prepared
        What the network ends in, and how its targets were scaled.
    inputs
        The examples, with their names.
    outputs
        ``(n, *answer shape)``, as the model predicts them.

    Raises
    ------
    DataError
        Where an output is not finite; it names the example.
    """
    decoded = prepared.decode(outputs)
    finite = np.isfinite(decoded).all(axis=tuple(range(1, decoded.ndim)))
    if not finite.all():
        name = inputs.names[int(finite.argmin())]
        raise DataError(
            f"example {name}: the network's answer is no number; is a value of the input far from "
            "all that it was trained on?"
        )
    pairs = zip(inputs.names, decoded, strict=True)
    return Predictions(task, tuple(task.record(*pair) for pair in pairs), inputs.notes)
