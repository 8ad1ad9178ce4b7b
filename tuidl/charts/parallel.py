"""Parallel coordinates: an axis for each setting and one for the score, a line for each run."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from tuidl.charts.frame import note
from tuidl.charts.grid import Grid, fitted
from tuidl.charts.palette import RGB, Palette, mixed, painted
from tuidl.charts.rasters import bits_of_all
from tuidl.charts.uprights import Upright
from tuidl.core.lazy import Array, np

LEAST_GAP, LEAST_HEIGHT = 9, 5
"""Cells between two axes, and lines of the whole chart, below which nothing can be read."""
MANY = 60
"""Lines from which on they are shown as density, and each alone only of the best ``TOP``."""
TOP = 0.1
MARGIN = 10
"""Cells on the right for labels of the last axis at most."""
FADED = 0.6
"""How much of its colour a line keeps while another one is chosen."""
DENSEST = 0.5
"""How much of the densest cell's background is the text's colour."""
SHADES, ASCII_SHADES = " ░▒▓", " .:="


@dataclass(frozen=True, eq=False)
class Shown:
    """``ranks`` (``(lines,)``): from 0, the worst, to 1, the best; NaN of lines that are not drawn.
    ``inside`` (``(lines,)``): whether a line is in all ranges, also of axes that are not seen.
    ``chosen``: the number of the line on top; ``axis``: that of the axis that keys act on."""

    ranks: Array
    inside: Array
    chosen: int | None = None
    axis: int | None = None


class Plan(NamedTuple):
    """Where things lie: the grid's column of each axis, the first row and the number of rows."""

    columns: tuple[int, ...]
    top: int
    rows: int

    @property
    def gap(self) -> int:
        return self.columns[1] - self.columns[0] if len(self.columns) > 1 else MARGIN

    @property
    def width(self) -> int:
        return self.columns[-1] + 1


