"""A picture that can be drawn on: framed, with a cursor, and with the way from cells to pixels."""

from typing import NamedTuple

from rich.text import Text

from tuidl.charts.frame import note
from tuidl.charts.grid import Grid
from tuidl.charts.images import put_image
from tuidl.charts.palette import Palette
from tuidl.charts.pixels import array, fit
from tuidl.core.lazy import Array

FRAME = 2


class Place(NamedTuple):
    """Where the picture's cells lie: the first column and line, and how many."""

    x: int
    y: int
    width: int
    height: int

    def pixel(self, x: int, y: int, shape: tuple[int, ...]) -> tuple[float, float]:
        """Row and column of the pixels in the middle of a cell; whole numbers are the middles of
        pixels."""
        row = (y - self.y + 0.5) / self.height * shape[0] - 0.5
        column = (x - self.x + 0.5) / self.width * shape[1] - 0.5
        return row, column

    def cell(self, row: int, column: int, shape: tuple[int, ...]) -> tuple[int, int]:
        """Column and line of the cell in the middle of a pixel."""
        x = self.x + int((column + 0.5) * self.width / shape[1])
        y = self.y + int((row + 0.5) * self.height / shape[0])
        return x, y


def place_of(shape: tuple[int, ...], width: int, height: int) -> Place:
    """Where a picture lies within so many cells: in the middle, as large as its frame allows."""
    wide, high = fit(shape, max(width - FRAME, 1), max(height - FRAME, 1))
    return Place((width - wide) // 2, (height - high) // 2, wide, high)


def canvas(
    pixels: Array,
    palette: Palette,
    width: int,
    height: int,
    *,
    cursor: tuple[int, int] | None = None,
    unicode: bool = True,
) -> list[Text]:
    """``pixels`` (rows, columns, 1 or 3) from 0 to 1; ``cursor``: row and column of a pixel."""
    grid = Grid(width, height, unicode)
    if not pixels.size or width <= FRAME or height <= FRAME:
        note(grid, palette, "no room")
        return grid.lines()
    place = place_of(pixels.shape, width, height)
    put_image(grid, palette, place.x, place.y, array(pixels), place.width, place.height)
    _frame(grid, palette, place)
    if cursor is not None:
        x, y = place.cell(*cursor, pixels.shape)
        grid.put(x, y, "+", palette.style("accent", bold=True))
    return grid.lines()


def _frame(grid: Grid, palette: Palette, place: Place) -> None:
    style = palette.style("faint")
    left, right = place.x - 1, place.x + place.width
    grid.put(left, place.y - 1, f"┌{'─' * place.width}┐", style)
    grid.put(left, place.y + place.height, f"└{'─' * place.width}┘", style)
    for y in range(place.y, place.y + place.height):
        grid.put(left, y, "│", style)
        grid.put(right, y, "│", style)
