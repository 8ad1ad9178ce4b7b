"""Curves of loss and metrics: lines with bands, and marks."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rich.style import Style
from rich.text import Text

from tuidl.charts.columns import Column, columns
from tuidl.charts.curve import Curve, Marks
from tuidl.charts.curve_marks import FREE, put_beyond, put_marks
from tuidl.charts.dots import Cell, Dots, dashed
from tuidl.charts.frame import Area, framed, note
from tuidl.charts.grid import Grid
from tuidl.charts.line_styles import look, told_apart
from tuidl.charts.palette import MONOCHROME, Palette, painted
from tuidl.charts.readout import put_edits, put_heading
from tuidl.charts.scale import scaled
from tuidl.charts.strokes import Place, stroke
from tuidl.charts.window import Window, finite_values, shown_points, y_scale
from tuidl.protocol.history import Point

WHOLE = Window()
IN_TURN = 2
"""Cells along x that are shown of one line where several go through the same cells."""


def curves(
    lines: Sequence[Curve],
    palette: Palette,
    width: int,
    height: int,
    *,
    title: str = "loss",
    x_name: str = "epoch",
    window: Window = WHOLE,
    marks: Marks | None = None,
    unicode: bool = True,
) -> list[Text]:
    """Lines over x, the first one on top. The first text line names them and their last values, or
    those at the cursor."""
    marks = marks or Marks()
    roles = told_apart([line.role for line in lines], palette.rgb)
    lines = [replace(line, role=role) for line, role in zip(lines, roles, strict=True)]
    grid = Grid(width, height, unicode)
    window = window.settled(title, lines)
    if height > 2:
        put_heading(grid, palette, lines, title, x_name, marks, window.in_words(x_name))
    values = finite_values([p for line in lines for p in shown_points(line.series, window)])
    if not any(v > 0 or not window.log for v in values):
        note(grid, palette, _why_empty(lines, bool(values)))
        return grid.lines()
    area = _area(grid, palette, lines, x_name, window, marks)
    _draw(grid, palette, area, lines, window)
    put_beyond(grid, palette, area, lines, window)
    put_marks(grid, palette, area, lines, marks)
    if _explained(grid, marks):
        put_edits(grid, palette, marks.edits)
    return grid.lines()


def _why_empty(lines: Sequence[Curve], has_values: bool) -> str:
    if has_values:
        return "no positive values"
    count = sum(p.not_finite for line in lines for p in line.series.whole)
    return f"none of {count:,} values is finite" if count else "no values yet"


def _explained(grid: Grid, marks: Marks) -> bool:
    """Whether there is a line for what the edits' letters mean."""
    return bool(marks.edits) and grid.height >= 9


def _area(
    grid: Grid,
    palette: Palette,
    lines: Sequence[Curve],
    x_name: str,
    window: Window,
    marks: Marks,
) -> Area:
    xs = scaled((p.x for line in lines for p in shown_points(line.series, window)), 1)
    ys = y_scale(lines, window, bool(window.log))
    top, below = int(grid.height > 2), int(_explained(grid, marks))
    return framed(grid, palette, xs, ys, top=top, bottom=below, x_name=x_name, whole=True)


def x_at(
    lines: Sequence[Curve],
    width: int,
    height: int,
    column: int,
    *,
    title: str = "loss",
    window: Window = WHOLE,
    marks: Marks | None = None,
    unicode: bool = True,
) -> float | None:
    """The x of the point nearest to a column of the chart: where a mouse points at."""
    window = window.settled(title, lines)
    known = [p.x for line in lines for p in shown_points(line.series, window)]
    if not known:
        return None
    area = _area(Grid(width, height, unicode), MONOCHROME, lines, "", window, marks or Marks())
    x = area.xs.value((column - area.x + 0.5) * grid_step(area) - 0.5)
    return min(known, key=lambda at: abs(at - x))


def _draw(grid: Grid, palette: Palette, area: Area, lines: Sequence[Curve], window: Window) -> None:
    """All strokes, then bands wherever nothing is drawn yet. Cells that several lines go through
    are theirs in turn, so that none hides another."""
    shown = [(line, _columns(shown_points(line.series, window), area)) for line in lines]
    strokes = [_stroke(tuple(_points(parts, area)), area, grid) for _, parts in shown]
    owners = _owners(lines, strokes)
    for (line, parts), drawn in reversed(list(zip(shown, strokes, strict=True))):
        style, looks = palette.style(line.role), look(line.role)
        alone = {cell: bits for cell, bits in drawn.items() if cell not in owners}
        dots = Dots(area.width, area.height, grid.unicode)
        dots.cells = dashed(alone, looks.on, looks.off)
        dots.paint(grid, area.x, area.y, style, looks.sign)
        _lone_points(grid, area, tuple(_points(parts, area)), style)
    for cell, number in owners.items():
        role = lines[number].role
        dots = Dots(area.width, area.height, grid.unicode)
        dots.cells = {cell: strokes[number][cell]}
        dots.paint(grid, area.x, area.y, palette.style(role), look(role).sign)
    for line, parts in shown:
        if line.role != "muted":
            _band(grid, palette, area, line.role, parts)


def _stroke(points: tuple[Place, ...], area: Area, grid: Grid) -> dict[Cell, int]:
    return dict(stroke(points, area.width, area.height, grid.unicode).cells)


def _owners(lines: Sequence[Curve], strokes: Sequence[dict[Cell, int]]) -> dict[Cell, int]:
    """Of each cell that several lines go through, the number of the line that it shows."""
    through: dict[Cell, list[int]] = {}
    for number, (line, cells) in enumerate(zip(lines, strokes, strict=True)):
        if line.role != "muted":
            for cell in cells:
                through.setdefault(cell, []).append(number)
    return {
        (x, y): numbers[x // IN_TURN % len(numbers)]
        for (x, y), numbers in through.items()
        if len(numbers) > 1
    }


def _columns(points: Sequence[Point], area: Area) -> list[Column]:
    """By dots, or by whole cells where there are several points in each."""
    crowded = len(points) > area.width and grid_step(area) == 2
    return columns(points, area.xs, 2 if crowded else 1)


def grid_step(area: Area) -> int:
    """Dots of x in a cell."""
    return area.xs.size // area.width


def _points(parts: Sequence[Column], area: Area) -> Iterator[Place]:
    """Places of the means. One outside the chart is at its edge beside one that is inside, so that
    the line leads there, and a gap elsewhere."""
    places = area.ys.places([part.mean for part in parts])
    inside = [y is not None and 0 <= y < area.ys.size for y in places]
    around = [False, *inside, False]
    for part, y, is_inside, before, after in zip(
        parts, places, inside, around, around[2:], strict=False
    ):
        if y is None or not (is_inside or before or after):
            yield None
        else:
            yield part.x, min(max(y, 0), area.ys.size - 1)


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
    lows = area.ys.places([part.low for part in parts])
    highs = area.ys.places([part.high for part in parts])
    for i, (part, low, high) in enumerate(zip(parts, lows, highs, strict=True)):
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
