"""Images as half blocks, alone or as a grid with captions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from rich.cells import cell_len
from rich.text import Text

from tuidl.charts.frame import note
from tuidl.charts.grid import Grid, fitted
from tuidl.charts.palette import Palette
from tuidl.charts.pixels import Array, array, fit, put_colors, put_shades, resized
from tuidl.charts.tiling import Tiling, tiled

LONGEST_CAPTION = 18
"""Cells of a caption at most that tiles are made wide enough for."""
LIGHTNESS = np.array([0.299, 0.587, 0.114])
"""How bright red, green and blue look, where there are no colours."""


@dataclass(frozen=True)
class Tile:
    """An image with its caption; ``right`` says whether the prediction was."""

    pixels: ArrayLike
    caption: str = ""
    right: bool | None = None


def image(
    pixels: ArrayLike, palette: Palette, width: int, height: int, *, unicode: bool = True
) -> list[Text]:
    """One image, (rows, columns) or (rows, columns, 1 or 3) with 0 to 1 or bytes, centred and as
    large as fits."""
    grid = Grid(width, height, unicode)
    values = _checked(pixels)
    if not values.size or width < 1 or height < 1:
        note(grid, palette, "no image")
        return grid.lines()
    wide, high = fit(values.shape, width, height)
    put_image(grid, palette, (width - wide) // 2, (height - high) // 2, values, wide, high)
    return grid.lines()


def image_grid(
    tiles: Sequence[Tile],
    palette: Palette,
    width: int,
    height: int,
    *,
    selected: int | None = None,
    unicode: bool = True,
) -> list[Text]:
    """As many images as fit, in their order, as large as fits; the shape is the first one's."""
    grid = Grid(width, height, unicode)
    if not tiles or width < 1 or height < 1:
        note(grid, palette, "no images")
        return grid.lines()
    plan = _plan(tiles, width, height)
    for i, tile in enumerate(tiles[: plan.count]):
        x, y = plan.place(i)
        room = min(plan.pitch - 1, width - x)
        values = _checked(tile.pixels)
        if values.size:
            put_image(
                grid, palette, x + (room - plan.width) // 2, y, values, plan.width, plan.height
            )
        if plan.caption:
            _caption(grid, palette, tile, x, y + plan.height, room)
        if i == selected:
            grid.tint(x, y + plan.height - (not plan.caption), room, palette.selected)
    return grid.lines()


def _plan(tiles: Sequence[Tile], width: int, height: int) -> Tiling:
    captions = [tile.caption for tile in tiles if tile.caption or tile.right is not None]
    least = min(max((cell_len(c) + 2 for c in captions), default=0), LONGEST_CAPTION)
    shape = _checked(tiles[0].pixels).shape
    return tiled(shape, len(tiles), width, height, caption=bool(captions), least=least)


def _caption(grid: Grid, palette: Palette, tile: Tile, x: int, y: int, room: int) -> None:
    sign, role = {True: ("✓ ", "good"), False: ("✗ ", "bad"), None: ("", "muted")}[tile.right]
    style = palette.style(role, bold=tile.right is False)
    grid.put_middle(x, y, room, fitted(sign + tile.caption, room), style)


def _checked(pixels: ArrayLike) -> Array:
    """As (rows, columns, channels); a flat or empty array becomes an empty one."""
    values = array(pixels)
    if values.ndim == 2:
        values = values[:, :, None]
    return values if values.ndim == 3 else np.empty((0, 0, 1))


def put_image(
    grid: Grid, palette: Palette, x: int, y: int, values: Array, wide: int, high: int
) -> None:
    """Draw ``values`` (rows, columns, 1 or 3) on cells from (x, y) on."""
    if palette.colors and grid.unicode:
        pixels = np.nan_to_num(resized(values, wide, 2 * high))
        put_colors(grid, x, y, np.broadcast_to(pixels * 255, (2 * high, wide, 3)))
        return
    pixels = np.nan_to_num(resized(values, wide, high))
    grey = pixels @ LIGHTNESS if pixels.shape[2] == 3 else pixels[:, :, 0]
    put_shades(grid, palette, x, y, grey)
