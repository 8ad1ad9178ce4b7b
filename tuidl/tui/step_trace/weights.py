"""The weights before and after a step."""

from typing import Any

from rich.text import Text

from tuidl.charts.grid import Grid, fitted, layer_fitted
from tuidl.charts.palette import Palette
from tuidl.protocol.probes import StepTrace, UpdateStep
from tuidl.tui.step_trace.texts import shape_text, value_text
from tuidl.tui.step_trace.worked import worked_update

TITLES = (("before", "text"), ("gradient", "validation"), ("after", "good"))


def update(
    answer: StepTrace,
    after: StepTrace | None,
    palette: Palette,
    width: int,
    height: int,
    unicode: bool,
    *,
    is_over: bool = False,
) -> list[Text]:
    """Parameters with their gradients; once the step is done, before -> after. ``is_over``: the
    run has no more steps."""
    grid = Grid(width, height, unicode)
    later = {one.name: one.values for one in after.update} if after else {}
    grid.put(0, 0, "weight", palette.style("muted"))
    for x, (text, role) in zip(_columns(width), TITLES, strict=True):
        grid.put(x + 1, 0, text, palette.style(role, bold=True))
    rows = _rows(answer, height - 4)
    for y, (one, i) in enumerate(rows, 1):
        _row(grid, palette, y, one, i, later.get(one.name))
    y = min(len(rows) + 2, height - 2)
    text = worked_update(answer, after)
    grid.put(0, y, fitted(text, width), palette.style("good", bold=True))
    done = "done: n goes on to the next batch" if after else "n: take the step for real"
    done = "the run is over: space starts anew" if is_over else done
    grid.put(0, y + 1, done, palette.style("accent", bold=True))
    return grid.lines()


def _columns(width: int) -> list[int]:
    """Where before, gradient and after stand."""
    return [max(width // 3, 10) + 12 * i - 6 for i in range(len(TITLES))]


def _row(grid: Grid, palette: Palette, y: int, one: UpdateStep, i: int | None, later: Any) -> None:
    """A parameter's name and shape, or one of its numbers."""
    if i is None:
        grid.put(0, y, layer_fitted(one.name, grid.width - 10), palette.style("text", bold=True))
        grid.put_right(grid.width, y, shape_text(one.shape), palette.style("muted"))
        return
    grid.put(2, y, f"[{i}]", palette.style("muted"))
    cells = (one.values[i], one.gradient[i], later[i] if later else None)
    for x, (_, role), value in zip(_columns(grid.width), TITLES, cells, strict=True):
        text = value_text(value) if value is not None else " ?"
        grid.put(x, y, text, palette.style(role if value is not None else "muted"))


def _rows(answer: StepTrace, most: int) -> list[tuple[UpdateStep, int | None]]:
    """Parameters, each with as many places in it as there is room for; None is its name's line."""
    found = [one for one in answer.update if one.gradient]
    each = max(most // max(len(found), 1) - 1, 1)
    rows: list[tuple[UpdateStep, int | None]] = []
    for one in found:
        rows += [(one, None), *((one, i) for i in range(min(each, len(one.values))))]
    return rows[: max(most, 1)]
