"""The frame of a plot: title, axes with ticks, and where inside it there is room to draw."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len

from tuidl.charts.grid import Grid, fitted
from tuidl.charts.palette import Palette
from tuidl.charts.scale import Scale

LEAST_LABELLED = 5
"""Lines of a plot from which on it has an axis with labels below."""
GAP = 2
"""Cells between an axis's name and the numbers beside it."""


@dataclass(frozen=True)
class Area:
    """The cells inside the axes, and what values their edges stand for."""

    x: int
    y: int
    width: int
    height: int
    xs: Scale
    ys: Scale


def framed(
    grid: Grid,
    palette: Palette,
    xs: Scale,
    ys: Scale,
    *,
    top: int = 1,
    bottom: int = 0,
    x_name: str = "",
    whole: bool = False,
) -> Area:
    """Draw axes between ``top`` lines above and ``bottom`` lines below; returns what is inside.

    The scales' sizes are set here to the dots that fit. ``whole``: x counts, and only whole
    numbers are labelled.
    """
    below = 2 if grid.height - top - bottom >= LEAST_LABELLED else 0
    height = max(grid.height - top - bottom - below, 1)
    ticks = ys.ticks(max(2, min(height // 2, 6))) if height > 1 else []
    labels = ys.labels(ticks)
    left = max(map(cell_len, labels), default=0) + 2
    if left > grid.width // 2:
        ticks, labels, left = [], [], 0
    width = max(grid.width - left, 1)
    dots_x, dots_y = (2 * width, 4 * height) if grid.unicode else (width, height)
    area = Area(left, top, width, height, replace(xs, size=dots_x), replace(ys, size=dots_y))
    _upright(grid, palette, area, ticks, labels)
    if below:
        _across(grid, palette, area, x_name, whole)
    return area


def _upright(
    grid: Grid, palette: Palette, area: Area, ticks: list[float], labels: list[str]
) -> None:
    muted, faint = palette.style("muted"), palette.style("faint")
    if not area.x:
        return
    for y in range(area.y, area.y + area.height):
        grid.put(area.x - 1, y, "│", faint)
    taken = set()
    for tick, label in zip(ticks, labels, strict=True):
        row = row_of(area, tick)
        if row is None or row in taken:
            continue
        taken.add(row)
        grid.put_right(area.x - 1, row, label, muted)
        grid.put(area.x - 1, row, "┤", faint)
        if palette.colors and grid.unicode:
            grid.put(area.x, row, "┈" * area.width, faint)


def _across(grid: Grid, palette: Palette, area: Area, name: str, whole: bool) -> None:
    """The axis below: its ticks, then its name in the room that they leave farthest right."""
    y = area.y + area.height
    muted, faint = palette.style("muted"), palette.style("faint")
    grid.put(max(area.x - 1, 0), y, "└" if area.x else "─", faint)
    grid.put(area.x, y, "─" * area.width, faint)
    name = fitted(name, max(area.width // 3, 0))
    labels = _placed(area, grid.width, whole)
    start = _room_for(name, labels, grid.width)
    if start is None:
        start = grid.width - cell_len(name)
        labels = [label for label in labels if label.end + GAP <= start]
    for label in labels:
        grid.put(label.column, y, "┬", faint)
        grid.put(label.start, y + 1, label.text, muted)
    grid.put(start, y + 1, name, muted)


@dataclass(frozen=True)
class _Label:
    """A tick's number: the cell that it begins at, and the column of its tick."""

    text: str
    start: int
    column: int

    @property
    def end(self) -> int:
        return self.start + cell_len(self.text)


def _placed(area: Area, width: int, whole: bool) -> list[_Label]:
    """The labels that find room beside each other; fractions of a count only within the first."""
    ticks = area.xs.ticks(min(max(3, area.width // 8), 10))
    if whole:
        ticks = [t for t in ticks if t == int(t)] or ticks
    free, placed = 0, []
    for tick, text in zip(ticks, area.xs.labels(ticks), strict=True):
        column = column_of(area, tick)
        if column is None:
            continue
        size = cell_len(text)
        start = min(max(column - size // 2, free), width - size)
        if start >= free and abs(start + size // 2 - column) <= size:
            placed.append(_Label(text, start, column))
            free = start + size + 1
    return placed


def _room_for(name: str, labels: Sequence[_Label], width: int) -> int | None:
    """Where a name stands: at the right end, or in the middle of the last gap between labels that
    has room for it."""
    end, size = width, cell_len(name)
    for label in [*reversed(labels), _Label("", -GAP, 0)]:
        room = end - label.end - GAP
        if room >= size:
            return end - size - (room - size) // 2 * (end < width)
        end = label.start - GAP
    return None


def column_of(area: Area, value: float) -> int | None:
    """The grid's column in which a value of x lies, if it is inside."""
    place = area.xs.place(value)
    if place is None or not 0 <= place < area.xs.size:
        return None
    return area.x + place * area.width // area.xs.size


def row_of(area: Area, value: float) -> int | None:
    """The grid's row in which a value of y lies, if it is inside."""
    place = area.ys.place(value)
    if place is None or not 0 <= place < area.ys.size:
        return None
    return area.y + area.height - 1 - place * area.height // area.ys.size


def note(grid: Grid, palette: Palette, text: str) -> None:
    """A quiet word in the middle of a chart that has nothing to show."""
    grid.put_middle(0, grid.height // 2, grid.width, text, palette.style("muted"))
