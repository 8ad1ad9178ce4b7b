"""The plane of an autoencoder's codes, and what the code under the cursor decodes to."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rich.cells import cell_len
from rich.text import Text

from tuidl.charts.frame import note
from tuidl.charts.grid import Grid, fitted
from tuidl.charts.heat import heat
from tuidl.charts.images import image
from tuidl.charts.line_styles import marker
from tuidl.charts.palette import Palette
from tuidl.protocol.picture_answers import DecodedCode, LatentPlane
from tuidl.tui.renderers.examples import is_image

STEPS = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0)
"""Half sides of the plane, times powers of ten: a plane that grows with every answer could not be
pointed at."""
SHARE = 0.98
"""Of the points, that lie in the plane."""
LEAST = 2.0
CROSS = "┼", "+"
Cursor = tuple[float, float]


@dataclass(frozen=True)
class PlaneFrame:
    """The plane from ``-side`` to ``side`` along both axes, on cells below a line of names."""

    side: float
    width: int
    height: int

    @property
    def is_too_small(self) -> bool:
        return self.width < 4 or self.height < 3

    @property
    def rows(self) -> int:
        return max(self.height - 2, 1)

    def cell(self, x: float, y: float) -> tuple[int, int] | None:
        """Column and line of a code; None outside."""
        if not (abs(x) <= self.side and abs(y) <= self.side):
            return None
        column = round((x / self.side + 1) / 2 * (self.width - 1))
        return column, 1 + round((1 - y / self.side) / 2 * (self.rows - 1))

    def code(self, column: int, line: int) -> Cursor:
        """The code at a cell."""
        x = 2 * column / max(self.width - 1, 1) - 1
        y = 1 - 2 * (line - 1) / max(self.rows - 1, 1)
        return self.side * min(max(x, -1), 1), self.side * min(max(y, -1), 1)

    @property
    def step(self) -> tuple[float, float]:
        """How far one cell is along each axis."""
        return (
            2 * self.side / max(self.width - 1, 1),
            2 * self.side / max(self.rows - 1, 1),
        )


def side_of(points: Sequence[Sequence[float | None]]) -> float:
    """Half the side of a plane that nearly all codes lie in."""
    known = np.array([[np.nan if v is None else v for v in row] for row in points], float)
    sizes = np.abs(known[np.isfinite(known).all(axis=1)]) if len(known) else np.zeros((0, 2))
    reach = max(float(np.quantile(sizes, SHARE)) if len(sizes) else 0.0, LEAST)
    power = 10.0 ** np.floor(np.log10(reach))
    return float(next((s * power for s in (*STEPS, 10.0) if s * power >= reach), 10 * power))


class DrawnPlane:
    """A mark for each held-out example where its code lies, by class: drawn once, as the cursor
    changes two lines of it."""

    def __init__(
        self, answer: LatentPlane, frame: PlaneFrame, palette: Palette, unicode: bool
    ) -> None:
        self.of = answer, frame, palette, unicode
        self._grid = grid = Grid(frame.width, frame.height, unicode)
        if frame.is_too_small:
            note(grid, palette, "too small")
        else:
            _axes(grid, frame, palette)
            _marks(grid, answer, frame, palette)
            _names(grid, answer, palette)
        self._lines = grid.lines()

    def lines(self, cursor: Cursor) -> list[Text]:
        """With the cursor; lines without it are the same objects each time."""
        (answer, frame, palette, unicode), found = self.of, [*self._lines]
        if frame.is_too_small:
            return found
        side = f"±{frame.side:g}; cursor ({cursor[0]:.2f}, {cursor[1]:.2f})"
        words = f"{len(answer.points)} codes of {answer.part}; {side}"
        if cell_len(words) > frame.width:
            words = f"{len(answer.points)} codes; {side}"
        last = Grid(frame.width, 1, unicode)
        last.put(0, 0, fitted(words, frame.width), palette.style("muted"))
        found[-1] = last.line(0)
        if at := frame.cell(*cursor):
            x, y = at
            row, styles = self._grid.chars[y], self._grid.styles[y]
            before = row[x], styles[x]
            self._grid.put(x, y, CROSS[not unicode], palette.selected)
            found[y] = self._grid.line(y)
            row[x], styles[x] = before
        return found


def _marks(grid: Grid, answer: LatentPlane, frame: PlaneFrame, palette: Palette) -> None:
    for place, (x, y) in enumerate(answer.points):
        at = None if x is None or y is None else frame.cell(x, y)
        if at is not None:
            number = answer.classes[place] if place < len(answer.classes) else 0
            sign = _sign(answer.labels, number, grid.unicode)
            grid.put(*at, sign, palette.style(f"series {number % len(palette.series) + 1}"))


def decoded(
    answer: LatentPlane | DecodedCode, palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    """What the code decodes to, as large as fits; numbers that are no image as cells."""
    values = np.array([np.nan if v is None else v for v in answer.decoded], float)
    if is_image(answer.shape):
        shown = np.clip(values, 0, 1).reshape(answer.shape)
        return image(shown, palette, width, height, unicode=unicode)
    rows = values.reshape(-1, answer.shape[-1])
    return heat(rows, palette, width, height, unicode=unicode)


def _axes(grid: Grid, frame: PlaneFrame, palette: Palette) -> None:
    """Faint lines through 0."""
    column, line = frame.cell(0.0, 0.0) or (0, 1)
    style = palette.style("faint")
    for x in range(frame.width):
        grid.put(x, line, "·" if grid.unicode else ".", style)
    for y in range(1, 1 + frame.rows):
        grid.put(column, y, "·" if grid.unicode else ".", style)


def _sign(labels: Sequence[str], number: int, unicode: bool) -> str:
    """A class's own character where its name is one, so that colours are not needed."""
    if 0 <= number < len(labels) and len(labels[number]) == 1 and labels[number].isascii():
        return labels[number]
    return marker(number, unicode)


def _names(grid: Grid, answer: LatentPlane, palette: Palette) -> None:
    x = 0
    for number, name in enumerate(answer.labels):
        sign = _sign(answer.labels, number, grid.unicode)
        text = sign if sign == name else f"{sign} {name}"
        if x + len(text) > grid.width:
            break
        style = palette.style(f"series {number % len(palette.series) + 1}", bold=True)
        x = grid.put(x, 0, text, style) + 2
