"""What the network in training says of a user's own input, as ``tuidl predict`` says it."""

import time
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np
from msgspec import Meta

from tuidl.core.errors import DataError
from tuidl.core.printable import printable
from tuidl.data.text.layout import TextLayout
from tuidl.inference import asking
from tuidl.inference.files import Inputs
from tuidl.inference.generating import Generator, Sampling
from tuidl.inference.predictions import Predictions, answered
from tuidl.inference.preprocessing import Preparation
from tuidl.protocol.asking import Asked, AskToken, Cell
from tuidl.training.state import TrainState
from tuidl.worker.probes.ask_common import EXACT, in_units, prepared_in, short, takes
from tuidl.worker.probes.ask_form import form_of
from tuidl.worker.probes.common import answers_of
from tuidl.worker.probes.what_if import effects_of, what_if_cell, what_if_value

MOST_VALUES = 200
"""Of an answer: of more classes the likeliest."""
MOST_MADE = 64 * 1024
WRITTEN = 12
"""Tokens that a network goes on with behind a text."""
LONGEST = 0.05
"""Seconds that it goes on at most; the likeliest next tokens are always all there."""
TOP = 10


class Options(msgspec.Struct, forbid_unknown_fields=True):
    """One of ``values`` (flat, in the user's units), ``cells``, ``text`` and the path of a ``file``
    is the question. ``vary``: the input whose what-if curve is asked for, of the answer ``of``, by
    default the likeliest class or the first output."""

    number: int = 0
    values: Annotated[list[float], Meta(max_length=1 << 20)] | None = None
    cells: Annotated[list[Cell], Meta(max_length=1000)] | None = None
    text: Annotated[str, Meta(max_length=100_000)] | None = None
    file: Annotated[str, Meta(max_length=4096)] | None = None
    vary: Annotated[int, Meta(ge=0)] | None = None
    of: str = ""


_read: list[tuple[Any, Inputs]] = []
"""The last file, and what tells whether it is the same."""


def ask(state: TrainState, options: Options) -> Asked:
    """Raises DataError where the question cannot be answered."""
    prepared = prepared_in(state)
    kind, _ = takes(state, prepared)
    if options.text is not None and prepared.text is not None and options.file is None:
        if prepared.text.generates:
            return _written(state, prepared.text, options)
        tokens = _tokens(prepared.text, options.text)
        found = answered(state.model, prepared, _of_text(prepared, options.text))
        return _said(prepared, found, number=options.number, tokens=tokens)
    given, cells = _inputs(state, prepared, options)
    found = answered(state.model, prepared, given)
    more: dict[str, Any] = {"number": options.number, "cells": cells}
    if kind == "picture" and options.file is not None:
        seen = in_units(prepared, given.x[:1]).reshape(-1)
        more["seen"] = [short(value, EXACT) for value in seen]
    of = _tracked(found, options.of)
    if options.vary is not None and options.file is None and of is not None:
        more |= _what_if(state, prepared, options, of)
    return _said(prepared, found, **more)


def _what_if(
    state: TrainState, prepared: Preparation, options: Options, of: tuple[str, int]
) -> dict[str, Any]:
    """The curve of one input, and of a row the effects of all."""
    form, vary = form_of(state), options.vary or 0
    if options.values is not None and form.takes == "series":
        return {"what_if": what_if_value(state, prepared, form, options.values, vary, of)}
    if options.cells is None:
        return {}
    if vary >= len(form.fields):
        raise DataError(f"vary: expected one of {len(form.fields)} inputs")
    effects = effects_of(state, prepared, form.fields, options.cells, of[1])
    if form.fields[vary].is_typed:
        return {"effects": effects}
    curve = what_if_cell(state, prepared, form.fields[vary], options.cells, vary, of)
    return {"what_if": curve, "effects": effects}


def _inputs(
    state: TrainState, prepared: Preparation, options: Options
) -> tuple[Inputs, tuple[str, ...]]:
    """The question as the network takes it, and the fields of a row."""
    if options.file is not None:
        return _file(state, prepared, Path(options.file)), ()
    if options.cells is not None:
        inputs, fields = asking.rows(prepared, [options.cells])
        return inputs, tuple(fields[0])
    if options.values is not None:
        return asking.drawn(state.preset, prepared, options.values), ()
    raise DataError("ask: expected values, cells, text or file")


def _file(state: TrainState, prepared: Preparation, path: Path) -> Inputs:
    """Read once while it stays as it is."""
    try:
        status = path.stat()
        identity = (path, status.st_mtime_ns, status.st_size, prepared)
    except (OSError, ValueError):
        identity = None
    for known, inputs in _read:
        if known == identity and identity is not None:
            return inputs
    found = asking.of_file(state.preset, prepared, path)
    _read[:] = [(identity, found)]
    return found


