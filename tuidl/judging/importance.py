"""How much each column is worth to the network: how much worse it is without it."""

from collections.abc import Callable

import numpy as np

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.inference.preprocessing import Preparation
from tuidl.judging.judged import Judged
from tuidl.judging.records import Importance, ImportanceTable

MOST_COLUMNS = 2000


def input_columns(prepared: Preparation) -> list[tuple[str, slice]]:
    """Columns with their places along the inputs' last axis; what a category or a date became
    stays together. Raises DataError for pictures, whose pixels are no columns."""
    table = prepared.table
    if table is not None and (len(prepared.shape) == 1 or table.window):
        places, start = [], 0
        for column in table.columns:
            places.append((column.name, slice(start, start + column.width)))
            start += column.width
        return places
    if len(prepared.shape) > 2:
        raise DataError("importance of columns: the inputs are pictures, which have none")
    width = prepared.shape[-1]
    if width > MOST_COLUMNS:
        raise DataError(f"importance of columns: {width:,}, expected at most {MOST_COLUMNS:,}")
    return [(f"input {i + 1}", slice(i, i + 1)) for i in range(width)]


def importance_of(
    judged: Judged,
    again: Callable[[Array], Judged],
    x: Array,
    columns: list[tuple[str, slice]],
    repeats: int,
    seed: int,
) -> ImportanceTable:
    """Permutation importance (Breiman 2001): how much worse the main score of ``x`` (n, ...,
    inputs) is when a column's values are shuffled among the examples. ``again``: predicts and
    judges other inputs of the same examples. The most important first."""
    random = np.random.Generator(np.random.Philox(key=seed))
    ones, sign = np.ones((1, len(x))), 1 if judged.rises else -1
    best = float(judged.scored.main(ones)[0])
    rows = []
    for name, place in columns:
        losses = []
        for _ in range(repeats):
            shuffled = x.copy()
            shuffled[..., place] = x[random.permutation(len(x))][..., place]
            losses.append(sign * (best - float(again(shuffled).scored.main(ones)[0])))
        deviation = float(np.std(losses, ddof=1)) if repeats > 1 else 0.0
        rows.append(Importance(name, float(np.mean(losses)), deviation))
    rows.sort(key=lambda row: -row.mean)
    return ImportanceTable(judged.main, repeats, tuple(rows))
