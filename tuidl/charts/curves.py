"""Curves of loss and metrics: lines with bands, marks of edits and of the best epoch, a cursor."""

import math
from collections.abc import Iterator, Sequence

from rich.style import Style
from rich.text import Text

from tuidl.charts.columns import Column, columns, value_at
from tuidl.charts.curve import Curve, Marks, judge
from tuidl.charts.dots import Dots, dashed
from tuidl.charts.frame import Area, column_of, framed, note, row_of
from tuidl.charts.grid import Grid
from tuidl.charts.line_styles import look
from tuidl.charts.palette import MONOCHROME, Palette, painted
from tuidl.charts.readout import LETTERS, put_edits, put_heading
from tuidl.charts.scale import scaled
from tuidl.charts.strokes import stroke
from tuidl.protocol.history import Series

FREE = frozenset((" ", "┈"))
"""Characters over which a band, a cursor or an edit's line may be drawn."""


def curves(
    lines: Sequence[Curve],
    palette: Palette,
    width: int,
    height: int,
    *,
    title: str = "loss",
    x_name: str = "epoch",
    log: bool = False,
    marks: Marks | None = None,
    unicode: bool = True,
) -> list[Text]:
    """Lines over x, the first one on top. The first text line names them and their last values, or
    those at the cursor."""
    marks = marks or Marks()
    grid = Grid(width, height, unicode)
    if height > 2:
        put_heading(grid, palette, lines, title, x_name, marks)
    values = _values(lines)
    if not any(math.isfinite(v) and (v > 0 or not log) for v in values):
        note(grid, palette, "no positive values" if log and values else "no values yet")
        return grid.lines()
    area = _area(grid, palette, lines, x_name, log, marks)
    _draw(grid, palette, area, lines)
    _draw_marks(grid, palette, area, lines, marks)
    if _explained(grid, marks):
        put_edits(grid, palette, marks.edits)
    return grid.lines()


def _values(lines: Sequence[Curve]) -> list[float]:
    return [v for line in lines for p in line.series.whole for v in (p.low, p.high)]


def _explained(grid: Grid, marks: Marks) -> bool:
    """Whether there is a line for what the edits' letters mean."""
    return bool(marks.edits) and grid.height >= 9


def _area(
    grid: Grid, palette: Palette, lines: Sequence[Curve], x_name: str, log: bool, marks: Marks
) -> Area:
    xs = scaled((p.x for line in lines for p in line.series.whole), 1)
    ys = scaled(_values(lines), 1, log=log, room=0.03)
    top, below = int(grid.height > 2), int(_explained(grid, marks))
    return framed(grid, palette, xs, ys, top=top, bottom=below, x_name=x_name, whole=True)


def x_at(
    lines: Sequence[Curve],
    width: int,
    height: int,
    column: int,
    *,
    log: bool = False,
    marks: Marks | None = None,
    unicode: bool = True,
) -> float | None:
    """The x of the point nearest to a column of the chart: where a mouse points at."""
    known = [p.x for line in lines for p in line.series.whole]
    if not known:
        return None
    area = _area(Grid(width, height, unicode), MONOCHROME, lines, "", log, marks or Marks())
    x = area.xs.value((column - area.x + 0.5) * grid_step(area) - 0.5)
    return min(known, key=lambda at: abs(at - x))


def _draw(grid: Grid, palette: Palette, area: Area, lines: Sequence[Curve]) -> None:
    """All strokes, the first last; then bands wherever nothing is drawn yet."""
    shown = [(line, _columns(line.series, area)) for line in lines]
    for line, parts in reversed(shown):
        points = tuple(_points(parts, area))
        drawn = stroke(points, area.width, area.height, grid.unicode)
        dots = Dots(area.width, area.height, grid.unicode)
        dots.cells = dashed(drawn.cells, look(line.role).on, look(line.role).off)
        style = palette.style(line.role)
        dots.paint(grid, area.x, area.y, style, look(line.role).sign)
        _lone_points(grid, area, points, style)
    for line, parts in shown:
        if line.role != "muted":
            _band(grid, palette, area, line.role, parts)


def _columns(series: Series, area: Area) -> list[Column]:
    """By dots, or by whole cells where there are several points in each."""
    crowded = len(series.whole) > area.width and grid_step(area) == 2
    return columns(series.whole, area.xs, 2 if crowded else 1)


def grid_step(area: Area) -> int:
    """Dots of x in a cell."""
    return area.xs.size // area.width


def _points(parts: Sequence[Column], area: Area) -> Iterator[tuple[int, int] | None]:
    for part in parts:
        y = area.ys.place(part.mean)
        yield None if y is None else (part.x, y)


def _lone_points(
    grid: Grid, area: Area, points: Sequence[tuple[int, int] | None], style: Style
) -> None:
    """A point without neighbours is a mark, since one dot would hardly be seen."""
    around = [None, *points, None]
    for before, point, after in zip(around, points, around[2:], strict=False):
        if point and not before and not after:
            x = area.x + point[0] * area.width // area.xs.size
            y = area.y + area.height - 1 - point[1] * area.height // area.ys.size
            grid.put(x, y, "●", style)


def _band(grid: Grid, palette: Palette, area: Area, role: str, parts: Sequence[Column]) -> None:
    """From the smallest to the largest value of each column, behind everything."""
    dots = Dots(area.width, area.height, grid.unicode)
    for i, part in enumerate(parts):
        low, high = area.ys.place(part.low), area.ys.place(part.high)
        if high is None or part.low == part.high:
            continue
        end = parts[i + 1].x if i + 1 < len(parts) else part.x + 1
        for x in range(part.x, min(end, part.x + 2)):
            dots.column(x, low if low is not None else 0, high)
    color = palette.faded(role, 0.4)
    style = painted(color) if palette.colors else palette.style("muted")
    for (x, y), bits in dots.cells.items():
        x, y = area.x + x, area.y + y
        if grid.at(x, y) in FREE:
            grid.chars[y][x] = chr(0x2800 + bits) if grid.unicode else ":"
            grid.styles[y][x] = style


def _draw_marks(
    grid: Grid, palette: Palette, area: Area, lines: Sequence[Curve], marks: Marks
) -> None:
    for i, edit in enumerate(marks.edits):
        column = column_of(area, edit.x)
        if column is not None:
            _upright(grid, area, column, "┊", palette.style("muted"))
            letter = LETTERS[i % len(LETTERS)]
            grid.put(column, area.y, letter, palette.style("accent", bold=True))
    if marks.cursor is not None and (column := column_of(area, marks.cursor)) is not None:
        _upright(grid, area, column, "│", palette.style("text"))
        for line in lines:
            _mark(grid, palette, area, line, marks.cursor, "●", line.role)
    judged = judge(lines)
    if marks.best is not None and judged:
        _mark(grid, palette, area, judged, marks.best, "◆", "good")


def _upright(grid: Grid, area: Area, column: int, char: str, style: Style) -> None:
    for y in range(area.y, area.y + area.height):
        if grid.at(column, y) in FREE:
            grid.put(column, y, char, style)


def _mark(
    grid: Grid, palette: Palette, area: Area, line: Curve, x: float, char: str, role: str
) -> None:
    point = value_at(line.series, x)
    column = column_of(area, x)
    row = row_of(area, point.last) if point else None
    if column is not None and row is not None:
        grid.put(column, row, char, palette.style(role, bold=True))
