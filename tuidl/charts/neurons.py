"""A small network as a picture: a tile for each neuron with its map of the plane, edges between.

``Board`` says where everything lies, so that a click finds what was drawn there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from rich.text import Text

from tuidl.charts.dots import Dots, dashed
from tuidl.charts.grid import Grid
from tuidl.charts.palette import Palette, mixed, painted
from tuidl.charts.pixels import Array
from tuidl.charts.plane import put_map

NAMES = 7
"""Cells for the key and the name of an input."""
HEAD = 1
LEAST_GAP = 3
NEGLIGIBLE = 0.04
"""Edges below this share of the strongest are not drawn."""


@dataclass(frozen=True)
class Neuron:
    """``values`` (rows, columns) from -1 to 1. ``is_on``: an input that the network reads."""

    values: Array
    name: str = ""
    is_on: bool = True
    note: str = ""
    """What it has to do with the point under the cursor."""


@dataclass(frozen=True)
class Net:
    """``columns``: inputs, then the neurons of each hidden layer. ``kernels``: (from, to) between
    the columns, and from the last one to the output; inputs that are off have no row."""

    columns: Sequence[Sequence[Neuron]]
    kernels: Sequence[Array]
    selected: tuple[int, int] | None = None
    """Column and neuron."""


@dataclass(frozen=True)
class Tile:
    """Cells of a neuron's map."""

    x: int
    y: int
    width: int
    height: int

    def has(self, x: int, y: int) -> bool:
        return self.x <= x < self.x + self.width and self.y <= y < self.y + self.height


