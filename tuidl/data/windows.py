"""Windows of rows that follow each other: none crosses from one series, or part, to another."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.data.splitting import Parts, Splitter

NAMES = ("training", "validation", "test")


@dataclass(frozen=True)
class Windows:
    """All stretches of ``length`` rows within one series.

    ``order`` (rows,): the rows, series after series; ``starts`` (windows,): where in that order
    each window begins.
    """

    order: Array
    starts: Array
    length: int

    @classmethod
    def of(cls, series: Array, length: int, order: Array | None = None) -> Self:
        """``series`` (rows,): a number for each row's series; ``order`` (rows,): the rows series
        after series, by default as they come. Raises DataError where all are too short."""
        order = np.argsort(series, kind="stable") if order is None else order
        known = series[order]
        firsts = np.arange(max(len(known) - length + 1, 0))
        starts = firsts[known[firsts] == known[firsts + length - 1]]
        if not len(starts):
            longest = int(np.unique(known, return_counts=True)[1].max(initial=0))
            problem = f"windows of {length} rows (window + horizon), but at most {longest} rows"
            raise DataError(f"data.window: {problem} follow each other")
        return cls(order, starts, length)

    def where_real(self, real: Array, first: int, count: int) -> Self:
        """Those of the windows in which ``count`` rows from their place ``first`` on are ``real``
        (rows,). Raises DataError where there is none."""
        if real.all():
            return self
        every = np.arange(len(self.starts))
        kept = real[self.rows(every, first, count)].all(axis=1)
        if not kept.any():
            raise DataError("data.gaps: no window whose next values are all there")
        return replace(self, starts=self.starts[kept])

    def rows(self, windows: Array, first: int, count: int) -> Array:
        """(windows, count) rows of some windows, from their place ``first`` on."""
        places = self.starts[windows][:, None] + np.arange(first, first + count)
        rows: Array = self.order[places]
        return rows

    def within(self, labels: Array) -> Array:
        """(windows,) the label that all rows of a window have by ``labels`` (rows,), else -1."""
        known = labels[self.order]
        changes = np.concatenate([[0], np.cumsum(known[1:] != known[:-1])])
        ends = self.starts + self.length - 1
        found: Array = np.where(changes[self.starts] == changes[ends], known[self.starts], -1)
        return found


@dataclass(frozen=True)
class ByWindow:
    """Rows are dealt out by another splitter; a window is of the part that has all its rows."""

    windows: Windows
    rows: Splitter

    def only(self, chosen: Array) -> Self:
        """The same for those windows alone."""
        kept = np.isin(np.arange(len(self.windows.starts)), chosen)
        return replace(self, windows=replace(self.windows, starts=self.windows.starts[kept]))

    def parts(self, validation: float, test: float) -> Parts:
        """Raises DataError where no window fits into a part that is asked for."""
        return self._of(self.rows.parts(validation, test), (True, validation > 0, test > 0))

    def folds(self, test: float, k: int) -> list[Parts]:
        return [self._of(parts, (True, True, test > 0)) for parts in self.rows.folds(test, k)]

    def _of(self, parts: Parts, wanted: tuple[bool, bool, bool]) -> Parts:
        labels = np.full(len(self.windows.order), -1)
        for label, rows in enumerate(parts):
            labels[rows] = label
        found = self.windows.within(labels)
        train, held, tested = (np.flatnonzero(found == label) for label in range(3))
        for name, rows, part, is_wanted in zip(
            NAMES, parts, (train, held, tested), wanted, strict=True
        ):
            if is_wanted and not len(part):
                problem = f"no window of {self.windows.length} rows (window + horizon) fits into"
                raise DataError(f"data.window: {problem} the {name} part of {len(rows)} rows")
        return train, held, tested
