"""Arrays as cells: scaling, and half blocks, shades or ASCII for brightness."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from rich.style import Style

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
    levels = np.clip(np.rint(colors / 4), 0, GREYS // 4).astype(np.int64)
    pixels = levels @ (1 << 12, 1 << 6, 1)
    lines, cells = len(pixels) // 2, pixels.shape[1]
    codes = pixels[: 2 * lines : 2] << 18 | pixels[1 : 2 * lines : 2]
    first, last = max(-x, 0), max(min(grid.width - x, cells), 0)
    for line in range(max(-y, 0), min(grid.height - y, lines)):
        found = [_half_blocks(code) for code in codes[line, first:last].tolist()]
        if found:
            chars, styles = zip(*found, strict=True)
            grid.chars[y + line][x + first : x + last] = chars
            grid.styles[y + line][x + first : x + last] = styles


@lru_cache(1 << 14)
def _half_blocks(code: int) -> tuple[str, Style]:
    """The character of a cell and its style; ``code``: 6 bits of each channel of both pixels."""
    top, low = (
        (4 * (pixel >> 12), 4 * (pixel >> 6 & 63), 4 * (pixel & 63))
        for pixel in (code >> 18, code & (1 << 18) - 1)
    )
    return (" ", painted(None, low)) if top == low else ("▀", painted(top, low))


def put_shades(grid: Grid, palette: Palette, x: int, y: int, shares: Array) -> None:
    """Characters from (lines, cells) of brightness 0 to 1: for terminals without colours."""
    ramp = SHADES if grid.unicode else ASCII_SHADES
    steps = np.clip(np.nan_to_num(shares) * len(ramp), 0, len(ramp) - 1).astype(int)
    for line, row in enumerate(steps.tolist()):
        grid.put(x, y + line, "".join(ramp[step] for step in row), palette.style("text"))
