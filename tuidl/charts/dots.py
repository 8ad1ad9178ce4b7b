"""Dots smaller than a cell: two by four in each braille character, one a cell in ASCII."""

from collections.abc import Iterable, Sequence

from rich.style import Style

from tuidl.charts.grid import Grid

BITS = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))
"""The bit of a dot by its column, and by its row counted from below."""

COLUMNS = tuple(tuple(sum(bits[:n]) for n in range(5)) for bits in BITS)
"""The lowest ``n`` dots of a cell's left and right column."""

Cell = tuple[int, int]


class Dots:
    """One colour's dots on ``width`` by ``height`` cells. (0, 0) is the lowest dot on the left."""

    def __init__(self, width: int, height: int, unicode: bool = True) -> None:
        self.width, self.height, self.unicode = width, height, unicode
        self.wide = 2 * width if unicode else width
        self.high = 4 * height if unicode else height
        self.cells: dict[Cell, int] = {}

    def add(self, x: int, y: int) -> None:
        if not (0 <= x < self.wide and 0 <= y < self.high):
            return
        if self.unicode:
            cell = (x >> 1, self.height - 1 - (y >> 2))
            self.cells[cell] = self.cells.get(cell, 0) | BITS[x & 1][y & 3]
        else:
            self.cells[x, self.height - 1 - y] = 1

    def line(self, x0: int, y0: int, x1: int, y1: int) -> None:
        """A straight line between two dots, both included; parts outside are left out."""
        steps = max(abs(x1 - x0), abs(y1 - y0))
        if steps > 8 * (self.wide + self.high):
            return  # Points far outside: callers clip what should be seen.
        for i in range(steps + 1):
            share = i / steps if steps else 0.0
            self.add(round(x0 + (x1 - x0) * share), round(y0 + (y1 - y0) * share))

    def path(self, points: Iterable[tuple[int, int] | None]) -> None:
        """Lines from point to point; None leaves a gap."""
        before: tuple[int, int] | None = None
        for point in points:
            if point and before:
                self.line(*before, *point)
            elif point:
                self.add(*point)
            before = point

    def column(self, x: int, low: int, high: int) -> None:
        """All dots of one column from ``low`` to ``high``."""
        if not 0 <= x < self.wide:
            return
        low, high = max(low, 0), min(high, self.high - 1)
        if not self.unicode:
            for y in range(low, high + 1):
                self.add(x, y)
            return
        filled = COLUMNS[x & 1]
        for row in range(low >> 2, (high >> 2) + 1):
            upper, lower = min(high - 4 * row + 1, 4), max(low - 4 * row, 0)
            cell = (x >> 1, self.height - 1 - row)
            self.cells[cell] = self.cells.get(cell, 0) | (filled[upper] & ~filled[lower])

    def paint(self, grid: Grid, x: int, y: int, style: Style | None, sign: str = ".") -> None:
        """Put the dots on a grid whose cell (x, y) is the upper left one of these.

        Dots that are there already stay and take on the style; a background stays too.
        """
        for (column, row), bits in self.cells.items():
            char = chr(0x2800 + bits) if self.unicode else sign
            blend(grid, x + column, y + row, char, style)


def blend(grid: Grid, x: int, y: int, char: str, style: Style | None) -> None:
    """Write one character; braille is added to braille, and a background shines through."""
    if not (0 <= y < grid.height and 0 <= x < grid.width):
        return
    old, before = grid.chars[y][x], grid.styles[y][x]
    if "\u2800" < char <= "\u28ff" and "\u2800" < old <= "\u28ff":
        char = chr(ord(char) | ord(old))
    if style is not None and before is not None and before.bgcolor is not None:
        style = before + style
    grid.chars[y][x], grid.styles[y][x] = char, style


def dashed(cells: dict[Cell, int], on: int, off: int) -> dict[Cell, int]:
    """A stroke with gaps along x. Columns in which it climbs stay whole, lest it come apart."""
    heights: dict[int, int] = {}
    for x, _ in cells:
        heights[x] = heights.get(x, 0) + 1
    return {(x, y): bits for (x, y), bits in cells.items() if heights[x] > 2 or x % (on + off) < on}


def levels(values: Sequence[float], size: int) -> list[str]:
    """Bars from below as eighths of a cell: ``size`` texts from the top, a character a value.

    ``values`` are shares from 0 to 1; whatever is above zero shows at least an eighth.
    """
    eighths = [max(round(v * size * 8), 1) if v > 0 else 0 for v in values]
    return [
        "".join(" ▁▂▃▄▅▆▇█"[min(max(n - 8 * (size - 1 - row), 0), 8)] for n in eighths)
        for row in range(size)
    ]
