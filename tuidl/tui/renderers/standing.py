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


LEAST_HEAD, MOST_VALUE = 5, 16
"""Cells of a setting's name, if it is that long, and of its value."""


class Standing(NamedTuple):
    """``cells``: what stands under each of the table's columns; ``settings``: the same under the
    names of settings, where none are known the ``label`` stands there."""

    role: str
    label: str
    cells: tuple[str, ...]
    settings: tuple[str, ...] = ()


class Heads(NamedTuple):
    """What stands above the cells and above the settings of each row."""

    columns: tuple[str, ...]
    settings: tuple[str, ...] = ()


def number(value: float) -> str:
    return readable(value) if math.isfinite(value) else NONE


def first_row(count: int, chosen: int, height: int) -> int:
    """The number of the first row that is seen, so that the chosen one is."""
    return min(max(chosen - height // 2, 0), max(count - height, 0))


def standing_lines(
    rows: Sequence[Standing],
    heads: Heads,
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
        for n, name in enumerate(heads.columns)
    ]
    while len(sizes) > 1 and width - 5 - sum(size + 2 for size in sizes) < LEAST_LABEL:
        sizes.pop()
    muted = palette.style("muted")
    ends = [5 + sum(size + 2 for size in sizes[: n + 1]) - 2 for n in range(len(sizes))]
    start = (ends[-1] if ends else 3) + 2
    for end, name in zip(ends, heads.columns, strict=False):
        grid.put_right(end, 0, name, muted)
    places = _places(rows, heads.settings, start, width)
    for (x, size), name in zip(places, heads.settings, strict=False):
        grid.put(x, 0, fitted(name, size), muted)
    first = first_row(len(rows), chosen or 0, height - 1)
    for y, row in enumerate(rows[first : first + height - 1], 1):
        is_chosen = first + y - 1 == chosen
        grid.put(0, y, "▸" if is_chosen else " ", palette.style("text", bold=True))
        grid.put(1, y, sample(row.role, unicode), palette.style(row.role, bold=True))
        for end, cell in zip(ends, row.cells, strict=False):
            grid.put_right(end, y, cell, palette.style("text", bold=is_chosen))
        style = palette.style("text" if is_chosen else "muted", bold=is_chosen)
        if not (row.settings and places):
            grid.put(start, y, fitted(row.label, width - start), style)
        for (x, size), value in zip(places, row.settings, strict=False):
            grid.put(x, y, fitted(value, size), style)
        if is_chosen and palette.colors:
            grid.tint(0, y, width, palette.tint(palette.faded("accent", 0.2)))
    return grid.lines()


def _places(
    rows: Sequence[Standing], names: Sequence[str], start: int, width: int
) -> list[tuple[int, int]]:
    """First cell and size of each setting's column, as many as fit with whole values; the first one
    always. What is left goes to names that are cut."""
    values = [
        min(max((cell_len(row.settings[n]) for row in rows if row.settings), default=0), MOST_VALUE)
        for n in range(len(names))
    ]
    sizes = [max(v, min(cell_len(name), LEAST_HEAD)) for v, name in zip(values, names, strict=True)]
    kept = 1
    while kept < len(sizes) and sum(sizes[: kept + 1]) + 2 * kept <= width - start:
        kept += 1
    sizes = sizes[:kept]
    left = width - start - sum(sizes) - 2 * (len(sizes) - 1)
    for n, size in enumerate(sizes):
        more = max(min(cell_len(names[n]) - size, left), 0)
        sizes[n], left = size + more, left - more
    if kept == len(names) and left > 0 and sizes:
        sizes[-1] += left  # the last one has what is left over
    places, x = [], start
    for size in sizes:
        places.append((x, min(size, width - x)))
        x += size + 2
    return places