@dataclass(frozen=True)
class Board:
    """The tiles of each column, on ``width`` by ``height`` cells."""

    width: int
    height: int
    columns: tuple[tuple[Tile, ...], ...]
    counts: tuple[int, ...] = field(default=())
    """Where the head of each hidden column starts."""

    @classmethod
    def of(cls, sizes: Sequence[int], width: int, height: int) -> "Board":
        """For so many neurons in each column, the inputs first."""
        pitch = max((height - HEAD) // max(*sizes, 1), 1)
        high = max(pitch - (pitch > 2), 1)
        room = (width - NAMES) // len(sizes)
        wide = max(min(2 * high, room - LEAST_GAP), 2)
        high = min(high, max(wide // 2, 1))
        columns = []
        for number, size in enumerate(sizes):
            x = NAMES + number * room
            top = HEAD + (height - HEAD - size * pitch) // 2
            columns.append(tuple(Tile(x, top + i * pitch, wide, high) for i in range(size)))
        starts = tuple(NAMES + number * room for number in range(1, len(sizes)))
        return cls(width, height, tuple(columns), starts)

    def at(self, x: int, y: int) -> tuple[int, int] | None:
        """Column and neuron at a cell; the name of an input counts as its tile."""
        for number, column in enumerate(self.columns):
            for neuron, tile in enumerate(column):
                is_name = number == 0 and x < tile.x and tile.has(tile.x, y)
                if tile.has(x, y) or is_name:
                    return number, neuron
        return None

    def step_at(self, x: int, y: int) -> tuple[int, int] | None:
        """The hidden column (from 1) whose count a click in the head line changes, and by what."""
        if y != 0:
            return None
        for number, start in enumerate(self.counts, 1):
            if start <= x < start + 2:
                return number, -1
            if start + 3 <= x < start + 5:
                return number, 1
        return None


def neuron_board(
    net: Net, palette: Palette, width: int, height: int, *, unicode: bool = True
) -> list[Text]:
    """The network on the board for its sizes."""
    board = Board.of([len(column) for column in net.columns], width, height)
    grid = Grid(width, height, unicode)
    for number in range(len(net.kernels)):
        _put_edges(grid, palette, net, board, number)
    for number, (column, tiles) in enumerate(zip(net.columns, board.columns, strict=True)):
        for neuron, (shown, tile) in enumerate(zip(column, tiles, strict=True)):
            _put_neuron(grid, palette, shown, tile, (number, neuron) == net.selected)
    for number, start in enumerate(board.counts, 1):
        chosen = net.selected is not None and net.selected[0] == number
        role = "accent" if chosen else "text"
        grid.put(start, 0, "−" if unicode else "-", palette.style("accent"))
        grid.put(start + 2, 0, str(len(net.columns[number])), palette.style(role, bold=True))
        grid.put(start + 4, 0, "+", palette.style("accent"))
    return grid.lines()


def _put_neuron(
    grid: Grid, palette: Palette, neuron: Neuron, tile: Tile, is_selected: bool
) -> None:
    place, size = (tile.x, tile.y), (tile.width, tile.height)
    middle = tile.y + (tile.height - 1) // 2
    share = 1.0 if neuron.is_on else 0.35 if is_selected else 0.18
    put_map(grid, palette, place, size, neuron.values, share, gap=int(tile.height == 2))
    if neuron.name:
        role = "text" if neuron.is_on else "muted"
        grid.put(0, middle, neuron.name, palette.style(role, bold=neuron.is_on))
    if is_selected:
        style = palette.style("accent", bold=True)
        for line in range(tile.y, tile.y + tile.height):
            grid.put(tile.x - 1, line, "▐" if grid.unicode else ">", style)
            grid.put(tile.x + tile.width, line, "▌" if grid.unicode else "<", style)
    if neuron.note:
        grid.put(tile.x + tile.width + 1, middle, neuron.note, palette.style("text", bold=True))


def _put_edges(grid: Grid, palette: Palette, net: Net, board: Board, number: int) -> None:
    """Edges from a column to the next, or to the board's right end; the strongest on top."""
    kernel = np.asarray(net.kernels[number], float)
    rows = [i for i, neuron in enumerate(net.columns[number]) if neuron.is_on]
    if kernel.size == 0 or len(rows) != len(kernel) or not np.isfinite(kernel).all():
        return
    strongest = float(np.abs(kernel).max())
    if not strongest:
        return
    tiles = board.columns[number]
    is_last = number + 1 == len(board.columns)
    ends = [Tile(board.width, board.height // 2, 1, 1)] if is_last else board.columns[number + 1]
    shares = kernel / strongest
    for flat in np.argsort(np.abs(shares), axis=None):
        i, j = divmod(int(flat), kernel.shape[1])
        share = float(shares[i, j])
        if abs(share) >= NEGLIGIBLE and j < len(ends):
            near = net.selected in ((number, rows[i]), (number + 1, j))
            is_faint = net.selected is not None and not near and not (is_last and number == 0)
            _put_edge(grid, palette, tiles[rows[i]], ends[j], share, is_faint=is_faint)


def _put_edge(
    grid: Grid, palette: Palette, start: Tile, end: Tile, share: float, *, is_faint: bool
) -> None:
    dots = Dots(grid.width, grid.height, grid.unicode)
    across, down = (2, 4) if grid.unicode else (1, 1)
    x0, x1 = (start.x + start.width) * across, end.x * across - 1
    y0, y1 = (dots.high - 1 - int((tile.y + tile.height / 2) * down - 0.5) for tile in (start, end))
    size = abs(share)
    for shift in ((0,), (0, 1), (-1, 0, 1))[(size > 0.3) + (size > 0.7)]:
        dots.line(x0, y0 + shift, x1, y1 + shift)
    if share < 0 and not palette.colors:
        dots.cells = dashed(dots.cells, 1, 1)
    style = palette.style("text" if size > 0.3 and not is_faint else "muted")
    if palette.colors:
        hue = palette.diverging[2 if share > 0 else 0]
        strength = (0.3 + 0.7 * size) * (0.4 if is_faint else 1.0)
        style = painted(mixed(palette.ground, hue, strength))
    dots.paint(grid, 0, 0, style, "." if share > 0 else "-")
