"""A table as features and targets, ready to become examples."""

from dataclasses import dataclass, replace
from functools import cached_property

import msgspec
import numpy as np

from tuidl.core.lazy import Array
from tuidl.core.spilling import in_place
from tuidl.data.exact import fits_float32
from tuidl.data.table_layout import InputColumn
from tuidl.data.tables.choice import Chosen
from tuidl.data.tables.fields import Reading
from tuidl.data.tables.filling import Rule
from tuidl.data.tables.raw import RawColumn, RawTable
from tuidl.data.tables.target import Target
from tuidl.data.tables.text_columns import TextInput


@dataclass(frozen=True)
class Feature:
    """An input column: ``values`` (rows,) float64, NaN where missing, as ``tables.encoding`` has
    them; ``rule``: what fills its gaps; ``gaps``: how many the file has."""

    column: InputColumn
    values: Array
    rule: Rule
    reading: Reading
    gaps: int = 0

    @property
    def width(self) -> int:
        """Inputs that it becomes."""
        return self.column.width

    def at(self, rows: Array) -> "Feature":
        """The feature of some rows; an input says where it is missing only if it is somewhere."""
        values = self.values if len(rows) == len(self.values) else in_place(self.values[rows])
        has_gaps = bool(np.isnan(values).any())
        indicator = self.column.indicator and has_gaps
        column = msgspec.structs.replace(self.column, indicator=indicator)
        return replace(self, values=values, column=column)


@dataclass(frozen=True)
class FurtherTarget:
    """``values`` (rows,): as those of the first target."""

    read: Target
    values: Array


@dataclass(frozen=True)
class Table:
    """``target``: (rows,) numbers, or the places of ``classes``; float64 where float32 would round
    them. ``raw``: the file, of which ``rows`` (rows,) are left; ``beside``: the columns that were
    asked for beside the inputs; ``pictures``: those that name files of pictures; ``texts``: those
    that are read as text; ``more_targets``: behind the first; ``lines`` (rows,): of the
    file, for errors."""

    features: tuple[Feature, ...]
    target: Array
    classes: tuple[str, ...]
    raw: RawTable
    chosen: Chosen
    target_read: Target
    rows: Array
    beside: tuple[RawColumn, ...] = ()
    pictures: tuple[RawColumn, ...] = ()
    more_targets: tuple[FurtherTarget, ...] = ()
    texts: tuple[TextInput, ...] = ()

    @property
    def all_targets(self) -> list[FurtherTarget]:
        return [FurtherTarget(self.target_read, self.target), *self.more_targets]

    @property
    def places(self) -> list[tuple[Feature, slice]]:
        """Each feature with the inputs that it becomes."""
        ends = np.cumsum([feature.width for feature in self.features])
        starts = [end - feature.width for feature, end in zip(self.features, ends, strict=True)]
        return [(f, slice(*of)) for f, *of in zip(self.features, starts, ends, strict=True)]

    @property
    def plain_width(self) -> int:
        """Inputs that stand together: of all columns but ids and pictures."""
        return sum(feature.width for feature in self.features if not feature.column.numbered)

    @property
    def ids(self) -> tuple[InputColumn, ...]:
        """Columns that are an input of their own each, behind the others."""
        return tuple(f.column for f in self.features if f.column.numbered)

    @cached_property
    def fits_float32(self) -> bool:
        """Whether float32 holds every input to the last bit."""
        kinds = {feature.column.kind for feature in self.features}
        return "date" not in kinds and all(fits_float32(f.values) for f in self.features)

    @property
    def lines(self) -> Array:
        lines: Array = self.raw.lines[self.rows]
        return lines
