"""Columns of ids: users, products, places, each with a row of its own in an embedding."""

from dataclasses import replace

import msgspec
import numpy as np

from tuidl.core.lazy import Array
from tuidl.data.table_layout import UNKNOWN, InputColumn
from tuidl.data.tables.as_category import counts_of, free, is_written, ordered
from tuidl.data.tables.encoding import values_of
from tuidl.data.tables.fields import Fields, Reading


def as_id(fields: Fields) -> Reading:
    """Every different text or number is an id, however many there are."""
    counts, settings = counts_of(fields), fields.settings
    column = InputColumn(
        fields.raw.name,
        tuple(ordered(fields, list(counts))),
        other=free(UNKNOWN, counts),
        unseen=settings.unseen or "other",
        gaps=fields.gaps(),
        numbered=True,
        written=is_written(fields),
    )
    reading = Reading("id", column, values_of(fields.raw, column))
    if settings.unseen == "zero":
        problem = "an id is one number, and 0 is that of the first"
        return replace(reading, problem=problem, remedy=('unseen = "other"', 'unseen = "refuse"'))
    if settings.most is not None:
        return replace(reading, problem="'most' is of categories", remedy=('kind = "category"',))
    return reading


def as_trained(column: InputColumn, values: Array) -> InputColumn:
    """The column with those ids ``rare`` that are not among the training part's ``values``: they
    are taken as unknown ones wherever they come from. Columns of another kind stay as they are."""
    if not column.numbered:
        return column
    known = values[~np.isnan(values)].astype(np.int64)
    unseen = np.setdiff1d(np.arange(len(column.categories)), known)
    rare = tuple(column.categories[number] for number in unseen.tolist())
    return msgspec.structs.replace(column, rare=rare)


def numbered(x: Array, place: int, column: InputColumn) -> Array:
    """Inputs ``x`` (rows, width) whose column at ``place`` has ids, with the number of an unknown
    one for ``rare`` ones; a copy where that changes any."""
    if not column.rare:
        return x
    places = {name: number for number, name in enumerate(column.categories)}
    rare = np.array([places[name] for name in column.rare])
    changed = x.copy()
    changed[np.isin(x[:, place], rare), place] = len(column.categories)
    return changed
