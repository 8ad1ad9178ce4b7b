"""What a user can ask the network in training, and an example to begin with."""

import math
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
import numpy as np
from msgspec import Meta

from tuidl.core.lazy import Array
from tuidl.data.table_layout import InputColumn
from tuidl.data.tables.encoding import DAYS_A_YEAR, HOURS
from tuidl.data.text.layout import TextLayout
from tuidl.data.text.tokenizer import BOUNDARY
from tuidl.inference.files import columns_of
from tuidl.inference.pictures import PICTURES
from tuidl.inference.preprocessing import Preparation
from tuidl.protocol.asking import AskField, AskForm, Cell, Takes
from tuidl.training.state import TrainState
from tuidl.worker.probes.ask_common import (
    MOST_EXAMPLES,
    examples_of,
    prepared_in,
    short,
    takes,
)
from tuidl.worker.probes.common import held_out, numbers, require_inputs, task_in

PROMPT = 12
"""Tokens of a held-out text that a writing network begins with."""
MINUTES_A_DAY = 1440
SINCE = 7
"""The input of a date that says years since the first one."""


class Options(msgspec.Struct, forbid_unknown_fields=True):
    """``example``: the one of the held-out part to begin with; None: blank, or the mean."""

    example: Annotated[int, Meta(ge=0)] | None = None


_known: list[tuple[Any, AskForm]] = []
"""The form without an example, and what it is of."""


def form_of(state: TrainState) -> AskForm:
    """The form without an example, read from the training part once. Raises DataError."""
    of = (state.preset, state.preprocessing, state.train_feed)
    for known, form in _known:
        if all(one is other for one, other in zip(known, of, strict=True)):
            return form
    found = ask_form(state, Options())
    _known[:] = [(of, found)]
    return found


def ask_form(state: TrainState, options: Options) -> AskForm:
    """Raises DataError where the network cannot be asked at all."""
    require_inputs(state, "it makes its answers out of noise: there is nothing to ask it (key 2)")
    prepared = prepared_in(state)
    kind, why = takes(state, prepared)
    part, feed = held_out(state)
    of = len(feed)
    if options.example is None and kind in ("series", "text"):
        options = Options(example=of - 1 if kind == "series" else 0)  # the last window there is
    number = None if options.example is None or not of else options.example % of
    form = AskForm(
        takes=kind, why=why, shape=prepared.shape, part=part, of=of, example=number,
        true="" if number is None else _true(state, prepared, feed.y[number : number + 1]),
    )  # fmt: skip
    if kind == "file":
        return form
    chosen = None
    if number is not None:
        chosen = examples_of(state, prepared, feed, slice(number, number + 1))[0]
    if kind == "text":
        assert prepared.text is not None
        assert chosen is not None
        return msgspec.structs.replace(form, text=_text(prepared.text, chosen))
    seen = examples_of(state, prepared, state.train_feed, slice(0, MOST_EXAMPLES))
    if kind == "table":
        return msgspec.structs.replace(form, fields=tuple(_fields(state, prepared, seen, chosen)))
    return _drawn(state, prepared, form, kind, seen, chosen)


def _drawn(
    state: TrainState,
    prepared: Preparation,
    form: AskForm,
    kind: Takes,
    seen: Array,
    chosen: Array | None,
) -> AskForm:
    """With the values' range, and the example's."""
    is_unit = kind == "picture" and state.preset.data.kind() in PICTURES
    low, high = (0.0, 1.0) if is_unit else (short(seen.min()), short(seen.max()))
    names: tuple[str, ...] = ()
    if kind == "series":
        table, width = prepared.table, prepared.shape[-1]
        known = table.inputs if table is not None else ()
        numbered = ("value",) if width == 1 else tuple(f"value {i + 1}" for i in range(width))
        names = known if len(known) == width else numbered
    values = [] if chosen is None else [short(value) for value in chosen.reshape(-1)]
    return msgspec.structs.replace(
        form, low=low, high=high if high > low else low + 1, values=values, names=names
    )


@dataclass(frozen=True)
class _Inputs:
    """A column's inputs of training examples ``seen`` (n, width), and of the ``chosen`` one."""

    column: InputColumn
    seen: Array
    chosen: Array | None


def _fields(
    state: TrainState, prepared: Preparation, seen: Array, chosen: Array | None
) -> list[AskField]:
    layout = columns_of(prepared)
    assert layout is not None
    names, start, found = _names(state, layout.columns), 0, []
    for column, name in zip(layout.columns, names, strict=True):
        own = slice(start, start + column.width)
        start = own.stop
        of = _Inputs(column, seen[:, own], None if chosen is None else chosen[own])
        found.append(_field(of, name))
    return found


def _names(state: TrainState, columns: tuple[InputColumn, ...]) -> list[str]:
    """The columns', or those of several inputs that are no table's."""
    spec = state.program.graph.answering.spec
    if spec.inputs and sum(field.width for field in spec.inputs) == len(columns):
        return [
            field.name if field.width == 1 else f"{field.name} {i + 1}"
            for field in spec.inputs
            for i in range(field.width)
        ]
    if all(column.name == str(i) for i, column in enumerate(columns, 1)):
        return [f"input {column.name}" for column in columns]
    return [column.name for column in columns]


