"""Many charts on a screen that has room for some of them."""

from dataclasses import dataclass

LEAST_WIDTH, LEAST_HEIGHT = 56, 10
"""Cells that a chart should have at least, where several stand beside each other."""
MOST_EACH_WAY = 3


@dataclass(frozen=True)
class Page:
    """``columns`` times ``rows`` charts, of ``count`` in all; the first of them is ``first``."""

    columns: int
    rows: int
    first: int
    count: int

    @classmethod
    def of(cls, chosen: int, count: int, width: int, height: int) -> "Page":
        """The page that shows the chosen chart, with as many others as fit."""
        columns = min(max(width // LEAST_WIDTH, 1), MOST_EACH_WAY)
        rows = min(max(height // LEAST_HEIGHT, 1), MOST_EACH_WAY, -(-max(count, 1) // columns))
        columns = min(columns, -(-max(count, 1) // rows))
        return cls(columns, rows, chosen // (columns * rows) * columns * rows, count)

    @property
    def size(self) -> int:
        return self.columns * self.rows

    def number_at(self, place: int) -> int | None:
        """The chart at a place of the page; None where it has no such place, or no chart for it."""
        number = self.first + place
        return number if place < self.size and number < self.count else None

    @property
    def words(self) -> str:
        """Which charts are seen, where not all are."""
        if self.size >= self.count:
            return ""
        last = min(self.first + self.size, self.count)
        some = f"charts {self.first + 1} to {last}" if last > self.first + 1 else f"chart {last}"
        return f"{some} of {self.count}"
