"""An answer over the range of one input, and a series whose values can be moved."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text

from tuidl.charts.dots import Dots
from tuidl.charts.frame import Area, column_of, framed, note, row_of
from tuidl.charts.grid import Grid
from tuidl.charts.line_styles import look
from tuidl.charts.palette import Palette
from tuidl.charts.scale import scaled


@dataclass(frozen=True)
class Line:
    """``y`` over ``x``; NaN leaves a gap. ``here``: a point that is marked; ``is_cursor``: it is
    the one that is looked at."""

    x: Sequence[float]
    y: Sequence[float]
    role: str = "train"
    here: tuple[float, float] | None = None
    is_cursor: bool = True


def line_chart(
    lines: Sequence[Line],
    palette: Palette,
    width: int,
    height: int,
    *,
    ends: tuple[float, float] | None = None,
    x_name: str = "",
    whole: bool = False,
    unicode: bool = True,
) -> tuple[list[Text], Area | None]:
    """The lines, and where the axes lie; ``ends``: y reaches at least so far."""
    grid = Grid(width, height, unicode)
    values = [v for line in lines for v in line.y if math.isfinite(v)]
    if not values:
        note(grid, palette, "no values yet")
        return grid.lines(), None
    xs = scaled([v for line in lines for v in line.x], 1)
    ys = scaled([*values, *(ends or ())], 1, room=0.03)
    area = framed(grid, palette, xs, ys, top=0, x_name=x_name, whole=whole)
    for line in lines:
        _draw(grid, palette, area, line)
    for line in lines:
        if line.here is not None:
            _mark(grid, palette, area, line, line.here)
    return grid.lines(), area


def _draw(grid: Grid, palette: Palette, area: Area, line: Line) -> None:
    dots = Dots(area.width, area.height, grid.unicode)
    dots.path(
        None if (a := area.xs.place(x)) is None or (b := area.ys.place(y)) is None else (a, b)
        for x, y in zip(line.x, line.y, strict=True)
    )
    dots.paint(grid, area.x, area.y, palette.style(line.role), look(line.role).sign)


def _mark(grid: Grid, palette: Palette, area: Area, line: Line, here: tuple[float, float]) -> None:
    """The point; a cursor on a line down to the axis."""
    column, row = column_of(area, here[0]), row_of(area, here[1])
    if column is None or row is None:
        return
    for y in range(row + 1, area.y + area.height if line.is_cursor else row):
        grid.put(column, y, "┊", palette.style("muted"))
    grid.put(column, row, "●", palette.style("accent" if line.is_cursor else line.role, bold=True))


def value_at(area: Area, x: int, y: int) -> tuple[float, float]:
    """The values at the middle of a cell, within the axes."""
    across = (x - area.x + 0.5) / area.width * (area.xs.size - 1)
    up = (area.y + area.height - y - 0.5) / area.height * (area.ys.size - 1)
    across, up = (max(across, 0.0), max(up, 0.0))
    return (
        area.xs.value(min(across, area.xs.size - 1)),
        area.ys.value(min(up, area.ys.size - 1)),
    )
