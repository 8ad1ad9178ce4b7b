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

Array = np.ndarray[Any, np.dtype[Any]]

RUNNERS_UP = 2
"""Classes that the table names after the likeliest."""


@dataclass(frozen=True)
class Predictions:
    """``records``: for each example a dictionary of plain values, ready for JSON.

    Of classes: example, class, probability, probabilities {class: share}; of numbers: example,
    values. ``notes``: what was done to the inputs that nobody has asked for.
    """

    records: tuple[dict[str, Any], ...]
    notes: tuple[str, ...] = ()

    def table(self) -> list[str]:
        """One line for each example, under a heading."""
        if not self.records:
            return []
        if "class" in self.records[0]:
            heading: tuple[str, ...] = ("example", "class", "probability", "else")
            return columns([heading, *map(_class_row, self.records)], aligned_left=(0, 1, 3))
        count = len(self.records[0]["values"])
        names = ["prediction"] if count == 1 else [str(i) for i in range(1, count + 1)]
        rows = [[r["example"], *(f"{v:.6g}" for v in r["values"])] for r in self.records]
        return columns([["example", *names], *rows])


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
    """What the trained network says of a picture, a table or an array.

    ``preparation``: what training learned from the data besides the weights, where somebody has
    kept it; else it is learned again from the preset's data. ``key``, ``invert``: see
    ``read_inputs``. Raises TuidlError.
    """
    prepared = prepared_for(preset, preparation)
    inputs = read_inputs(preset, prepared, path, key=key, invert=invert)
    count = min(len(inputs.x), MOST_AT_ONCE)
    model = model_of(preset, parameters, examples=count, backend=backend, threads=threads)
    return predictions(prepared, inputs, model.predict(inputs.x))


def predictions(prepared: Preparation, inputs: Inputs, outputs: Array) -> Predictions:
    """The ``outputs`` (n, ...) in the user's words. Raises DataError where they are no numbers."""
    is_classes = bool(prepared.classes)
    answers = prepared.probabilities(outputs) if is_classes else prepared.numbers(outputs)
    record = _class_record if is_classes else _number_record
    finite = np.isfinite(answers).all(axis=1)
    if not finite.all():
        name = inputs.names[int(finite.argmin())]
        raise DataError(
            f"example {name}: the network's answer is no number; is a value of the input far from "
            "all that it was trained on?"
        )
    pairs = zip(inputs.names, answers, strict=True)
    records = (record(prepared, name, answer) for name, answer in pairs)
    return Predictions(tuple(records), inputs.notes)


def _class_record(prepared: Preparation, name: str, shares: Array) -> dict[str, Any]:
    best = int(shares.argmax())
    return {
        "example": name,
        "class": prepared.classes[best],
        "probability": float(shares[best]),
        "probabilities": dict(zip(prepared.classes, map(float, shares), strict=True)),
    }


def _number_record(prepared: Preparation, name: str, values: Array) -> dict[str, Any]:
    return {"example": name, "values": [float(value) for value in values]}


def _class_row(record: dict[str, Any]) -> tuple[str, ...]:
    shares = sorted(record["probabilities"].items(), key=lambda pair: -pair[1])
    others = [pair for pair in shares if pair[0] != record["class"]][:RUNNERS_UP]
    listed = ", ".join(f"{name} {share:.1%}" for name, share in others)
    return record["example"], record["class"], f"{record['probability']:.1%}", listed
