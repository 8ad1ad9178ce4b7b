"""What one example consists of: numbers, a row of a table, or a text."""

from collections.abc import Sequence

from rich.cells import cell_len, chop_cells
from rich.text import Text

from tuidl.charts.grid import Grid, fitted
from tuidl.charts.palette import Palette
from tuidl.core.printable import printable

LEAST_CELL = 24
"""Cells of a column's name and value."""


def inputs(
    values: Sequence[float | None], palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    """The numbers that the network reads, in columns."""
    grid = Grid(width, height, unicode)
    grid.put(0, 0, "its inputs", palette.style("muted"))
    across = max(width // 14, 1)
    for i, value in enumerate(values):
        row, column = divmod(i, across)
        x = grid.put(14 * column, row + 1, f"{i + 1:>3} ", palette.style("muted"))
        text = "?" if value is None else f"{value:.3g}"
        grid.put(x, row + 1, fitted(text, 9), palette.style("text"))
    return grid.lines()


def cells(
    row: Sequence[tuple[str, str]], palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    """What its row has in each column, in as many columns as that takes."""
    grid = Grid(width, height, unicode)
    grid.put(0, 0, "its row", palette.style("muted"))
    lines = max(height - 1, 1)
    across = min(-(-len(row) // lines), max(width // LEAST_CELL, 1))
    size = width // max(across, 1)
    named = [printable(field) for field, _ in row]
    names = min(max(map(cell_len, named), default=0), size // 2)
    for i, (name, (_, cell)) in enumerate(zip(named, row, strict=True)):
        column, y = divmod(i, lines)
        if column >= across:
            break
        x = column * size
        grid.put(x, y + 1, fitted(name, names), palette.style("muted"))
        text = fitted(printable(cell), size - names - 2)
        grid.put(x + names + 1, y + 1, text, palette.style("text"))
    return grid.lines()


def words(text: str, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
    """The text that the network reads, in lines."""
    grid = Grid(width, height, unicode)
    grid.put(0, 0, "its text", palette.style("muted"))
    for y, line in enumerate(_filled(printable(text), width)[: max(height - 1, 0)]):
        grid.put(0, y + 1, line, palette.style("text"))
    return grid.lines()


def _filled(text: str, width: int) -> list[str]:
    """Lines of at most ``width`` cells, parted between words where that goes."""
    lines = [""]
    for word in text.split(" "):
        for piece in chop_cells(word, max(width, 2)):
            together = f"{lines[-1]} {piece}" if lines[-1] else piece
            if cell_len(together) <= width:
                lines[-1] = together
            else:
                lines.append(piece)
    return lines
