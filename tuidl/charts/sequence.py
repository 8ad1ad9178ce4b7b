"""A sequence over time: what was true, what was predicted, what the network dreams on alone."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

from tuidl.charts.dots import Dots, dashed
from tuidl.charts.frame import Area, framed, note
from tuidl.charts.grid import Grid, fitted
from tuidl.charts.line_styles import look, sample
from tuidl.charts.palette import Palette
from tuidl.charts.scale import Scale, scaled


@dataclass(frozen=True)
class Trace:
    """Values one time step apart, the first at ``start``."""

    name: str
    values: Sequence[float]
    role: str
    start: int = 0


def sequence(
    traces: Sequence[Trace],
    palette: Palette,
    width: int,
    height: int,
    *,
    seen: tuple[int, int] | None = None,
    x_name: str = "time",
    unicode: bool = True,
) -> list[Text]:
    """Traces over time, the last on top. ``seen`` is the window that the network was given, first
    and last step."""
    grid = Grid(width, height, unicode)
    values = [v for trace in traces for v in trace.values]
    if not any(map(math.isfinite, values)):
        note(grid, palette, "no values yet")
        return grid.lines()
    ends = [e for t in traces if t.values for e in (t.start, t.start + len(t.values) - 1)]
    xs, ys = scaled(ends, 1), scaled(values, 1, room=0.05)
    top = 1 if height > 3 else 0
    area = framed(grid, palette, xs, ys, top=top, x_name=x_name, whole=True)
    for trace in traces:
        _draw(grid, palette, area, trace)
    if seen is not None:
        _seen(grid, palette, area, seen)
    if top:
        _legend(grid, palette, traces)
    return grid.lines()


def _draw(grid: Grid, palette: Palette, area: Area, trace: Trace) -> None:
    dots = Dots(area.width, area.height, grid.unicode)
    if len(trace.values) <= 4 * area.xs.size:
        steps = range(trace.start, trace.start + len(trace.values))
        dots.path(_place(area, t, v) for t, v in zip(steps, trace.values, strict=True))
    else:
        _crowded(dots, area, trace)
    form = look(trace.role)
    dots.cells = dashed(dots.cells, form.on, form.off)
    dots.paint(grid, area.x, area.y, palette.style(trace.role), form.sign)


def _place(area: Area, time: float, value: float) -> tuple[int, int] | None:
    x, y = area.xs.place(time), area.ys.place(value)
    return None if x is None or y is None else (x, y)


def _crowded(dots: Dots, area: Area, trace: Trace) -> None:
    """Many values in each column: everything from the smallest to the largest of them."""
    count = len(trace.values)
    for x in range(area.xs.size):
        first = max(math.ceil(area.xs.value(x - 0.5)) - trace.start, 0)
        last = min(math.ceil(area.xs.value(x + 0.5)) - trace.start, count)
        part = [v for v in trace.values[first:last] if math.isfinite(v)]
        if part:
            low, high = area.ys.place(min(part)), area.ys.place(max(part))
            dots.column(x, low or 0, high or 0)


def _seen(grid: Grid, palette: Palette, area: Area, seen: tuple[int, int]) -> None:
    """The window as a background, and as a bracket on the axis for those who see no colours."""
    ends = [_column(area, area.xs, time) for time in seen]
    first, last = max(min(ends), area.x), min(max(ends), grid.width - 1)
    for y in range(area.y, area.y + area.height):
        grid.tint(first, y, last - first + 1, palette.tint(palette.faded("faint", 0.6)))
    y = area.y + area.height
    if y >= grid.height:
        return
    style = palette.style("text")
    grid.put(first, y, "━" * (last - first + 1), style)
    if last - first >= 7:
        grid.put_middle(first, y, last - first + 1, " seen ", style)


def _column(area: Area, xs: Scale, time: float) -> int:
    place = min(max(xs.place(time) or 0, 0), xs.size - 1)
    return area.x + place * area.width // xs.size


def _legend(grid: Grid, palette: Palette, traces: Sequence[Trace]) -> None:
    x = 0
    for trace in traces:
        sign = sample(trace.role, grid.unicode)
        if x + cell_len(sign) + 3 > grid.width:
            return
        x = grid.put(x, 0, f"{sign} ", palette.style(trace.role, bold=True))
        x = grid.put(x, 0, fitted(trace.name, grid.width - x), palette.style(trace.role)) + 3
