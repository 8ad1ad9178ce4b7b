"""The lines of text around curves: their names and values, and what edits were made."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.style import Style

from tuidl.charts.columns import value_at
from tuidl.charts.curve import Curve, Edit, Marks, judge
from tuidl.charts.grid import Grid, fitted
from tuidl.charts.line_styles import sample
from tuidl.charts.palette import Palette
from tuidl.charts.scale import readable
from tuidl.protocol.history import Point, Series

LETTERS = "abcdefghijklmnopqrstuvwxyz"

WITH_SCALE = 56
"""Cells from which on the scale is named."""

DETAIL = (
    (3, 2, 99, 4, True),
    (2, 2, 99, 4, True),
    (1, 2, 99, 3, True),
    (1, 2, 5, 3, True),
    (1, 2, 99, 3, False),
    (1, 2, 5, 3, False),
    (1, 1, 5, 3, False),
    (1, 1, 1, 3, False),
    (1, 2, 5, 0, False),
    (1, 1, 5, 0, False),
    (1, 1, 1, 0, False),
)
"""Ways to name the lines, the fullest first: cells between them and of a sample, letters of a name,
digits of a value (0: without it), and whether the previous run is named too."""


def put_heading(
    grid: Grid,
    palette: Palette,
    lines: Sequence[Curve],
    title: str,
    x_name: str,
    marks: Marks,
    scale: str = "",
) -> None:
    """Names and values in as much detail as there is room for; ``scale``: what scale they are on,
    in words."""
    if marks.cursor is not None:
        title = f"{x_name} {_place(marks.cursor)}"
    values = [shown_value(line.series, marks.cursor) for line in lines]
    if scale and grid.width >= WITH_SCALE:
        title += f" ({scale})"
    parts = _named(grid, palette, lines, title, values)
    x = 0
    for text, style in parts:
        x = grid.put(x, 0, text, style)
    _best_text(grid, palette, lines, x, x_name, marks)


def _named(
    grid: Grid, palette: Palette, lines: Sequence[Curve], title: str, values: list[Point | None]
) -> list[tuple[str, Style]]:
    """The title and all lines, in the fullest way that fits, or else the shortest."""
    for gap, cells, letters, digits, faint in DETAIL:
        parts = [(title, palette.style("text", bold=True))]
        for line, value in zip(lines, values, strict=True):
            if line.role != "muted" or faint:
                name = _short_name(line.name, letters)
                entry = " " * gap + sample(line.role, grid.unicode)[:cells] + " " + name
                parts.append((entry, palette.style(line.role)))
                shown = value_text(value, digits) if digits else ""
                parts.append((shown, palette.style("text")))
        if sum(cell_len(text) for text, _ in parts) <= grid.width:
            break
    return parts


FEW_LETTERS = 3


def _short_name(name: str, letters: int) -> str:
    """About so many letters of it, of several words some of each: ``fv`` of "fork validation"."""
    if len(name) <= letters + (letters > FEW_LETTERS):  # a word is not cut for its last letter
        return name
    words = name.split()
    if len(words) < 2:
        return name[:letters]
    each = max(letters // len(words), 1)
    return ("" if each == 1 else " ").join(word[:each] for word in words)


def _place(x: float) -> str:
    """Whole where it is, else with two decimals: a step within an epoch."""
    return f"{x:g}" if x == round(x) else f"{x:.2f}"


def _best_text(
    grid: Grid, palette: Palette, lines: Sequence[Curve], used: int, x_name: str, marks: Marks
) -> None:
    judged = judge(lines)
    if marks.best is None or judged is None:
        return
    value = value_text(shown_value(judged.series, marks.best), 4)
    for text in (
        f"◆ {marks.best_is}:{value} at {x_name} {_place(marks.best)}",
        f"◆ {marks.best_is}:{value}",
        f"◆ {x_name} {_place(marks.best)}",
    ):
        if used + 2 + cell_len(text) <= grid.width:
            grid.put_right(grid.width, 0, text, palette.style("good"))
            return


def shown_value(series: Series, x: float | None) -> Point | None:
    if x is not None:
        return value_at(series, x)
    last = series.last
    return None if last is None else Point(series.recent[-1][0], last, last, last)


def value_text(point: Point | None, digits: int) -> str:
    """A value, or the range of several that were merged."""
    if point is None:
        return " –"
    if point.low < point.high:
        return f" {readable(point.low, digits)}–{readable(point.high, digits)}"
    return f" {readable(point.last, digits)}"


def put_edits(grid: Grid, palette: Palette, edits: Sequence[Edit]) -> None:
    """What the letters stand for; where not all fit, the latest."""
    named = [(LETTERS[i % len(LETTERS)], edit.text) for i, edit in enumerate(edits)]
    while len(named) > 1 and sum(cell_len(text) + 5 for _, text in named) > grid.width:
        named.pop(0)
    x, y = 0, grid.height - 1
    for letter, text in named:
        x = grid.put(x, y, letter + " ", palette.style("accent", bold=True))
        x = grid.put(x, y, fitted(text, grid.width - x), palette.style("muted")) + 3