def axes_that_fit(width: int) -> int:
    """How many axes such a chart has room for."""
    return max((width - MARGIN) // LEAST_GAP + 1, 2)


@dataclass
class Parallel:
    """Draws lines over axes; what it made of the lines is kept while axes and size stay."""

    _kept: tuple[object, Array] | None = field(default=None)

    def draw(
        self,
        axes: Sequence[Upright],
        shown: Shown,
        palette: Palette,
        width: int,
        height: int,
        unicode: bool = True,
    ) -> list[Text]:
        """Two axes or more, as many as fit; beneath them the values of the chosen line."""
        grid = Grid(width, height, unicode)
        order = np.argsort(shown.ranks, kind="stable")  # the best last, which is on top
        order = order[np.isfinite(shown.ranks[order])]
        if len(axes) < 2 or not len(order):
            note(grid, palette, "no scores yet" if len(axes) > 1 else "no axes")
            return grid.lines()
        if width < 2 * LEAST_GAP or height < LEAST_HEIGHT:
            note(grid, palette, "no room")
            return grid.lines()
        plan = _plan(axes, width, height)
        bits = self._raster(axes, plan, unicode)
        _put_lines(grid, palette, plan, bits, order, shown)
        is_chosen = shown.chosen is not None and np.isfinite(shown.ranks[shown.chosen])
        if is_chosen:
            those = np.array([shown.chosen])
            _put_owned(grid, plan, bits, those, [palette.style("text", bold=True)])
        for number, axis in enumerate(axes):
            _put_axis(grid, palette, plan, number, axis, is_chosen=number == shown.axis)
        if shown.chosen is not None and is_chosen:
            _put_marks(grid, palette, plan, axes, shown.chosen)
        _put_names(grid, palette, plan, axes, shown)
        return grid.lines()

    def _raster(self, axes: Sequence[Upright], plan: Plan, unicode: bool) -> Array:
        heights = np.stack([axis.heights for axis in axes], 1)
        key = (heights.tobytes(), plan, unicode)
        if self._kept is None or self._kept[0] != key:
            self._kept = (key, raster(heights, plan.columns, plan.rows, unicode))
        return self._kept[1]


def raster(heights: Array, columns: Sequence[int], rows: int, unicode: bool) -> Array:
    """The cells of straight lines from axis to axis. ``heights``: ``(lines, axes)`` from 0 to 1;
    ``columns`` of the axes, in cells, the first one 0. ``(lines, rows, cells)``, the highest row
    first: bits of braille characters, or 1 where there is a sign."""
    across, up = (2, 4) if unicode else (1, 1)
    wide, high = (columns[-1] + 1) * across, rows * up
    knots = np.array(columns) * across + (across - 1) / 2
    edges = np.clip(np.arange(wide + 1) - 0.5, knots[0], knots[-1])
    right = np.clip(np.searchsorted(knots, edges), 1, len(knots) - 1)
    share = (edges - knots[right - 1]) / (knots[right] - knots[right - 1])
    at = (heights[:, right - 1] * (1 - share) + heights[:, right] * share) * (high - 1)
    low, top = np.minimum(at[:, :-1], at[:, 1:]), np.maximum(at[:, :-1], at[:, 1:])
    if unicode:
        return bits_of_all(low, top, rows)
    level = np.arange(rows)[::-1, None]
    found = (level >= np.rint(low)[:, None]) & (level <= np.rint(top)[:, None])
    cells: Array = found.astype(np.uint8)
    return cells


def _ticks(rows: int) -> int:
    return max(rows // 4, 4)


def _plan(axes: Sequence[Upright], width: int, height: int) -> Plan:
    labels = [cell_len(label) for _, label in axes[-1].ticks(_ticks(height))]
    right = width - 2 - min(max(labels, default=0), MARGIN - 2)
    columns = tuple(round(right * n / (len(axes) - 1)) for n in range(len(axes)))
    gap = right // (len(axes) - 1)
    two = height > 8 and any(cell_len(axis.name) > gap - 2 for axis in axes)
    top = 2 if two else 1
    return Plan(columns, top, height - top - 1)


# --- lines ----------------------------------------------------------------------------------------


def _put_lines(
    grid: Grid, palette: Palette, plan: Plan, bits: Array, order: Array, shown: Shown
) -> None:
    """Those outside the ranges lie faintly below the others; of many only the best are lines, and
    all others how many go through a cell."""
    within, outside = order[shown.inside[order]], order[~shown.inside[order]]
    top = within
    if len(order) > MANY:
        top = within[len(within) - math.ceil(TOP * len(within)) :]
        _put_density(grid, palette, plan, bits[within if len(within) else outside])
    else:
        _put_owned(grid, plan, bits, outside, [palette.style("faint")] * len(outside))
    keeps = 1.0 if shown.chosen is None else FADED
    styles = [line_style(palette, float(shown.ranks[n]), keeps) for n in top.tolist()]
    _put_owned(grid, plan, bits, top, styles)


def _put_owned(
    grid: Grid, plan: Plan, bits: Array, lines: Array, styles: Sequence[Style | None]
) -> None:
    """A cell that several go through is the last one's."""
    if not len(lines):
        return
    through = bits[lines] > 0
    owner = len(lines) - 1 - through[::-1].argmax(0)
    mine = np.take_along_axis(bits[lines], owner[None], 0)[0]
    for row, column in np.argwhere(through.any(0)).tolist():
        char = chr(0x2800 + int(mine[row, column])) if grid.unicode else "*"
        style, y = styles[owner[row, column]], plan.top + row
        before = grid.styles[y][column]
        over = before is not None and before.bgcolor is not None
        grid.put(column, y, char, before + style if before and over and style else style)


def _put_density(grid: Grid, palette: Palette, plan: Plan, bits: Array) -> None:
    """How many lines go through each cell, by its background; by shades without colours."""
    counts = (bits > 0).sum(0)
    shares = np.sqrt(counts / max(int(counts.max()), 1))
    signs = SHADES if grid.unicode else ASCII_SHADES
    for row, column in np.argwhere(counts > 0).tolist():
        share, y = float(shares[row, column]), plan.top + row
        if palette.colors and grid.unicode:
            tint = mixed(palette.ground, palette.muted, 0.08 + DENSEST * share)
            grid.put(column, y, " ", painted(None, tint))
        else:
            sign = signs[min(1 + int(share * (len(signs) - 1)), len(signs) - 1)]
            grid.put(column, y, sign, palette.style("faint"))


def line_style(palette: Palette, rank: float, keeps: float = 1.0) -> Style:
    """The better, the brighter; ``keeps``: how much of the colour is left."""
    if not palette.colors:
        return palette.style("text" if rank > 1 - TOP else "faint", bold=rank > 1 - TOP)
    return painted(mixed(palette.ground, rising(palette, rank), keeps))


def rising(palette: Palette, share: float) -> RGB:
    """From the least, 0, to the most, 1: what stands out on the ground grows all the way."""
    low, middle, high = palette.rising
    if share < 0.5:
        return mixed(low, middle, 2 * share)
    return mixed(middle, high, 2 * share - 1)


def _put_marks(
    grid: Grid, palette: Palette, plan: Plan, axes: Sequence[Upright], number: int
) -> None:
    """Where the chosen line meets each axis, and its values below."""
    style = palette.style("text", bold=True)
    for column, axis in zip(plan.columns, axes, strict=True):
        grid.put(column, _row(plan, float(axis.heights[number])), "●", style)
    texts = [axis.text(number) for axis in axes]
    _put_spread(grid, plan.top + plan.rows, plan.columns, texts, [style] * len(axes))


# --- axes -----------------------------------------------------------------------------------------


def _row(plan: Plan, height: float) -> int:
    return plan.top + plan.rows - 1 - round(height * (plan.rows - 1))


def _put_axis(
    grid: Grid, palette: Palette, plan: Plan, number: int, axis: Upright, *, is_chosen: bool
) -> None:
    """The line, thick where its values count, and labels on the right of it."""
    x, muted = plan.columns[number], palette.style("muted")
    line = palette.style("accent" if is_chosen else "muted", bold=is_chosen)
    for y in range(plan.top, plan.top + plan.rows):
        grid.put(x, y, "│", line)
    if axis.kept is not None:
        ends = axis.places(np.array(axis.kept)).tolist()
        low, high = (_row(plan, end) for end in ends)
        for y in range(high, low + 1):
            grid.put(x, y, "┃" if grid.unicode else "H", palette.style("accent", bold=True))
    room = grid.width - x - 1 if number == len(plan.columns) - 1 else plan.gap - 3
    taken = set[int]()
    for height, label in _ends_first(axis.ticks(_ticks(plan.rows))):
        y = _row(plan, height)
        if y not in taken:
            taken.add(y)
            grid.put(x, y, "┼" if axis.kept is None else grid.at(x, y), line)
            grid.put(x + 1, y, fitted(label, room), muted)


def _ends_first(ticks: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """In the order in which they are written: where two share a row, an end is the one to stay."""
    return [*ticks[:1], *ticks[-1:], *ticks[1:-1]]


def _put_names(
    grid: Grid, palette: Palette, plan: Plan, axes: Sequence[Upright], shown: Shown
) -> None:
    """Above the axes; every second one a line higher where they need the room."""
    last = len(axes) - 1
    styles = [
        palette.style("accent" if n == shown.axis else "text", bold=n in (shown.axis, last))
        for n in range(len(axes))
    ]
    names = [axis.name for axis in axes]
    for first in range(plan.top):
        y = plan.top - 1 - first
        those = slice(first, None, plan.top)
        _put_spread(grid, y, plan.columns[those], names[those], styles[those])


def _put_spread(
    grid: Grid, y: int, columns: Sequence[int], texts: Sequence[str], styles: Sequence[Style]
) -> None:
    """Each text around its column, cut where it would run into the next one."""
    for n, (column, text, style) in enumerate(zip(columns, texts, styles, strict=True)):
        low = (columns[n - 1] + column) // 2 + 1 if n else 0
        high = (column + columns[n + 1]) // 2 if n + 1 < len(columns) else grid.width
        text = fitted(text, high - low)
        start = min(max(column - cell_len(text) // 2, low), high - cell_len(text))
        grid.put(start, y, text, style)
