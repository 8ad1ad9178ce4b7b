"""Columns that are read some rows at a time, put together."""

from collections.abc import Sequence

import numpy as np

from tuidl.data.tables.columns import Part
from tuidl.data.tables.raw import RawColumn


class JoinedColumns:
    """Takes in columns of some rows, the same ones each time. Their arrays lie in files where
    ``core.spilling`` says so."""

    def __init__(self, names: Sequence[str], most: int) -> None:
        """``most``: rows that there may be."""
        self._names, self._count = names, 0
        self._parts = [Part(most) for _ in names]
        self._places: list[dict[str, int]] = [{} for _ in names]

    def add(self, columns: Sequence[RawColumn], rows: int) -> None:
        """The next rows."""
        for part, places, column in zip(self._parts, self._places, columns, strict=True):
            codes = None
            if column.texts:
                own = [places.setdefault(text, len(places)) for text in column.texts]
                codes = np.array([*own, -1], np.int32)[column.codes]
            part.put(self._count, column.numbers, codes)
        self._count += rows

    def finished(self) -> list[RawColumn]:
        """All rows."""
        return [
            RawColumn(name, numbers, tuple(places), codes)
            for name, places, (numbers, codes) in zip(
                self._names,
                self._places,
                (part.finished(self._count) for part in self._parts),
                strict=True,
            )
        ]
