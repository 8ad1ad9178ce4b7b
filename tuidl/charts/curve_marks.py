"""What is marked on curves: edits, the best epoch, the cursor, values that cannot be drawn."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.style import Style

from tuidl.charts.columns import value_at
from tuidl.charts.curve import Curve, Marks, judge
from tuidl.charts.frame import Area, column_of, row_of
from tuidl.charts.grid import Grid
from tuidl.charts.palette import Palette
from tuidl.charts.readout import LETTERS
from tuidl.charts.scale import short
from tuidl.charts.window import Window, finite_values, shown_points

FREE = frozenset((" ", "┈"))
"""Characters over which a band, a cursor or an edit's line may be drawn."""


def put_marks(
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


def put_beyond(
    grid: Grid, palette: Palette, area: Area, lines: Sequence[Curve], window: Window
) -> None:
    """A cross below each x where a value is not finite, and how many there are; an arrow where
    values lie beyond the scale's ends, with the furthest."""
    points = [point for line in lines for point in shown_points(line.series, window)]
    bad = palette.style("bad", bold=True)
    bottom = area.y + area.height - 1
    broken = [point for point in points if point.not_finite]
    for point in broken:
        if (column := column_of(area, point.x)) is not None:
            grid.put(column, bottom, "×" if grid.unicode else "x", bad)
    if broken:
        count = sum(point.not_finite for point in broken)
        _put_words(grid, area, bottom - 1, f"× {count:,} not finite", bad)
    ends = area.ys.value(-0.5), area.ys.value(area.ys.size - 0.5)
    for beyond, row, sign in (
        ([v for v in finite_values(points) if v > ends[1]], area.y, "▲"),
        ([v for v in finite_values(points) if v < ends[0]], bottom, "▼"),
    ):
        if beyond and not window.log:
            furthest = max(beyond, key=lambda v: abs(v - ends[sign == "▲"]))
            _put_words(grid, area, row, f"{sign} to {short(furthest)}", palette.style("muted"))


def _put_words(grid: Grid, area: Area, row: int, text: str, style: Style) -> None:
    """At the left, where the plot has room for them."""
    if area.y <= row < area.y + area.height and cell_len(text) + 2 <= area.width // 2:
        grid.put(area.x + 1, row, text, style)


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
