"""Held-out examples with what the network says of them, mistakes first."""

from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.data.text.layout import TextLayout
from tuidl.data.text.tokenizer import BOUNDARY
from tuidl.protocol.events import MOST_CONFUSED
from tuidl.protocol.probes import Example, Predictions
from tuidl.training.state import TrainState
from tuidl.worker.probes.ask_common import prepared_in
from tuidl.worker.probes.cells import cells_of, columns_shown
from tuidl.worker.probes.common import answers_of, held_out, inputs, numbers, task_in
from tuidl.worker.probes.worded import in_words

MOST_EXAMPLES = 512
MOST_CHARACTERS = 4096
"""Of an example's text."""


class Options(msgspec.Struct, forbid_unknown_fields=True):
    """``count`` examples from number ``first`` on, of those that are ``true`` and were ``given`` a
    class, where these are said. ``mistakes_first``: the surest mistakes before all others."""

    count: Annotated[int, Meta(ge=1, le=256)] = 24
    first: Annotated[int, Meta(ge=0)] = 0
    true: int | None = None
    given: int | None = None
    mistakes_first: bool = True


def predictions(state: TrainState, options: Options) -> Predictions:
    """``examples``: number, x (flat), true class, shares of the classes; ``wrong`` of ``total``;
    ``confusion`` of the examples looked at, empty where there are more than MOST_CONFUSED classes;
    ``asked``: the true and the given class, if any."""
    task = task_in(state)
    part, feed = held_out(state)
    some = slice(0, MOST_EXAMPLES)
    true = task.labels(task.targets(feed.y[some]))
    if "predictions" not in task.probes or true is None:
        several = "places" in task.probes
        kind = "a class for each of several places" if several else "numbers"
        raise DataError(f"predictions: the targets are {kind}, not one class")
    x = inputs(state, feed, some)
    shares = answers_of(state, x)
    given = shares.argmax(axis=1)
    order = _order(true, given, shares, options)
    chosen = order[options.first : options.first + options.count]
    shape, prepared = state.program.graph.answering.spec.shape, prepared_in(state)
    columns = columns_shown(prepared, shape)
    cells = cells_of(prepared, columns, x[chosen]) if columns else [()] * len(chosen)
    return Predictions(
        part=part,
        asked=(options.true, options.given),
        shape=shape,
        classes=in_words(task.names),
        matching=len(order),
        wrong=int((true != given).sum()),
        total=len(true),
        confusion=_confusion(true, given, len(task.names)),
        examples=tuple(
            Example(
                number=int(i),
                x=numbers(x[i].reshape(-1)),
                true=int(true[i]),
                shares=numbers(shares[i]),
                text=_text(state, x[i].reshape(-1)),
                cells=row,
            )
            for i, row in zip(chosen, cells, strict=True)
        ),
        fields=tuple(column.name for column in columns),
    )


def _text(state: TrainState, x: Array) -> str:
    """What an example (inputs,) says: its text, or numbers and then the texts of its columns; ""
    where there is no text in it."""
    known = state.preprocessing
    if known.text is not None:
        return _said(known.text, x)[:MOST_CHARACTERS]
    columns = known.table.columns if known.table is not None else ()
    said, start = list[str](), 0
    for column in columns:
        own = x[start : start + column.width]
        start += column.width
        if column.text is not None:
            said.append(_said(column.text, own))
        elif column.picture is None:
            said += [f"{value:.2g}" for value in own.tolist()]
    has_text = any(column.text is not None for column in columns)
    return "  ".join(said)[:MOST_CHARACTERS] if has_text else ""


def _said(layout: TextLayout, x: Array) -> str:
    """What tokens say, without the padding behind them."""
    tokens = layout.tokenizer.tokens
    places = np.clip(np.nan_to_num(x), 0, len(tokens) - 1).astype(int)
    padding = tokens.index(BOUNDARY) if BOUNDARY in tokens else -1
    end = int(np.flatnonzero(places != padding).max(initial=-1)) + 1
    return layout.tokenizer.decode(places[:end].tolist())


def _confusion(true: Array, given: Array, classes: int) -> list[list[int]]:
    if classes > MOST_CONFUSED:
        return []
    table = np.zeros((classes, classes), int)
    np.add.at(table, (true, given), 1)
    counts: list[list[int]] = table.tolist()
    return counts


def _order(true: Array, given: Array, shares: Array, options: Options) -> Array:
    """Numbers of the examples asked for, in the order asked for."""
    fits = np.ones(len(true), bool)
    if options.true is not None:
        fits &= true == options.true
    if options.given is not None:
        fits &= given == options.given
    order = np.flatnonzero(fits)
    if not options.mistakes_first:
        return order
    surety = shares.max(axis=1)
    return order[np.lexsort((-surety[order], true[order] == given[order]))]