def _field(of: _Inputs, name: str) -> AskField:
    column = of.column
    if column.kind == "picture":
        return AskField(name=name, kind="picture", start="")
    if column.text is not None:
        text = _text(column.text, of.seen[0] if of.chosen is None else of.chosen)
        return AskField(name=name, kind="text", start=text)
    if column.kind == "category":
        return _choices(of, name)
    if column.kind == "id":
        return _ids(of, name)
    is_date = column.date is not None
    known = of.seen[:, SINCE if is_date else 0]
    gaps = of.seen[:, -1] > 0.5 if column.indicator else np.zeros(len(known), bool)
    if column.is_time:
        known = _hours(of.seen)
    known = known[~gaps] if not gaps.all() else known
    if column.date is not None:
        return _date(of, name, known)
    low, high, whole = short(known.min()), short(known.max()), _are_whole(known)
    start: Cell = _near(float(known.mean()), high - low, whole)
    if of.chosen is not None:
        start = short(_hours(of.chosen) if column.is_time else of.chosen[0])
        start = float(round(start)) if whole else start
        start = "" if column.indicator and of.chosen[-1] > 0.5 else start
    return AskField(
        name=name, kind="number", unit=column.number.unit, low=low, high=high, whole=whole,
        start=start,
    )  # fmt: skip


def _hours(circles: Array) -> Array:
    """Hours since midnight of a time of day's inputs (..., 2 or more)."""
    hours: Array = np.arctan2(circles[..., 0], circles[..., 1]) * (HOURS / 2 / np.pi) % HOURS
    return hours


def _date(of: _Inputs, name: str, since: Array) -> AskField:
    form = of.column.date
    assert form is not None

    def day(value: float) -> float:
        days = form.first + value * DAYS_A_YEAR
        return round(days * MINUTES_A_DAY) / MINUTES_A_DAY if form.has_time else float(round(days))

    start: Cell = day(float(since.mean()) if of.chosen is None else float(of.chosen[SINCE]))
    if of.chosen is not None and of.column.indicator and of.chosen[-1] > 0.5:
        start = ""
    low, high = day(float(since.min())), day(float(since.max()))
    return AskField(
        name=name, kind="date", low=low, high=high, whole=not form.has_time, start=start
    )


def _ids(of: _Inputs, name: str) -> AskField:
    """The commonest id to begin with, or the example's."""
    choices = (*of.column.categories, of.column.other)
    counts = np.bincount(of.seen[:, 0].astype(int), minlength=len(choices))
    number = int(counts.argmax()) if of.chosen is None else int(of.chosen[0])
    return AskField(name=name, kind="category", choices=choices, start=choices[number])


def _choices(of: _Inputs, name: str) -> AskField:
    column = of.column
    choices = (*column.categories, *((column.other,) if column.other else ()))
    inputs = of.seen[:, : len(choices)]
    start = choices[int(inputs.sum(axis=0).argmax())]
    if of.chosen is not None:
        own = of.chosen[: len(choices)]
        is_gap = own.max() < 0.5 or (column.indicator and of.chosen[-1] > 0.5)
        start = "" if is_gap else choices[int(own.argmax())]
    if column.filling is not None:
        choices = (*choices, "")
    return AskField(name=name, kind="category", choices=choices, start=start)


def _are_whole(values: Array) -> bool:
    return bool(np.all(np.abs(values - np.round(values)) < 1e-3))


def _near(value: float, span: float, whole: bool) -> float:
    """A mean without digits that say nothing."""
    if whole:
        return float(round(value))
    return round(value, max(3 - math.floor(math.log10(span)), 0)) if span > 0 else short(value)


def _text(layout: TextLayout, chosen: Array) -> str:
    """An example's text; of a line with an answer what stands before that, of a text to go on with
    its first tokens."""
    tokenizer, tokens = layout.tokenizer, chosen.reshape(-1).astype(int).tolist()
    if tokens == [tokenizer.unknown]:
        return next(filter(str.isalpha, tokenizer.tokens), "")
    end = tokenizer.tokens.index(BOUNDARY) if BOUNDARY in tokenizer.tokens else None
    if layout.is_lines or layout.predicts == "label":
        tokens = tokens[1:] if layout.is_lines else tokens
        tokens = tokens[: tokens.index(end)] if end in tokens else tokens
    if layout.generates and not layout.answer_after:
        tokens = tokens[: 3 if layout.is_lines else PROMPT]
    text = tokenizer.decode(tokens)
    return text.split(layout.answer_after)[0] if layout.answer_after else text


def _true(state: TrainState, prepared: Preparation, rows: Array) -> str:
    """What is true of an example, in words; "" where that takes more than a few."""
    task = task_in(state)
    targets = task.targets(rows)
    if task.labels(targets) is not None and len(targets[0]) == 1:
        return task.caption(targets[0].tolist())
    if task.has_labels or targets.shape[1] > 3:
        return ""
    if prepared.target_shift:
        targets = targets * np.array(prepared.target_width) + np.array(prepared.target_shift)
    return task.caption(numbers(targets[0]))
