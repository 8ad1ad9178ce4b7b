"""What the rows of a table become: the numbers of its columns, ids, then pixels, then tokens."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from tuidl.core.lazy import Array
from tuidl.core.spilling import is_in_file
from tuidl.data.spec import Field
from tuidl.data.stored_rows import StoredRows
from tuidl.data.table import Table
from tuidl.data.table_fields import inputs_of
from tuidl.data.table_layout import InputColumn
from tuidl.data.tables.encoding import fill_inputs, write_inputs
from tuidl.data.tables.pictures import Shape, pixels_of, side_by_side
from tuidl.data.tables.text_columns import TextFeature


@dataclass(frozen=True)
class Known:
    """A source by ``key``, what it says and the state of its file: what was learned from its
    examples is remembered by that."""

    key: tuple[Any, ...]
    source: Any = field(compare=False)


@dataclass(frozen=True)
class TableInputs:
    """``picture``: the shape of each picture. ``texts``: what was learned of columns of text.
    ``id_names``: what networks call columns of ids, where not as the columns are called."""

    path: Path
    table: Table
    picture: Shape
    texts: tuple[TextFeature, ...] = ()
    id_names: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[Field, ...]:
        """All inputs by name."""
        return inputs_of(self.table, self.picture, self.id_names, self.texts)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one example."""
        if len(fields := self.fields) == 1:
            return fields[0].shape
        return (sum(one.width for one in fields),)

    @property
    def are_named(self) -> bool:
        """Whether layers read inputs by their names: not those of a table or of pictures alone."""
        return len(fields := self.fields) > 1 or bool(fields[0].classes or fields[0].vocabulary)

    @property
    def bytes(self) -> int:
        """Memory: the table, a column at a time, pixels as bytes, tokens."""
        columns = [self.table.target, *(feature.values for feature in self.table.features)]
        pixels = prod(self.picture) * len(self.table.pictures) * len(self.table.target)
        arrays = (*columns, *(text.x for text in self.texts))
        return pixels + sum(one.nbytes for one in arrays if not is_in_file(one))

    def x(self) -> Array:
        """(rows, *shape); NaN where a value is missing that a column's filling stands in for."""
        table = self.table
        x = self.numbers(0, len(table.target))
        if self.are_plain:
            return x
        pixels = [
            pixels_of(self.path, column, table.lines, self.picture) for column in table.pictures
        ]
        parts = [*pixels, *(text.x for text in self.texts)]
        return side_by_side(x, parts).reshape(len(x), *self.shape)

    @property
    def are_plain(self) -> bool:
        """Whether numbers are all that there is: no ids, pictures or texts."""
        return not (self.table.pictures or self.texts or self.table.ids)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of the numbers: float64 where float32 would round one."""
        return np.dtype(np.float32 if self.table.fits_float32 else np.float64)

    def numbers(self, first: int, end: int) -> Array:
        """(rows, width) from one row up to another; NaN as in ``x``."""
        width = sum(feature.width for feature in self.table.features)
        x = np.empty((end - first, width), self.dtype)
        for feature, columns in self.table.places:
            write_inputs(feature.values[first:end], feature.column, x[:, columns])
        return x

    def rows(self, filled: Sequence[InputColumn] = ()) -> StoredRows:
        """The same, made as they are asked for. ``filled``: the columns with what stands in for
        missing values, where that is known."""

        def block(first: int, end: int) -> Array:
            x = self.numbers(first, end)
            for column, (feature, columns) in zip(filled, self.table.places, strict=False):
                gaps = np.isnan(feature.values[first:end])
                if gaps.any():
                    fill_inputs(gaps, column, x[:, columns])
            return x

        width = prod(self.shape)
        size = width * self.dtype.itemsize
        count = len(self.table.target)
        return StoredRows(count, self.shape, size, block, lambda x: x, self.dtype)

    @property
    def columns_beside(self) -> tuple[InputColumn, ...]:
        """Those of pictures and text, as a run keeps them."""
        return (
            *(InputColumn(one.name, picture=self.picture) for one in self.table.pictures),
            *(text.column for text in self.texts),
        )
