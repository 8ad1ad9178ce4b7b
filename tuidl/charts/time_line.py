"""The steps of a run as a line, with where one looks, marks, and live edits on it."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text

from tuidl.charts.grid import Grid
from tuidl.charts.palette import Palette


@dataclass(frozen=True)
class TimeMark:
    """``sign`` above the line at a step, in the colour of a ``role``."""

    step: int
    sign: str
    role: str = "accent"


def time_line(
    newest: int,
    shown: int,
    palette: Palette,
    width: int,
    *,
    marks: Sequence[TimeMark] = (),
    unicode: bool = True,
) -> list[Text]:
    """Two lines, ``width`` cells each: marks above the steps from 0 to ``newest``. What comes after
    the step that is ``shown`` is faint."""
    grid = Grid(width, 2, unicode)
    if width < 3:
        return grid.lines()
    here = cell_of(shown, newest, width)
    grid.put(0, 1, "━" * (here + 1), palette.style("train"))
    grid.put(here + 1, 1, "─" * (width - here - 1), palette.style("faint"))
    for mark in marks:
        cell = cell_of(mark.step, newest, width)
        grid.put(cell, 0, mark.sign, palette.style(mark.role, bold=True))
        grid.put(cell, 1, "┬", palette.style("train" if cell <= here else "faint"))
    grid.put(here, 1, "●", palette.style("text", bold=True))
    return grid.lines()


def cell_of(step: int, newest: int, width: int) -> int:
    """The cell of a step."""
    return round(min(max(step / max(newest, 1), 0.0), 1.0) * (width - 1))


def step_at(cell: int, newest: int, width: int) -> int:
    """The step that a cell stands for."""
    return round(min(max(cell / max(width - 1, 1), 0.0), 1.0) * newest)
