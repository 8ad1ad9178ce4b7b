"""Maps of the plane: a neuron's as a tile, the network's with the points on it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rich.text import Text

from tuidl.charts.grid import Grid
from tuidl.charts.palette import RGB, Palette, mixed, painted
from tuidl.charts.pixels import Array, put_colors, put_shades, resized

FADED = 0.62
"""How much of its colour the network's map has, so that points stand out on it."""
BRIGHT = 0.55
"""How far a point's colour is on the way to the text's."""


@dataclass(frozen=True)
class PlanePoint:
    """``x`` and ``y`` from 0 to 1, from the left and from above; ``value`` from -1 to 1."""

    x: float
    y: float
    value: float
    is_held_out: bool = False


def put_map(
    grid: Grid,
    palette: Palette,
    place: tuple[int, int],
    size: tuple[int, int],
    values: Array,
    share: float = 1.0,
    gap: int = 0,
) -> None:
    """``values`` (rows, columns) from -1 to 1 on ``size`` cells from ``place`` on. ``gap``: half
    lines at the lower end that stay empty."""
    (x, y), (width, height) = place, size
    values = np.clip(np.nan_to_num(np.asarray(values, float)), -1.0, 1.0)
    if not values.size or width < 1 or height < 1:
        return
    if palette.colors and grid.unicode:
        colors = colors_of(resized(values, width, 2 * height - gap), palette, share)
        empty = np.broadcast_to(np.array(palette.ground, float), (gap, width, 3))
        put_colors(grid, x, y, np.concatenate([colors, empty]))
    else:
        put_shades(grid, palette, x, y, (resized(values, width, height) + 1) / 2)


def colors_of(values: Array, palette: Palette, share: float = 1.0) -> Array:
    """Channels (rows, columns, 3) of values from -1 to 1; of what is not finite the middle's."""
    low, middle, high = (np.array(color, float) for color in palette.diverging)
    known = np.clip(np.nan_to_num(values), -1, 1)[..., None] * share
    made: Array = middle + np.where(known > 0, known * (high - middle), -known * (low - middle))
    return made


def put_points(
    grid: Grid,
    palette: Palette,
    place: tuple[int, int],
    size: tuple[int, int],
    points: Sequence[PlanePoint],
) -> None:
    """Points as bright pixels; without colours as signs: o and x, of held-out ones . and +."""
    (left, top), (width, height) = place, size
    for point in points:
        column, row = _cell(point.x, width), _cell(point.y, 2 * height)
        if palette.colors and grid.unicode:
            _put_pixel(grid, left + column, top + row // 2, row % 2, _color(palette, point.value))
        else:
            signs = ".+" if point.is_held_out else "ox"
            sign = signs[int(point.value > 0)]
            grid.put(left + column, top + row // 2, sign, palette.style("text", bold=True))


def _cell(share: float, count: int) -> int:
    """The cell of ``count`` that holds a share from 0 to 1; those beyond are at the edge."""
    return min(int(min(max(share, 0.0), 1.0) * count), count - 1)


def _color(palette: Palette, value: float) -> RGB:
    hue = palette.diverging[2 if value > 0 else 0]
    return mixed(hue, palette.text, BRIGHT + 0.25 * (1 - min(abs(value), 1.0)))


def _put_pixel(grid: Grid, x: int, y: int, is_low: int, color: RGB) -> None:
    """Paint the upper or lower half of a cell, the other stays."""
    if not (0 <= x < grid.width and 0 <= y < grid.height):
        return
    style = grid.styles[y][x]
    back = (
        tuple(style.bgcolor.triplet) if style and style.bgcolor and style.bgcolor.triplet else None
    )
    front = tuple(style.color.triplet) if style and style.color and style.color.triplet else back
    upper = front if grid.chars[y][x] == "▀" else back
    lower = back
    upper, lower = (upper, color) if is_low else (color, lower)
    grid.chars[y][x] = "▀"
    grid.styles[y][x] = painted(upper, lower)


def plane_map(
    values: Array,
    points: Sequence[PlanePoint],
    palette: Palette,
    width: int,
    height: int,
    *,
    cursor: tuple[float, float] | None = None,
    unicode: bool = True,
) -> list[Text]:
    """The network's map with the points, and a cross at ``cursor`` (from 0 to 1, from above)."""
    grid = Grid(width, height, unicode)
    put_map(grid, palette, (0, 0), (width, height), values, FADED)
    put_points(grid, palette, (0, 0), (width, height), points)
    if cursor is not None:
        x, y = _cell(cursor[0], width), _cell(cursor[1], height)
        for column, sign in ((x - 1, "─"), (x, "┼"), (x + 1, "─")):
            if 0 <= column < width:
                shown = palette.style("text", bold=True)
                if palette.colors:  # on the ground: the map and points are of any brightness
                    shown = painted(palette.text, palette.ground, True)
                grid.chars[y][column] = sign if unicode else "+"
                grid.styles[y][column] = shown
    return grid.lines()
