"""Arrays as cells: scaling, and half blocks, shades or ASCII for brightness."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tuidl.charts.grid import Grid
from tuidl.charts.palette import GREYS, Palette, painted

Array = NDArray[np.float64]
LARGEST = 1e150
"""Values are held within this, so that no sum of them overflows."""

SHADES = " ░▒▓█"
ASCII_SHADES = " .:-=+*#%@"


def array(values: ArrayLike) -> Array:
    """As floats; integers of bytes count as 0 to 255. What is not finite becomes NaN."""
    given = np.asarray(values)
    made = np.array(given, dtype=np.float64)
    if given.dtype == np.uint8:
        made /= 255.0
    made[~np.isfinite(made)] = np.nan
    return np.clip(made, -LARGEST, LARGEST)


def scaled_axis(values: Array, size: int, axis: int) -> Array:
    """One axis at another size: the nearest value upwards, the mean by area downwards."""
    old = values.shape[axis]
    edges = np.linspace(0, old, size + 1)
    if size >= old:
        nearest = np.minimum(((edges[:-1] + edges[1:]) / 2).astype(int), old - 1)
        picked: Array = np.take(values, nearest, axis)
        return picked
    # Differences of running sums: one pass, however much larger the array is than the screen.
    along = np.moveaxis(values, axis, 0)
    sums = np.concatenate([np.zeros_like(along[:1]), np.cumsum(along, 0)])
    whole = np.minimum(edges.astype(int), old - 1)
    part = (edges - whole).reshape(-1, *(1,) * (values.ndim - 1))
    means: Array = np.diff(sums[whole] + part * along[whole], axis=0) * (size / old)
    return np.moveaxis(means, 0, axis)


def resized(values: Array, width: int, height: int) -> Array:
    """A (rows, columns[, channels]) array at another size; NaN counts as nothing."""
    known = np.isfinite(values)
    if known.all():
        return scaled_axis(scaled_axis(values, height, 0), width, 1)
    share = resized(known.astype(float), width, height)
    total = resized(np.where(known, values, 0.0), width, height)
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
