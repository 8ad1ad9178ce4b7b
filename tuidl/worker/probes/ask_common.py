"""What the probes ``ask_form`` and ``ask`` share: what a network takes, and its examples in the
user's units."""

from typing import Any

import numpy as np

from tuidl.backends.base import ArrayDataset
from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.data.preprocessing import Preprocessing
from tuidl.inference.files import columns_of
from tuidl.inference.preprocessing import Preparation
from tuidl.nn.layers.base import describe
from tuidl.preset.schema import Preset
from tuidl.protocol.asking import Takes
from tuidl.training.state import TrainState
from tuidl.worker.probes.common import inputs, require_inputs

MOST_EXAMPLES = 4096
"""Of the training part, whose ranges are the user's."""
MOST_DRAWN = 64 * 1024
"""Numbers of a drawing, which travel with each stroke."""
MOST_FIELDS = 300
DIGITS = 6
"""Significant digits of values in the user's units: what float32 keeps."""
EXACT = 9
"""Significant digits by which every float32 is another number."""

_prepared: list[tuple[Preset, Preprocessing, Preparation]] = []


def prepared_in(state: TrainState) -> Preparation:
    """What lies between the user's values and the network's, of the network in training."""
    for preset, learned, known in _prepared:
        if preset is state.preset and learned is state.preprocessing:
            return known
    found = Preparation.of_learned(state.preset, state.preprocessing)
    _prepared[:] = [(state.preset, state.preprocessing, found)]
    return found


def takes(state: TrainState, prepared: Preparation) -> tuple[Takes, str]:
    """What can be made by hand, or why nothing can. Raises DataError where nothing can be asked at
    all."""
    require_inputs(state)
    own = state.program.graph.answering.spec.shape
    if prepared.shape != own:
        raise DataError(
            f"the network answers from {describe(own)} of the {describe(prepared.shape)} numbers "
            "of an example: no file and no hand can give it those alone"
        )
    if prepared.text is not None:
        return "text", ""
    shape, table = prepared.shape, prepared.table
    if (table is not None and table.window) or (table is None and len(shape) == 2):
        return ("series", "") if np.prod(shape) <= MOST_DRAWN else _only_files(shape)
    if (layout := columns_of(prepared)) is not None:
        return ("table", "") if len(layout.columns) <= MOST_FIELDS else _only_files(shape)
    if len(shape) == 3 and shape[2] in (1, 3) and np.prod(shape) <= MOST_DRAWN:
        return "picture", ""
    return _only_files(shape)


def _only_files(shape: tuple[int, ...]) -> tuple[Takes, str]:
    return "file", f"inputs of {describe(shape)} numbers are not made by hand: i gives a file"


def in_units(prepared: Preparation, x: Array) -> Array:
    """Inputs of the network (n, *shape) as the data has them, float64."""
    values = np.asarray(x, np.float64).reshape(len(x), *prepared.shape)
    if prepared.input_shift:
        values = values * np.array(prepared.input_width) + np.array(prepared.input_shift)
    return values


def examples_of(
    state: TrainState, prepared: Preparation, feed: ArrayDataset, chosen: slice
) -> Array:
    """Examples of a part in the user's units, (n, *shape) float64."""
    return in_units(prepared, inputs(state, feed, chosen))


def short(value: Any, digits: int = DIGITS) -> float:
    """Without the digits that scaling in float32 leaves."""
    return float(f"{float(value):.{digits}g}")
