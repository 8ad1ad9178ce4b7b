"""Runs with their values at one x, the best first: what the curves of many mean."""

import math
from collections.abc import Sequence
from itertools import takewhile
from typing import NamedTuple

from rich.cells import cell_len
from rich.style import Style
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
LEAST_CUT = 8
"""Cells from which on a name that does not fit keeps its end."""
SEPARATORS = "-_/. "
"""Behind one of these a name may be cut."""


class Standing(NamedTuple):
    """``cells``: what stands under each of the table's columns; ``settings``: the same under the
    names of settings, where none are known the ``label`` stands there. ``name``: of a run, whose
    label says no more than that where no settings are known; a group has none."""

    role: str
    label: str
    cells: tuple[str, ...]
    settings: tuple[str, ...] = ()
    name: str = ""


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
    """A heading and as many rows as fit, the chosen one among them. Where there is little room the
    last columns are left out, then the beginning of names that all have in common."""
    grid = Grid(width, height, unicode)
    shape = _shape(rows, heads, width)
    muted = palette.style("muted")
    for end, name in zip(shape.ends, heads.columns, strict=False):
        grid.put_right(end, 0, name, muted)
    if shape.names:
        grid.put(shape.start, 0, fitted("run", shape.names), muted)
    for (x, size), name in zip(shape.settings, heads.settings, strict=False):
        grid.put(x, 0, fitted(name, size), muted)
    first = first_row(len(rows), chosen or 0, height - 1)
    for y, row in enumerate(rows[first : first + height - 1], 1):
        is_chosen = first + y - 1 == chosen
        grid.put(0, y, "▸" if is_chosen else " ", palette.style("text", bold=True))
        grid.put(1, y, sample(row.role, unicode), palette.style(row.role, bold=True))
        for end, cell in zip(shape.ends, row.cells, strict=False):
            grid.put_right(end, y, cell, palette.style("text", bold=is_chosen))
        style = palette.style("text" if is_chosen else "muted", bold=is_chosen)
        _put_names(grid, y, row, shape, style)
        if is_chosen and palette.colors:
            grid.tint(0, y, width, palette.tint(palette.faded("accent", 0.2)))
    return grid.lines()


class _Shape(NamedTuple):
    """Where columns end, where what follows them starts, how many cells names have there and how
    many characters of theirs are left out, and first cell and size of each setting."""

    ends: tuple[int, ...]
    start: int
    names: int
    dropped: int
    settings: list[tuple[int, int]]


def _shape(rows: Sequence[Standing], heads: Heads, width: int) -> _Shape:
    sizes = [
        max([cell_len(name), *(cell_len(row.cells[n]) for row in rows)])
        for n, name in enumerate(heads.columns)
    ]
    of_settings = [row.name for row in rows if row.name and row.settings]
    # A name without settings beside it may go on to the end of its line.
    longest = max(map(cell_len, of_settings), default=min(LEAST_LABEL, _longest(rows)))
    named = longest + 2 if longest else 0
    beside = _sizes(rows, heads.settings)[:1]
    wanted = max(LEAST_LABEL, named + sum(beside))
    while len(sizes) > 1 and width - 5 - sum(size + 2 for size in sizes) < wanted:
        sizes.pop()
    start = 5 + sum(size + 2 for size in sizes)
    ends = tuple(3 + sum(size + 2 for size in sizes[: n + 1]) for n in range(len(sizes)))
    dropped = 0
    if width - start < named + sum(beside) and len(of_settings) > 1:
        dropped = _in_common(of_settings)
        longest -= dropped
    size = min(longest, max(width - start - sum(beside) - 2, 0))
    after = start + size + 2 if size else start
    return _Shape(ends, start, size, dropped, _places(rows, heads.settings, after, width))


def _longest(rows: Sequence[Standing]) -> int:
    return max((cell_len(row.name) for row in rows), default=0)


def _in_common(names: Sequence[str]) -> int:
    """Characters at the start of all, up to the end of a word."""
    columns = takewhile(lambda chars: len({*chars}) == 1, zip(*names, strict=False))
    common = "".join(chars[0] for chars in columns)
    return max(common.rfind(mark) for mark in SEPARATORS) + 1


def _put_names(grid: Grid, y: int, row: Standing, shape: _Shape, style: Style) -> None:
    """What a run is called, and how it was set."""
    left = grid.width - shape.start
    if not (row.settings and shape.settings):
        grid.put(shape.start, y, fitted(row.name or row.label, left), style)
        return
    if row.name and shape.names:
        grid.put(shape.start, y, _cut(row.name[shape.dropped :], shape.names), style)
    for (x, size), value in zip(shape.settings, row.settings, strict=False):
        grid.put(x, y, fitted(value, size), style)


def _cut(name: str, size: int) -> str:
    """Without its middle: names of runs of one preset differ at their end."""
    if cell_len(name) <= size or size < LEAST_CUT:
        return fitted(name, size)
    end = name
    while cell_len(end) > (size - 1) // 2:
        end = end[1:]
    return fitted(name, size - cell_len(end)) + end


def _sizes(rows: Sequence[Standing], names: Sequence[str]) -> list[int]:
    """Cells that each setting needs."""
    values = [
        min(max((cell_len(row.settings[n]) for row in rows if row.settings), default=0), MOST_VALUE)
        for n in range(len(names))
    ]
    return [max(v, min(cell_len(name), LEAST_HEAD)) for v, name in zip(values, names, strict=True)]


def _places(
    rows: Sequence[Standing], names: Sequence[str], start: int, width: int
) -> list[tuple[int, int]]:
    """First cell and size of each setting's column, as many as fit with whole values; the first one
    always. What is left goes to names that are cut."""
    sizes = _sizes(rows, names)
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
