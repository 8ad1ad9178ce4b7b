"""Runs with their values at one x, the best first: what the curves of many mean."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.text import Text

from tuidl.charts.grid import Grid, fitted
from tuidl.charts.line_styles import sample
from tuidl.charts.palette import Palette
from tuidl.charts.scale import readable

NONE = "–"
LEAST_LABEL = 14
"""Cells for what a run is called, below which columns are left out."""


class Standing(NamedTuple):
    """``cells``: what stands under each of the table's columns."""

    role: str
    label: str
    cells: tuple[str, ...]


def number(value: float) -> str:
    return readable(value) if math.isfinite(value) else NONE


def first_row(count: int, chosen: int, height: int) -> int:
    """The number of the first row that is seen, so that the chosen one is."""
    return min(max(chosen - height // 2, 0), max(count - height, 0))


def standing_lines(
    rows: Sequence[Standing],
    columns: Sequence[str],
    palette: Palette,
    width: int,
    height: int,
    chosen: int | None = None,
    unicode: bool = True,
) -> list[Text]:
    """A heading and as many rows as fit, the chosen one among them; the last columns are left out
    where there is no room for names."""
    grid = Grid(width, height, unicode)
    sizes = [
        max([cell_len(name), *(cell_len(row.cells[n]) for row in rows)])
        for n, name in enumerate(columns)
    ]
    while len(sizes) > 1 and width - 5 - sum(size + 2 for size in sizes) < LEAST_LABEL:
        sizes.pop()
    muted = palette.style("muted")
    ends = [5 + sum(size + 2 for size in sizes[: n + 1]) - 2 for n in range(len(sizes))]
    start = (ends[-1] if ends else 3) + 2
    for end, name in zip(ends, columns, strict=False):
        grid.put_right(end, 0, name, muted)
    first = first_row(len(rows), chosen or 0, height - 1)
    for y, row in enumerate(rows[first : first + height - 1], 1):
        is_chosen = first + y - 1 == chosen
        grid.put(0, y, "▸" if is_chosen else " ", palette.style("text", bold=True))
        grid.put(1, y, sample(row.role, unicode), palette.style(row.role, bold=True))
        for end, cell in zip(ends, row.cells, strict=False):
            grid.put_right(end, y, cell, palette.style("text", bold=is_chosen))
        label = fitted(row.label, width - start)
        grid.put(start, y, label, palette.style("text" if is_chosen else "muted", bold=is_chosen))
        if is_chosen and palette.colors:
            grid.tint(0, y, width, palette.tint(palette.faded("accent", 0.2)))
    return grid.lines()
