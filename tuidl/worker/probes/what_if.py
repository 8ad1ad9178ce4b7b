"""What becomes of an answer as one input changes and all others stay."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeVar

import numpy as np

from tuidl.core.errors import DataError
from tuidl.inference import asking
from tuidl.inference.files import Inputs
from tuidl.inference.predictions import answered
from tuidl.inference.preprocessing import Preparation
from tuidl.protocol.answer import Number
from tuidl.protocol.asking import AskField, AskForm, Cell, WhatIf
from tuidl.training.state import TrainState
from tuidl.worker.probes.ask_common import short

POINTS, FEW = 41, 7
"""Values of the input that is looked at, and of each of the others."""
MOST_CHOICES = 60
MOST_FIELDS = 60
"""Inputs whose effect is looked at."""

T = TypeVar("T")

Effect = tuple[Number, Number]


def what_if_cell(
    state: TrainState,
    prepared: Preparation,
    field: AskField,
    cells: Sequence[Cell],
    vary: int,
    of: tuple[str, int],
) -> WhatIf:
    """Of a row, whose column ``vary`` is ``field``. ``of``: name and place of the answer. Raises
    DataError."""
    if field.is_typed:
        raise DataError(f"{field.name}: a {field.kind} has no range to go over")
    tried = _tried(field, POINTS, cells[vary])
    inputs, _ = asking.rows(prepared, [_with(cells, vary, value) for value in tried])
    is_category = field.kind == "category"
    x = range(len(tried)) if is_category else tried
    return WhatIf(
        name=field.name,
        of=of[0],
        x=[float(value) for value in x],
        y=_answers(state, prepared, inputs, of[1]),
        choices=tuple(map(str, tried)) if is_category else (),
        of_choices=len(field.choices),
    )


def what_if_value(
    state: TrainState,
    prepared: Preparation,
    form: AskForm,
    values: Sequence[float],
    vary: int,
    of: tuple[str, int],
) -> WhatIf:
    """Of a series, whose value ``vary`` (flat) goes over the range of the training part. Raises
    DataError."""
    if vary >= len(values):
        raise DataError(f"vary: expected one of {len(values)} values")
    tried = np.linspace(form.low, form.high, POINTS).tolist()
    every = [asking.drawn(state.preset, prepared, _with(values, vary, value)) for value in tried]
    joined = Inputs(np.concatenate([one.x for one in every]), tuple(map(str, range(POINTS))))
    step, channel = divmod(vary, len(form.names))
    name = f"{form.names[channel]}, step {step + 1}"
    y = _answers(state, prepared, joined, of[1])
    return WhatIf(name=name, of=of[0], x=tried, y=y)


def effects_of(
    state: TrainState,
    prepared: Preparation,
    fields: Sequence[AskField],
    cells: Sequence[Cell],
    place: int,
) -> tuple[Effect, ...]:
    """The lowest and the highest answer that each input alone brings about; None where there is
    none. Empty where there are too many inputs."""
    if len(fields) > MOST_FIELDS:
        return ()
    rows, ends = list[list[Cell]](), [0]
    for number, field in enumerate(fields):
        tried = _tried(field, FEW, cells[number])
        rows += [_with(cells, number, value) for value in tried]
        ends.append(len(rows))
    if not rows:
        return ()
    inputs, _ = asking.rows(prepared, rows)
    y = _answers(state, prepared, inputs, place)
    effects = list[Effect]()
    for first, last in pairwise(ends):
        known = [value for value in y[first:last] if value is not None]
        effects.append((min(known), max(known)) if known else (None, None))
    return tuple(effects)


def _tried(field: AskField, count: int, here: Cell) -> list[Cell]:
    """Values over the range of an input, of very many choices the first ones and that which is
    chosen now (``here``); none of a picture or text."""
    if field.is_typed:
        return []
    if field.kind == "category":
        first = list[Cell](field.choices[:MOST_CHOICES])
        return first if here in first or here not in field.choices else [*first[:-1], here]
    values = np.linspace(field.low, field.high, count)
    if field.whole:
        values = np.unique(np.round(values))
    return [short(value) for value in values] if field.kind == "number" else values.tolist()


def _with(values: Sequence[T], place: int, value: T) -> list[T]:
    """The same with another value at a place."""
    changed = list(values)
    changed[place] = value
    return changed


def _answers(state: TrainState, prepared: Preparation, inputs: Inputs, place: int) -> list[Number]:
    """One number of the answer to each example; None where there is no answer."""
    found = answered(state.model, prepared, inputs)
    of = found.task.shown(found.decoded).reshape(len(found.decoded), -1)[:, place]
    return found.in_place([float(value) for value in of], None)
