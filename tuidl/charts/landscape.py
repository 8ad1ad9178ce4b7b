"""The loss on a plane through the weights: colours for its logarithm, and the paths of runs."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from rich.cells import cell_len
from rich.text import Text

from tuidl.charts.frame import Area, column_of, framed, note, row_of
from tuidl.charts.grid import Grid, fitted
from tuidl.charts.palette import RGB, Palette, mixed, painted
from tuidl.charts.pixels import Array, array, put_colors, put_shades
from tuidl.charts.scale import Scale, short

Mask = NDArray[np.bool_]

LEVELS = 14
"""Steps of colour: their edges are lines of equal loss."""
STRIDES = (5, 25)
"""Where a point is not known yet, the nearest one of every 5, or 25, of a side."""
NOT_FINITE = "?"
BAR = 10
DETAIL = (
    (BAR, True, 99),
    (BAR, False, 99),
    (4, False, 16),
    (4, False, 10),
    (4, False, 6),
    (2, False, 3),
)
"""Ways to write the legend, the fullest first: cells of the bar, whether the scale is named, and
letters of a name."""
LEAST = 1e-12
"""Losses are at least this much, for their logarithm; a share of the largest."""


@dataclass(frozen=True)
class Walk:
    """The way of a run over the plane, in order; ``sign`` marks its points."""

    name: str
    points: Sequence[tuple[float, float]]
    sign: str = "●"
    role: str = "text"


def landscape(
    losses: ArrayLike,
    palette: Palette,
    width: int,
    height: int,
    *,
    first: Sequence[float] = (),
    second: Sequence[float] = (),
    known: ArrayLike | None = None,
    walks: Sequence[Walk] = (),
    cursor: tuple[float, float] | None = None,
    x_name: str = "",
    unicode: bool = True,
) -> list[Text]:
    """``losses`` (rows, columns) at the coordinates ``second`` (upwards) and ``first``.

    NaN: not finite; where ``known`` is False it is not computed yet. The centre (0, 0) is marked.
    """
    grid = Grid(width, height, unicode)
    values = array(losses)
    if values.ndim != 2 or not values.size or width < 1 or height < 1:
        note(grid, palette, "no values yet")
        return grid.lines()
    there = np.ones(values.shape, bool) if known is None else np.asarray(known, bool)
    if not (np.isfinite(values) & there).any():
        text = "no value is finite" if there.any() else "no values yet"
        note(grid, palette, text)
        return grid.lines()
    shares, low, high = _shares(values, there)
    top = int(height > 2)
    area = _area(grid, palette, values.shape, first, second, top, x_name)
    picture, shown = _picture(shares, there, area)
    _paint(grid, palette, area, picture, shown)
    for walk in reversed(walks):
        for x, y in walk.points:
            _mark(grid, palette, area, picture, (x, y), walk.sign, walk.role)
    _mark(grid, palette, area, picture, (0.0, 0.0), "◆", "accent")
    if cursor is not None:
        _mark(grid, palette, area, picture, cursor, "┼", "text")
    if top:
        missing = bool(np.isnan(values[there]).any())
        _legend(grid, palette, low, high, walks, missing)
    return grid.lines()


def place_at(
    shape: tuple[int, int],
    palette: Palette,
    width: int,
    height: int,
    at: tuple[int, int],
    *,
    first: Sequence[float] = (),
    second: Sequence[float] = (),
    unicode: bool = True,
) -> tuple[int, int] | None:
    """The row and column of the losses at a cell (x, y) of the chart; None outside."""
    grid = Grid(width, height, unicode)
    area = _area(grid, palette, shape, first, second, int(height > 2), "")
    x, y = at[0] - area.x, at[1] - area.y
    if not (0 <= x < area.width and 0 <= y < area.height):
        return None
    rows, columns = shape
    row = rows - 1 - (2 * y + 1) * rows // (2 * area.height)
    return row, (2 * x + 1) * columns // (2 * area.width)


def _shares(values: Array, there: Mask) -> tuple[Array, float, float]:
    """0 for the smallest loss, 1 for the largest, by logarithm; and both ends."""
    finite = values[there & np.isfinite(values)]
    low, high = float(finite.min()), float(finite.max())
    if low <= 0:  # a log-likelihood, a critic's score: no logarithm
        shares = (values - low) / ((high - low) or 1.0)
    else:
        lowest = max(low, high * LEAST)
        span = math.log(high / lowest) or 1.0
        shares = np.log(np.maximum(values, lowest) / lowest) / span
    return shares, low, high


def _area(
    grid: Grid,
    palette: Palette,
    shape: tuple[int, int],
    first: Sequence[float],
    second: Sequence[float],
    top: int,
    x_name: str,
) -> Area:
    rows, columns = shape
    xs, ys = _edges(first, columns), _edges(second, rows)
    return framed(grid, palette, Scale(*xs, 1), Scale(*ys, 1), top=top, x_name=x_name)


def _edges(axis: Sequence[float], count: int) -> tuple[float, float]:
    """Half a step beyond the first and the last."""
    if len(axis) != count or count < 2:
        return 0.0, float(count)
    half = (axis[-1] - axis[0]) / (count - 1) / 2
    return axis[0] - half, axis[-1] + half


def _picture(shares: Array, there: Mask, area: Area) -> tuple[Array, Mask]:
    """Two rows of pixels for each line of the area, the highest first; and which are shown."""
    filled, shown = np.where(there, shares, np.nan), there.copy()
    rows, columns = shares.shape
    for stride in STRIDES:
        i, j = (_nearest(count, stride) for count in (rows, columns))
        new = there[np.ix_(i, j)] & ~shown
        filled = np.where(new, shares[np.ix_(i, j)], filled)
        shown = shown | new
    y = (np.arange(2 * area.height) * 2 + 1) * rows // (4 * area.height)
    x = (np.arange(area.width) * 2 + 1) * columns // (2 * area.width)
    chosen = np.ix_(rows - 1 - y, x)
    return filled[chosen], shown[chosen]


def _nearest(count: int, stride: int) -> NDArray[np.intp]:
    last = (count - 1) // stride * stride
    return np.asarray(np.minimum((np.arange(count) + stride // 2) // stride * stride, last))


def _color(palette: Palette, share: float) -> RGB:
    """Dark where the loss is low; in steps."""
    if math.isnan(share):
        return palette.bad
    level = min(int(share * LEVELS), LEVELS - 1) / (LEVELS - 1)
    low = mixed(palette.ground, palette.diverging[0], 0.9)
    middle = mixed(palette.ground, palette.diverging[2], 0.35)
    if level < 0.5:
        return mixed(low, middle, 2 * level)
    return mixed(middle, palette.diverging[2], 2 * level - 1)


def _paint(grid: Grid, palette: Palette, area: Area, picture: Array, shown: Mask) -> None:
    if not (palette.colors and grid.unicode):
        rows = picture[::2]
        put_shades(grid, palette, area.x, area.y, np.where(shown[::2], rows, 0.0))
        for i, j in np.argwhere(np.isnan(rows) & shown[::2]).tolist():
            grid.put(area.x + j, area.y + i, NOT_FINITE, palette.style("bad"))
        return
    table = {share: _color(palette, share) for share in np.unique(picture).tolist()}
    flat = picture.reshape(-1).tolist()
    colors = np.array([table.get(s, palette.bad) for s in flat], float)
    colors = colors.reshape(*picture.shape, 3)
    colors[~shown] = palette.ground
    put_colors(grid, area.x, area.y, colors)


def _mark(
    grid: Grid,
    palette: Palette,
    area: Area,
    picture: Array,
    place: tuple[float, float],
    sign: str,
    role: str,
) -> None:
    column, row = column_of(area, place[0]), row_of(area, place[1])
    if column is None or row is None:
        return
    if not (palette.colors and grid.unicode):
        grid.put(column, row, sign, palette.style(role, bold=True))
        return
    under = picture[2 * (row - area.y) + 1, column - area.x]
    over = _color(palette, float(under))
    grid.put(column, row, sign, painted(palette.ink(over), over, True))


def _legend(
    grid: Grid, palette: Palette, low: float, high: float, walks: Sequence[Walk], missing: bool
) -> None:
    words = [("◆", "centre", "accent"), *((w.sign, w.name, w.role) for w in walks)]
    if missing:
        words.append((NOT_FINITE, "not finite", "bad"))
    ends = f"loss {short(low)} ", f" {short(high)}"
    for bar, has_scale, letters in DETAIL:
        scale = " (log)" if low > 0 and has_scale else ""
        names = [fitted(name, letters) for _, name, _ in words]
        cells = sum(map(len, (*ends, scale))) + bar + sum(4 + cell_len(name) for name in names)
        if cells <= grid.width:
            break
    x = grid.put(0, 0, ends[0], palette.style("muted"))
    for i in range(bar):
        share = (i + 0.5) / bar
        if palette.colors and grid.unicode:
            grid.put(x + i, 0, " ", palette.style("text", over=_color(palette, share)))
        else:
            put_shades(grid, palette, x + i, 0, np.array([[share]]))
    x = grid.put(x + bar, 0, ends[1] + scale, palette.style("muted"))
    for (sign, _, role), name in zip(words, names, strict=True):
        if x + 3 >= grid.width:
            break
        x = grid.put(x + 2, 0, sign, palette.style(role, bold=True))
        x = grid.put(x + 1, 0, fitted(name, grid.width - x - 1), palette.style("muted"))
