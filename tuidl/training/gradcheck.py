"""Analytic against numeric gradients, in float64.

Every entry of a parameter is moved a little both ways, and the slope of the loss between the two
is held against the gradient that backpropagation gave (after PyTorch's gradcheck).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tuidl.model.model import Model
from tuidl.preset.schema import Preset

Array = np.ndarray[Any, np.dtype[Any]]

EPSILON, ABSOLUTE, RELATIVE = 1e-6, 1e-5, 1e-3
JITTER = 0.1
"""Deviation of what is added to the first parameters: biases of exactly zero put ReLUs on their
kink wherever an image is blank, and there no slope exists."""


@dataclass(frozen=True)
class Check:
    """One parameter: its largest miss, and how many entries were checked and missed."""

    name: str
    size: int
    checked: int
    missed: int
    largest_error: float


def check_gradients(preset: Preset, *, examples: int = 4, entries: int = 100) -> list[Check]:
    """Compare analytic with numeric gradients, in float64, on the first training examples.

    Parameters
    ----------
    preset : Preset
    examples : int
        How many of the training examples make the batch.
    entries : int
        How many entries of each parameter are checked; all, where it has fewer.

    Returns
    -------
    list of Check
        One for each parameter that is learned; a frozen one has no gradient to check.

    Raises
    ------
    TuidlError
        Where the preset does not fit, or its data cannot be had.
    """
    part = preset.data.split().train
    x, y = part.x[:examples], part.y[:examples]
    model = Model(preset, batch=len(x), dtype="float64")
    random = np.random.default_rng(0)
    for values in model.parameters.values():
        values += JITTER * random.standard_normal(values.shape)
    _, gradients = model.loss_and_gradients(x, y)
    checks = []
    frozen = model.program.graph.frozen
    for name, values in model.parameters.items():
        if name in frozen:
            continue
        count = min(entries, values.size)
        chosen = np.sort(random.permutation(values.size)[:count])
        numeric = numeric_gradient(model, values.reshape(-1), chosen, x, y)
        checks.append(compare(name, gradients[name].reshape(-1)[chosen], numeric, values.size))
    return checks


def numeric_gradient(model: Model, values: Array, chosen: Array, x: Array, y: Array) -> Array:
    """Central differences of the loss by the ``chosen`` entries of ``values`` (flat, a view)."""
    slopes = np.zeros(len(chosen))
    for i, entry in enumerate(chosen):
        before = values[entry]
        values[entry] = before + EPSILON
        above, _ = model.loss_and_gradients(x, y)
        values[entry] = before - EPSILON
        below, _ = model.loss_and_gradients(x, y)
        values[entry] = before
        slopes[i] = (above - below) / (2 * EPSILON)
    return slopes


def compare(name: str, analytic: Array, numeric: Array, size: int) -> Check:
    """Which entries differ by more than ABSOLUTE + RELATIVE * numeric."""
    error = np.abs(analytic - numeric)
    missed = ~(error <= ABSOLUTE + RELATIVE * np.abs(numeric))
    largest = float(error.max(initial=0.0))
    return Check(name, size, len(numeric), int(missed.sum()), largest)
