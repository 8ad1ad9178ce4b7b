"""Arrays as cells: scaling, and half blocks, shades or ASCII for brightness."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tuidl.tui.charts.grid import Grid
from tuidl.tui.charts.palette import GREYS, Palette, painted

Array = NDArray[np.float64]
SHADES = " ░▒▓█"
ASCII_SHADES = " .:-=+*#%@"


def array(values: ArrayLike) -> Array:
    """As floats; integers of bytes count as 0 to 255. What is not finite becomes NaN."""
    given = np.asarray(values)
    made = np.array(given, dtype=np.float64)
    if given.dtype == np.uint8:
        made /= 255.0
    made[~np.isfinite(made)] = np.nan
    return made


@lru_cache(256)
def resampler(old: int, new: int) -> Array:
    """The matrix (new, old) that scales one axis: nearest upwards, mean by area downwards."""
    edges = np.linspace(0, old, new + 1)
    if new >= old:
        nearest = np.minimum(((edges[:-1] + edges[1:]) / 2).astype(int), old - 1)
        copied: Array = np.eye(old)[nearest]
        return copied
    at = np.arange(old)
    overlap = np.minimum(edges[1:, None], at + 1) - np.maximum(edges[:-1, None], at)
    means: Array = np.clip(overlap, 0, None) * (new / old)
    return means


def resized(values: Array, width: int, height: int) -> Array:
    """A (rows, columns[, channels]) array at another size; NaN counts as nothing."""
    known = np.isfinite(values)
    down, across = resampler(values.shape[0], height), resampler(values.shape[1], width)

    def scale(x: Any) -> Array:
        made: Array = np.tensordot(down, np.tensordot(x, across.T, (1, 0)), (1, 0))
        return np.moveaxis(made, -1, 1)

    if known.all():
        return scale(values)
    share = scale(known.astype(float))
    total = scale(np.where(known, values, 0.0))
    return np.where(share > 1e-9, total / np.maximum(share, 1e-9), np.nan)


def fit(shape: tuple[int, ...], width: int, height: int) -> tuple[int, int]:
    """Cells (width, height) of a picture that keeps its proportions: a cell is twice as high as
    wide. Small pictures grow by whole factors, so that their pixels stay square."""
    rows, columns = max(shape[0], 1), max(shape[1], 1)
    factor = min(width / columns, 2 * height / rows)
    if factor >= 1:
        factor = int(factor)
    wide = min(max(round(columns * factor), 1), width)
    return wide, min(max(-(-round(rows * factor) // 2), 1), height)


def put_colors(grid: Grid, x: int, y: int, colors: NDArray[Any]) -> None:
    """Half blocks from (2 * lines, cells, 3) channels of 0 to 255: two pixels in each cell."""
    rounded = np.clip(np.rint(colors / 4) * 4, 0, GREYS).astype(int)
    for line in range(len(rounded) // 2):
        upper, lower = rounded[2 * line].tolist(), rounded[2 * line + 1].tolist()
        for column, (top, low) in enumerate(zip(upper, lower, strict=True)):
            if not (0 <= x + column < grid.width and 0 <= y + line < grid.height):
                continue
            same = top == low
            style = painted(None if same else tuple(top), tuple(low))
            grid.chars[y + line][x + column] = " " if same else "▀"
            grid.styles[y + line][x + column] = style


def put_shades(grid: Grid, palette: Palette, x: int, y: int, shares: Array) -> None:
    """Characters from (lines, cells) of brightness 0 to 1: for terminals without colours."""
    ramp = SHADES if grid.unicode else ASCII_SHADES
    steps = np.clip(np.nan_to_num(shares) * len(ramp), 0, len(ramp) - 1).astype(int)
    for line, row in enumerate(steps.tolist()):
        grid.put(x, y + line, "".join(ramp[step] for step in row), palette.style("text"))
