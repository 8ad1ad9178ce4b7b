"""Box plots: the spread of scores in each of several groups, one row a group."""

from collections.abc import Sequence
from typing import NamedTuple

from rich.text import Text

from tuidl.charts.frame import note
from tuidl.charts.grid import Grid, fitted
from tuidl.charts.palette import Palette
from tuidl.charts.scale import Scale, readable, scaled
from tuidl.core.lazy import Array, np

LEAST_PLOT = 20

Group = tuple[str, Sequence[float]]


class Box(NamedTuple):
    """Quartiles by linear interpolation; whiskers reach the furthest value within 1.5 times the
    distance of the quartiles, and all beyond are ``outside``."""

    low: float
    first: float
    median: float
    third: float
    high: float
    outside: tuple[float, ...]


def box_of(values: Sequence[float]) -> Box:
    """Of one finite value or more."""
    known: Array = np.sort(np.array(values, dtype=float))
    first, median, third = np.quantile(known, (0.25, 0.5, 0.75))
    reach = 1.5 * (third - first)
    inside = known[(known >= first - reach) & (known <= third + reach)]
    outside = known[(known < first - reach) | (known > third + reach)]
    return Box(
        float(inside[0]), float(first), float(median), float(third), float(inside[-1]),
        tuple(outside.tolist()),
    )  # fmt: skip


def with_values(groups: Sequence[Group]) -> list[tuple[str, list[float]]]:
    """The groups that have finite values, with these."""
    known = [(name, [v for v in values if np.isfinite(v)]) for name, values in groups]
    return [(name, values) for name, values in known if values]


def groups_that_fit(height: int) -> int:
    """How many groups such a chart shows at once."""
    return max(height - 2, 1)


def box_plot(
    groups: Sequence[Group],
    palette: Palette,
    width: int,
    height: int,
    unicode: bool = True,
    first: int = 0,
    log: bool = False,
) -> list[Text]:
    """One row for each group from the ``first`` on, as many as fit: its name, its box, its median
    and count; the axis right below the last one. All are on the scale of all. ``log``: equal
    factors are equally far."""
    grid = Grid(width, height, unicode)
    known = with_values(groups)
    if not known or width < LEAST_PLOT:
        note(grid, palette, "no scores yet")
        return grid.lines()
    names = min(max(len(name) for name, _ in known), width // 2 - 6)
    left, size = names + 2, max(width - names - 2 - 16, 4)
    scale = scaled([v for _, values in known for v in values], size, log=log)
    step = 2 if 2 * len(known) + 2 <= height else 1
    shown = known[first : first + groups_that_fit(height)]
    for row, (name, values) in enumerate(shown):
        y, role = row * step, f"series {first + row + 1}"
        grid.put(0, y, fitted(name, names), palette.style("text"))
        box = box_of(values)
        _put_box(grid, palette, left, y, scale, box, role)
        said = f"{readable(box.median)} ({len(values)})"
        grid.put(left + size + 1, y, said, palette.style("text"))
    _axis(grid, palette, left, min(len(shown) * step, height - 2), scale)
    return grid.lines()


def _put_box(
    grid: Grid, palette: Palette, left: int, y: int, scale: Scale, box: Box, role: str
) -> None:
    places = [scale.place(v) or 0 for v in (box.low, box.first, box.median, box.third, box.high)]
    low, first, median, third, high = (left + place for place in places)
    style = palette.style(role)
    grid.put(low, y, "─" * (high - low + 1), style)
    grid.put(
        first, y, "█" * (third - first + 1) if grid.unicode else "=" * (third - first + 1), style
    )
    grid.put(median, y, "┃" if grid.unicode else "|", palette.style("text", bold=True))
    for value in box.outside:
        grid.put(left + (scale.place(value) or 0), y, "○", style)


def _axis(grid: Grid, palette: Palette, left: int, y: int, scale: Scale) -> None:
    faint, muted = palette.style("faint"), palette.style("muted")
    grid.put(left, y, "─" * scale.size, faint)
    ticks = scale.ticks(max(scale.size // 10, 4))
    free = left
    for tick, label in zip(ticks, scale.labels(ticks), strict=True):
        place = scale.place(tick)
        if place is None or not 0 <= place < scale.size:
            continue
        grid.put(left + place, y, "┬", faint)
        start = max(left + place - len(label) // 2, free)
        if start + len(label) <= grid.width:
            grid.put(start, y + 1, label, muted)
            free = start + len(label) + 1
