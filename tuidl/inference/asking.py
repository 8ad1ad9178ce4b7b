"""What was drawn, set or typed, as inputs of the network: by the code that reads files."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from tuidl.core.errors import DataError
from tuidl.data.encoded_rows import EncodedRows
from tuidl.data.table_rows import typed_rows
from tuidl.data.tables.typed import typed
from tuidl.inference.files import Inputs, array_inputs, columns_of, read_inputs, ready
from tuidl.inference.preprocessing import Preparation
from tuidl.inference.texts import typed_texts
from tuidl.nn.layers.base import describe
from tuidl.preset.schema import Preset

CALLED = Path("your input")
"""What stands for the file in errors."""
LARGEST_FILE = 32 << 20
"""Bytes of a file that is read while a network trains: the steps wait for it."""
MOST = 64
"""Examples of a file that are answered."""


def drawn(preset: Preset, prepared: Preparation, values: Sequence[float]) -> Inputs:
    """A picture or series, flat, with channels last, as .npy would hold it. Raises DataError."""
    shape = prepared.shape
    if len(values) != np.prod(shape):
        raise DataError(f"{CALLED}: {len(values)} numbers, expected {describe(shape)}")
    x = np.array(values, np.float64).reshape(1, *shape)
    if prepared.table is not None:  # windows of a series: as exact as its file
        return ready(CALLED, prepared, x, ("1",), ())
    if getattr(preset.data, "channels", None) == "first":
        x = np.moveaxis(x, -1, 1)
    return array_inputs(preset, prepared, x, CALLED)


def rows(
    prepared: Preparation, cells: Sequence[Sequence[str | float]]
) -> tuple[Inputs, list[list[str]]]:
    """Rows of values, as a CSV file would have them, and their fields. Raises DataError."""
    layout = columns_of(prepared)
    if layout is None or layout.window:
        raise DataError(f"{CALLED}: the network reads {describe(prepared.shape)} numbers, no row")
    if any(len(row) != len(layout.columns) for row in cells):
        raise DataError(f"{CALLED}: expected {len(layout.columns)} values")
    fields = [
        [typed(value, column) for value, column in zip(row, layout.columns, strict=True)]
        for row in cells
    ]
    return _encoded(prepared, typed_rows(fields, layout, str(CALLED))), fields


def text(prepared: Preparation, given: str) -> Inputs:
    """A text for a network that says what whole texts are. Raises DataError."""
    assert prepared.text is not None
    return _encoded(prepared, typed_texts([given], prepared.text, str(CALLED)))


def _encoded(prepared: Preparation, found: EncodedRows) -> Inputs:
    made = ready(CALLED, prepared, found.x, (), found.table.notes, found.problems, found.table)
    return replace(made, marks=found.marks)


def of_file(preset: Preset, prepared: Preparation, path: Path) -> Inputs:
    """The first examples of a file, read as ``tuidl predict`` reads it. Raises DataError."""
    try:
        size = path.stat().st_size
    except (OSError, ValueError):
        size = 0  # which the reader says better
    if size > LARGEST_FILE:
        most = f"{LARGEST_FILE >> 20} MiB"
        raise DataError(f"{path}: more than {most}, for which training would wait: tuidl predict")
    inputs = read_inputs(preset, prepared, path)
    if inputs.prompts is not None:
        raise DataError(f"{path}: prompts of a file are answered by tuidl predict")
    return first(inputs)


def first(inputs: Inputs, most: int = MOST) -> Inputs:
    """The first examples, with a note where there are more. Raises DataError where none of them can
    be predicted."""
    if len(inputs.x) <= most:
        return inputs
    kept = {place: why for place, why in inputs.problems.items() if place < most}
    if len(kept) == most:
        raise DataError(kept[0])
    note = f"the first {most} of {len(inputs.x):,} examples; tuidl predict answers all"
    return replace(
        inputs,
        x=inputs.x[:most],
        names=inputs.names[:most],
        notes=(*inputs.notes, note),
        problems=kept,
        table=None,
        marks={place: mark for place, mark in inputs.marks.items() if place < most},
    )
