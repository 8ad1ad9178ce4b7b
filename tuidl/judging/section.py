"""One table of a judgement, with what all makers of such tables share."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tuidl.judging.records import Score
from tuidl.judging.wording import interval_text, written

Rows = Sequence[Sequence[str]]

MOST_LISTED = 30
"""Columns and differences that are listed."""
INTERVAL = "95% interval"
"""The heading of a column that is left out where no intervals were made."""


@dataclass(frozen=True)
class Section:
    """``rows``: a heading and what is below it. ``left``: columns that are aligned left.
    ``below``: a sentence that explains them. ``topic``: what pages are made by."""

    title: str
    rows: Rows
    left: tuple[int, ...] = (0,)
    below: str = ""
    topic: str = ""

    def without(self, heading: str) -> "Section":
        """The same without the column of this heading, if there is one."""
        if heading not in self.rows[0]:
            return self
        place = self.rows[0].index(heading)
        rows = [[*row[:place], *row[place + 1 :]] for row in self.rows]
        left = tuple(column - (column > place) for column in self.left if column != place)
        return replace(self, rows=rows, left=left)


def value_cells(score: Score) -> tuple[str, str]:
    """A score's value and its interval, each for a column of its own."""
    return written(score.name, score.value), interval_text(score)
