"""Two-dimensional arrays with a sign: weights, filters, feature maps. Zero is the middle colour."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from rich.text import Text

from tuidl.charts.frame import note
from tuidl.charts.grid import Grid, fitted
from tuidl.charts.palette import Palette, diverged, painted
from tuidl.charts.pixels import Array, array, put_colors, resized
from tuidl.charts.scale import short
from tuidl.charts.tiling import tiled

POSITIVE, NEGATIVE = " ░▒▓█", " ·-=≡"
ASCII_POSITIVE, ASCII_NEGATIVE = " .+*#", " ,-~="
"""Without colours the two signs have characters of their own, the heavier the larger."""

UNKNOWN = "?"
"""What is not a number, where there are no colours."""


@dataclass(frozen=True)
class Map:
    """One array (rows, columns) with its name."""

    values: ArrayLike
    name: str = ""


def heat(
    values: ArrayLike,
    palette: Palette,
    width: int,
    height: int,
    *,
    limit: float | None = None,
    unicode: bool = True,
) -> list[Text]:
    """One array as large as fits, above a legend. ``limit`` is the value of the full colour; the
    largest of all where none is given."""
    return heat_grid([Map(values)], palette, width, height, limit=limit, unicode=unicode)


def heat_grid(
    maps: Sequence[Map],
    palette: Palette,
    width: int,
    height: int,
    *,
    limit: float | None = None,
    selected: int | None = None,
    unicode: bool = True,
) -> list[Text]:
    """Arrays of one shape side by side, all on one scale."""
    grid = Grid(width, height, unicode)
    arrays = [array(item.values) for item in maps]
    if width < 1 or height < 1 or not arrays or any(a.ndim != 2 or not a.size for a in arrays):
        note(grid, palette, "no values yet")
        return grid.lines()
    limit = limit or _largest(arrays)
    legend = 1 if height >= 4 else 0
    named = any(item.name for item in maps)
    plan = tiled(arrays[0].shape, len(maps), width, height - legend, caption=named)
    for i, (item, values) in enumerate(zip(maps[: plan.count], arrays, strict=False)):
        x, y = plan.place(i)
        _put(grid, palette, x, y, values / limit, plan.width, plan.height)
        if named:
            role = "text" if i == selected else "muted"
            grid.put(x, y + plan.height, fitted(item.name, plan.pitch - 1), palette.style(role))
        if i == selected:
            grid.tint(x, y + plan.height - (not named), plan.pitch - 1, palette.selected)
    if legend:
        _legend(grid, palette, limit, any(np.isnan(a).any() for a in arrays))
    return grid.lines()


def _largest(arrays: Sequence[Array]) -> float:
    largest = max((float(np.nanmax(np.abs(a))) for a in arrays if np.isfinite(a).any()), default=0)
    return largest or 1.0


def _put(grid: Grid, palette: Palette, x: int, y: int, shares: Array, wide: int, high: int) -> None:
    rows, columns = shares.shape
    if not (palette.colors and grid.unicode):
        _signs(grid, palette, x, y, resized(shares, wide, high))
        return
    scaled = resized(shares, wide, 2 * high)
    shown = np.clip(np.nan_to_num(scaled), -1, 1)
    low, middle, high_color = (np.array(c, dtype=float) for c in palette.diverging)
    ends = np.where(shown[:, :, None] > 0, high_color, low)
    colors = middle + (ends - middle) * np.abs(shown)[:, :, None]
    colors[np.isnan(scaled)] = palette.bad
    put_colors(grid, x, y, colors)
    if wide >= 2 * columns and high >= rows:
        _labels(grid, palette, x, y, shares, wide, high)


def _labels(
    grid: Grid, palette: Palette, x: int, y: int, shares: Array, wide: int, high: int
) -> None:
    """The sign in the middle of each large square, so that no hue has to be known."""
    rows, columns = shares.shape
    for i, row in enumerate(shares.tolist()):
        for j, value in enumerate(row):
            column, line = (
                x + (2 * j + 1) * wide // (2 * columns),
                y + (2 * i + 1) * high // (2 * rows),
            )
            if not abs(value) >= 0.05 or not (0 <= line < grid.height and 0 <= column < grid.width):
                continue
            color = diverged(palette, min(max(value, -1), 1))
            style = painted(palette.ink(color), color) if palette.colors else palette.style("text")
            grid.put(column, line, "+" if value > 0 else "−", style)


def _signs(grid: Grid, palette: Palette, x: int, y: int, shares: Array) -> None:
    signs = (POSITIVE, NEGATIVE) if grid.unicode else (ASCII_POSITIVE, ASCII_NEGATIVE)
    for line, row in enumerate(np.clip(shares, -1, 1).tolist()):
        text = "".join(
            signs[v < 0][min(round(abs(v) * 4.4), 4)] if v == v else UNKNOWN for v in row
        )
        grid.put(x, y + line, text, palette.style("text"))


def _legend(grid: Grid, palette: Palette, limit: float, unknown: bool) -> None:
    """From the most negative to the most positive, with zero in the middle."""
    y, size = grid.height - 1, 5
    x = grid.put(0, y, f"−{short(limit)} ", palette.style("muted"))
    if palette.colors and grid.unicode:
        for i in range(-size, size + 1):
            grid.put(
                x,
                y,
                "0" if i == 0 else " ",
                palette.style("text", over=diverged(palette, i / size)),
            )
            x += 1
    else:
        signs = (POSITIVE, NEGATIVE) if grid.unicode else (ASCII_POSITIVE, ASCII_NEGATIVE)
        x = grid.put(x, y, signs[1][:0:-1] + "0" + signs[0][1:], palette.style("text"))
    x = grid.put(x, y, f" {short(limit)}", palette.style("muted"))
    if unknown:
        sign = "■" if palette.colors and grid.unicode else UNKNOWN
        grid.put(x + 3, y, f"{sign} NaN or infinite", palette.style("bad"))
