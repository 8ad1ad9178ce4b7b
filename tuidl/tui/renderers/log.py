"""The measures of a log as a list: every line with its value, the last or the cursor's."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text

from tuidl.charts.curve import Curve
from tuidl.charts.grid import Grid, fitted
from tuidl.charts.line_styles import sample
from tuidl.charts.palette import Palette
from tuidl.charts.readout import shown_value, value_text
from tuidl.logs.measures import Measure

ROOMY = 28
"""Cells from which on there is room to indent, and for more digits."""
Row = tuple[int, Curve | None]
"""A line of the list: the measure's number, and which of its curves; None for its name."""


def rows_of(measures: Sequence[Measure], spaced: bool = False) -> list[Row | None]:
    """The list from top to bottom; None is an empty line."""
    rows: list[Row | None] = []
    for number, measure in enumerate(measures):
        if rows and spaced:
            rows.append(None)
        if is_single(measure):
            rows.append((number, measure.lines[0]))
        else:
            rows += [(number, None), *((number, line) for line in measure.lines)]
    return rows


def is_single(measure: Measure) -> bool:
    """Whether its only line has no name of its own."""
    return len(measure.lines) == 1 and not measure.lines[0].name


def visible_rows(measures: Sequence[Measure], chosen: int, height: int) -> list[Row | None]:
    """As many rows as fit, with the chosen measure among them."""
    rows = rows_of(measures, spaced=True)
    if len(rows) > height:
        rows = rows_of(measures)
    mine = [y for y, row in enumerate(rows) if row and row[0] == chosen]
    if not mine or len(rows) <= height:
        return rows[:height]
    start = min(max(mine[0] - height // 3, mine[-1] - height + 1, 0), len(rows) - height)
    return rows[min(start, mine[0]) :][:height]


def measure_list(
    measures: Sequence[Measure],
    palette: Palette,
    width: int,
    height: int,
    *,
    chosen: int = 0,
    cursor: tuple[str, float] | None = None,
    unicode: bool = True,
) -> list[Text]:
    """``cursor``: the axis and the x of which the values are shown."""
    grid = Grid(width, height, unicode)
    for y, row in enumerate(visible_rows(measures, chosen, height)):
        if row is None:
            continue
        number, line = row
        measure = measures[number]
        if line is None:
            style = palette.style("text", bold=number == chosen)
            mark = "▸ " if number == chosen else "  "
            grid.put(0, y, fitted(mark + measure.name, width), style)
        else:
            _put_line(grid, palette, y, measure, line, cursor, number == chosen)
        if number == chosen and palette.colors:
            grid.tint(0, y, width, palette.tint(palette.faded("accent", 0.2)))
    return grid.lines()


def _put_line(
    grid: Grid, palette: Palette, y: int, measure: Measure, line: Curve,
    cursor: tuple[str, float] | None, is_chosen: bool,
) -> None:  # fmt: skip
    """One curve: a piece of it, its name, and its value at the right."""
    x = cursor[1] if cursor and cursor[0] == measure.x_name else None
    indent, digits = (4, 5) if grid.width >= ROOMY else (2, 4)
    text = value_text(shown_value(line.series, x), digits).strip()
    room = grid.width - cell_len(text) - 1
    if is_single(measure):
        mark = "▸ " if is_chosen else "  "
        style = palette.style("text", bold=is_chosen)
        grid.put(0, y, fitted(mark + measure.name, room), style)
    else:
        at = grid.put(indent, y, sample(line.role, grid.unicode) + " ", palette.style(line.role))
        grid.put(at, y, fitted(line.name, max(room - at, 3)), palette.style(line.role))
    grid.put_right(grid.width, y, text, palette.style("text", bold=True))