def _of_text(prepared: Preparation, text: str) -> Inputs:
    """Of a network of words nearby, the one word that it takes."""
    layout = prepared.text
    assert layout is not None
    if layout.predicts == "label":
        return asking.text(prepared, text)
    tokens = layout.tokenizer.encode(text).tolist()
    if len(tokens) != 1 or tokens[0] == layout.tokenizer.unknown:
        raise DataError(
            f"{printable(text.strip()) or 'nothing'}: expected a word of the vocabulary"
        )
    return Inputs(np.array([tokens], np.float32), ("1",))


def _said(prepared: Preparation, found: Predictions, **more: Any) -> Asked:
    """The answer as it is sent."""
    names, values, is_share = first_answer(found)
    order = list(range(len(values)))
    if len(values) > MOST_VALUES and is_share:
        order = sorted(order, key=lambda place: -values[place])
    kept = order[:MOST_VALUES]
    more |= {} if is_share else _made(found)
    more.setdefault("names", tuple(names[place] for place in kept))
    return Asked(
        values=[values[place] for place in kept],
        is_share=is_share,
        says=_says(found),
        unit=prepared.table.target_unit if prepared.table is not None else "",
        lines=found.table(),
        examples=len(found.names),
        notes=found.notes,
        **more,
    )


def _made(found: Predictions) -> dict[str, Any]:
    """The picture that it answers with, or the class of each pixel; neither of a single number or
    of too large a picture."""
    decoded = found.decoded[0]
    if found.task.judged_as == "masks" and decoded[..., 0].size <= MOST_MADE:
        mask = decoded.argmax(-1).reshape(-1).tolist()
        return {"mask": mask, "made_shape": decoded.shape, "names": tuple(found.task.names)}
    if decoded.ndim > 1 and decoded.size <= MOST_MADE:
        made = [short(value) for value in decoded.reshape(-1)]
        return {"made": made, "made_shape": decoded.shape}
    return {}


def first_answer(found: Predictions) -> tuple[list[str], list[float], bool]:
    """Names and values of the first example's answer, and whether they are shares."""
    record = next(one for one in found.records if "problem" not in one)
    shares = record.get("probabilities")
    if isinstance(shares, dict):
        return list(map(str, shares)), list(shares.values()), True
    if found.decoded.ndim > 2:  # answers at several places, which one name each would not tell
        return [], [], False
    values = found.task.shown(found.decoded[:1])[0].tolist()
    return found.task.names_of(found.decoded), values, False


def _says(found: Predictions) -> str:
    """What the table of predictions puts the first example into; "" where it is numbers."""
    columns = dict(found.task.columns(found.decoded[:1])[0])
    if "cluster" in columns:
        return f"cluster {columns['cluster'][0]}"
    return next(
        (columns[name][0] for name in ("class", "labels", "classes") if name in columns), ""
    )


def _tracked(found: Predictions, of: str) -> tuple[str, int] | None:
    """Name and place of the answer that what-if is of; None where there is none."""
    names, values, is_share = first_answer(found)
    if not names:
        return None
    if of in names:
        return of, names.index(of)
    place = int(np.argmax(values)) if is_share else 0
    return names[place], place


def _tokens(layout: TextLayout, text: str) -> tuple[AskToken, ...]:
    """The text as the network reads it. What it has no token for is left out."""
    tokenizer = layout.tokenizer
    return tuple(
        AskToken(
            name=tokenizer.names[number],
            known=number != tokenizer.unknown,
            seen=place < layout.window,
        )
        for place, number in enumerate(tokenizer.encode(text).tolist())
    )


def _written(state: TrainState, layout: TextLayout, options: Options) -> Asked:
    """The likeliest next tokens, and what the network goes on with."""
    generator = Generator(layout, lambda x: answers_of(state, x))
    prompt = generator.prompt(options.text or "")
    names, tokenizer = layout.tokenizer.names, layout.tokenizer
    hidden = len(prompt.tokens) - layout.window
    tokens = tuple(
        AskToken(name=names[number], known=number != tokenizer.unknown, seen=place >= hidden)
        for place, number in enumerate(prompt.tokens)
    )
    top: tuple[tuple[int, float], ...] = ()
    text, end = "", time.perf_counter() + LONGEST
    for drawn in generator.go_on(prompt.tokens, Sampling(temperature=0.0), WRITTEN, TOP):
        top = top or drawn.top
        if generator.ends_line(drawn.number):
            break
        text += drawn.text
        if time.perf_counter() > end:
            break
    return Asked(
        number=options.number,
        names=tuple(names[number] for number, _ in top),
        values=[share for _, share in top],
        is_share=True,
        notes=prompt.notes,
        tokens=tokens,
        text=text,
    )
