"""Analytic against numeric gradients, in float64.

Every entry of a parameter is moved a little both ways, and the slope of the loss between the two
is held against the gradient that backpropagation gave (after PyTorch's gradcheck).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tuidl.compiler.program import ObjectiveProgram
from tuidl.core.lazy import Array
from tuidl.model.model import Model
from tuidl.preset.schema import Preset

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
    part = preset.source.split().train
    x, y = part.x[:examples], part.y[:examples]
    model = Model(preset, batch=len(x), dtype="float64")
    random = np.random.default_rng(0)
    for values in model.parameters.values():
        values += JITTER * random.standard_normal(values.shape)
    return [
        check
        for objective in model.program.objectives
        for check in _checks(model, objective, (x, y), entries, random)
    ]


def _checks(
    model: Model,
    objective: ObjectiveProgram,
    examples: tuple[Array, Array],
    entries: int,
    random: np.random.Generator,
) -> Iterator[Check]:
    """Of each parameter that an objective trains; its name stands before theirs."""
    _, gradients = model.loss_and_gradients(*examples, objective.name)
    frozen = model.program.graph.frozen
    slots = {slot.name: slot for slot in model.program.parameters}
    for name, values in model.parameters.items():
        if name in frozen or (slots[name].trainable and not objective.has(slots[name])):
            continue
        count = min(entries, values.size)
        chosen = np.sort(random.permutation(values.size)[:count])
        flat = values.reshape(-1)
        numeric = numeric_gradient(model, flat, chosen, *examples, objective.name)
        title = f"{objective.name}: {name}" if objective.name else name
        yield compare(title, gradients[name].reshape(-1)[chosen], numeric, values.size)


def numeric_gradient(
    model: Model,
    values: Array,
    chosen: Array,
    x: Array,
    y: Array,
    objective: str | None = None,
) -> Array:
    """Central differences of the loss by the ``chosen`` entries of ``values`` (flat, a view)."""
    slopes = np.zeros(len(chosen))
    for i, entry in enumerate(chosen):
        before = values[entry]
        values[entry] = before + EPSILON
        above, _ = model.loss_and_gradients(x, y, objective)
        values[entry] = before - EPSILON
        below, _ = model.loss_and_gradients(x, y, objective)
        values[entry] = before
        slopes[i] = (above - below) / (2 * EPSILON)
    return slopes


def compare(name: str, analytic: Array, numeric: Array, size: int) -> Check:
    """Which entries differ by more than ABSOLUTE + RELATIVE * numeric."""
    error = np.abs(analytic - numeric)
    missed = ~(error <= ABSOLUTE + RELATIVE * np.abs(numeric))
    largest = float(error.max(initial=0.0))
    return Check(name, size, len(numeric), int(missed.sum()), largest)
