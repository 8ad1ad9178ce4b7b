"""Curves of loss and metrics: lines with bands, marks of edits and of the best epoch, a cursor."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from tuidl.history import Point, Series
from tuidl.tui.charts.columns import Column, columns, value_at
from tuidl.tui.charts.dots import Dots, dashed
from tuidl.tui.charts.frame import Area, column_of, framed, note, row_of
from tuidl.tui.charts.grid import Grid, fitted
from tuidl.tui.charts.looks import look, sample
from tuidl.tui.charts.palette import Palette, painted
from tuidl.tui.charts.scale import readable, scaled
from tuidl.tui.charts.strokes import stroke

LETTERS = "abcdefghijklmnopqrstuvwxyz"
FREE = frozenset((" ", "┈"))
"""Characters over which a band, a cursor or an edit's line may be drawn."""

DETAIL = (
    (3, 2, 99, 4, True),
    (2, 2, 99, 4, True),
    (1, 2, 99, 3, True),
    (1, 2, 5, 3, True),
    (1, 2, 99, 3, False),
    (1, 2, 5, 3, False),
    (1, 1, 5, 3, False),
    (1, 1, 1, 3, False),
)
"""Ways to name the lines, the fullest first: cells between them and of a sample, letters of a name,
digits of a value, and whether the previous run is named too."""


@dataclass(frozen=True)
class Curve:
    """A named series. Its role gives colour and dash: ``train``, ``validation``, ``muted`` for a
    previous run, ``series 1`` and so on."""

    name: str
    series: Series
    role: str = "train"


@dataclass(frozen=True)
class Edit:
    """Something that was changed while training, before ``x``."""

    x: float
    text: str


@dataclass(frozen=True)
class Marks:
    """What is pointed out: edits, the best epoch, and the x that the user looks at."""

    edits: Sequence[Edit] = ()
    best: float | None = None
    cursor: float | None = None


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
        _heading(grid, palette, lines, title, x_name, marks)
    points = [p for line in lines for p in line.series.whole]
    values = [v for p in points for v in (p.low, p.high)]
    if not any(math.isfinite(v) and (v > 0 or not log) for v in values):
        note(grid, palette, "no positive values" if log and values else "no values yet")
        return grid.lines()
    below = 1 if marks.edits and height >= 9 else 0
    xs = scaled((p.x for p in points), 1)
    ys = scaled(values, 1, log=log, room=0.03)
    top = 1 if height > 2 else 0
    area = framed(grid, palette, xs, ys, top=top, bottom=below, x_name=x_name, whole=True)
    _draw(grid, palette, area, lines)
    _draw_marks(grid, palette, area, lines, marks)
    if below:
        _edits_line(grid, palette, marks.edits)
    return grid.lines()


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


def judge(lines: Sequence[Curve]) -> Curve | None:
    """The curve that decides which epoch is best: validation where there is one."""
    return next((line for line in lines if line.role == "validation"), lines[0] if lines else None)


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


def _heading(
    grid: Grid,
    palette: Palette,
    lines: Sequence[Curve],
    title: str,
    x_name: str,
    marks: Marks,
) -> None:
    """Names and values in as much detail as there is room for."""
    if marks.cursor is not None:
        title = f"{x_name} {marks.cursor:g}"
    values = [_value(line.series, marks.cursor) for line in lines]
    for gap, cells, letters, digits, faint in DETAIL:
        parts = [(title, palette.style("text", bold=True))]
        for line, value in zip(lines, values, strict=True):
            if line.role != "muted" or faint:
                name = line.name if letters > len(line.name) else line.name[:letters]
                entry = " " * gap + sample(line.role, grid.unicode)[:cells] + " " + name
                parts.append((entry, palette.style(line.role)))
                parts.append((_text(value, digits), palette.style("text")))
        if sum(cell_len(text) for text, _ in parts) <= grid.width:
            break
    x = 0
    for text, style in parts:
        x = grid.put(x, 0, text, style)
    _best_text(grid, palette, lines, x, x_name, marks)


def _best_text(
    grid: Grid, palette: Palette, lines: Sequence[Curve], used: int, x_name: str, marks: Marks
) -> None:
    judged = judge(lines)
    if marks.best is None or judged is None:
        return
    value = _text(_value(judged.series, marks.best), 4)
    for text in (
        f"◆ best{value} at {x_name} {marks.best:g}",
        f"◆ best{value}",
        f"◆ {marks.best:g}",
    ):
        if used + 2 + cell_len(text) <= grid.width:
            grid.put_right(grid.width, 0, text, palette.style("good"))
            return


def _value(series: Series, x: float | None) -> Point | None:
    if x is not None:
        return value_at(series, x)
    last = series.last
    return None if last is None else Point(series.recent[-1][0], last, last, last)


def _text(point: Point | None, digits: int) -> str:
    """A value, or the range of several that were merged."""
    if point is None:
        return " –"
    if point.low < point.high:
        return f" {readable(point.low, digits)}–{readable(point.high, digits)}"
    return f" {readable(point.last, digits)}"


def _edits_line(grid: Grid, palette: Palette, edits: Sequence[Edit]) -> None:
    """What the letters stand for; where not all fit, the latest."""
    named = [(LETTERS[i % len(LETTERS)], edit.text) for i, edit in enumerate(edits)]
    while len(named) > 1 and sum(cell_len(text) + 5 for _, text in named) > grid.width:
        named.pop(0)
    x, y = 0, grid.height - 1
    for letter, text in named:
        x = grid.put(x, y, letter + " ", palette.style("accent", bold=True))
        x = grid.put(x, y, fitted(text, grid.width - x), palette.style("muted")) + 3
