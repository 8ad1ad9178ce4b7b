"""The layers as a table with bars: what they are, how they are doing, and what is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

from tuidl.charts.bars import MEASURES, decades, put_measure, put_size
from tuidl.charts.frame import note
from tuidl.charts.grid import Grid, fitted, layer_fitted, worded
from tuidl.charts.palette import Palette

BARS = 26
"""Cells that the two bars get before shape and parameters get any."""
LEAST_SCROLLED = 2
"""Lines of which none is given to say how many layers are not shown."""


@dataclass(frozen=True)
class LayerRow:
    """A layer with the mean sizes of its output and of the gradient that comes back to it, None
    where none does.

    ``warning``: what is wrong, in a few plain words.
    """

    name: str
    shape: str
    parameters: int
    activation: float
    gradient: float | None
    warning: str = ""


@dataclass(frozen=True)
class Plan:
    """Cells of each column; ``starts``: where the two bars begin, each ``room`` cells long."""

    name: int
    shape: int
    count: int
    room: int
    starts: tuple[int, int]


def layer_list(
    layers: Sequence[LayerRow],
    palette: Palette,
    width: int,
    height: int,
    *,
    selected: int = 0,
    unicode: bool = True,
) -> list[Text]:
    """A line a layer and one below for its warning; those around the selected where not all fit.
    Below, where there is room, what names of networks that are used again stand for."""
    grid = Grid(width, height, unicode)
    if not layers:
        note(grid, palette, "layers show once training starts")
        return grid.lines()
    head = 1 if height > 2 else 0
    lines = _lines(layers, selected, height - head)
    _below(grid, palette, layers, head + len(lines), lines)
    plan = _planned(layers, width)
    if head:
        _heading(grid, palette, layers, plan)
    for y, (i, is_warning) in enumerate(lines, head):
        if is_warning:
            text = fitted(f"  ! {layers[i].warning}", width)
            grid.put(0, y, text, palette.style("bad", bold=True))
            continue
        _layer(grid, palette, layers[i], y, plan)
        _sizes(grid, palette, layers, i, y, plan)
        if i == selected:
            grid.tint(0, y, plan.name + plan.shape + plan.count, palette.selected)
    return grid.lines()


def _lines(layers: Sequence[LayerRow], selected: int, height: int) -> list[tuple[int, bool]]:
    """Numbers of layers, True for the line with a layer's warning; warnings go first."""
    lines = [
        (i, is_warning)
        for i, layer in enumerate(layers)
        for is_warning in (False, True)
        if layer.warning or not is_warning
    ]
    if len(lines) > height:
        kept = [line for line in lines if not line[1] or line[0] == selected]
        lines = kept if len(kept) > height else lines
    at = lines.index((min(max(selected, 0), len(layers) - 1), False))
    height -= height > LEAST_SCROLLED and len(lines) > height
    first = min(max(at - height // 2, 0), max(len(lines) - height, 0))
    return lines[first : first + max(height, 0)]


def _below(
    grid: Grid,
    palette: Palette,
    layers: Sequence[LayerRow],
    y: int,
    lines: Sequence[tuple[int, bool]],
) -> None:
    """Behind the last line: how many layers are not shown, or what shared names say."""
    hidden = len(layers) - len({i for i, _ in lines})
    words = f"{hidden} more: up, down" if hidden else again_words([one.name for one in layers],
                                                                  grid.width)  # fmt: skip
    if y < grid.height:
        grid.put(0, y + (not hidden and y + 1 < grid.height), words, palette.style("muted"))


def again_words(names: Sequence[str], width: int) -> str:
    """What NETWORK@OUTPUT stands for, in at most ``width`` cells; empty where no name has it."""
    used = dict.fromkeys(name.partition(".")[0] for name in names if "@" in name.partition(".")[0])
    outputs = ", ".join(f"@{one.partition('@')[2]}" for one in used)
    networks = ", ".join(dict.fromkeys(one.partition("@")[0] for one in used))
    return worded(
        width,
        f"{outputs}: {networks} used again for that output, with the same weights",
        f"{outputs}: {networks} again, the same weights",
        f"{outputs}: used again, the same weights",
    ) if used else ""  # fmt: skip


def layer_at(layers: Sequence[LayerRow], selected: int, height: int, y: int) -> int | None:
    """The layer that stands in a line of the chart, as it is drawn with ``selected``."""
    head = 1 if height > 2 else 0
    lines = _lines(layers, selected, height - head) if layers else []
    return lines[y - head][0] if 0 <= y - head < len(lines) else None


def _planned(layers: Sequence[LayerRow], width: int) -> Plan:
    name = min(max(cell_len(layer.name) for layer in layers), max(width // 3, 3))
    shape = max(8, *(cell_len(layer.shape) + 2 for layer in layers))
    count = max(9, *(len(f"{layer.parameters:,}") + 2 for layer in layers))
    if width - name - shape - count < BARS:
        shape = count = 0
    used = name + shape + count
    room = (width - used) // 2 - 1
    return Plan(name, shape, count, room, (used + 1, used + room + 2))


def _heading(grid: Grid, palette: Palette, layers: Sequence[LayerRow], plan: Plan) -> None:
    muted = palette.style("muted")
    grid.put(0, 0, fitted("layer", plan.name), muted)
    if plan.shape:
        grid.put_right(plan.name + plan.shape, 0, "output", muted)
        grid.put_right(plan.name + plan.shape + plan.count, 0, "weights", muted)
    for x, (measure, role) in zip(plan.starts, MEASURES, strict=True):
        ends = decades([getattr(layer, measure) for layer in layers])
        put_measure(grid, palette, x, plan.room, measure, ends, role)


def _sizes(
    grid: Grid, palette: Palette, layers: Sequence[LayerRow], i: int, y: int, plan: Plan
) -> None:
    """Both bars of a layer, on the scales of all."""
    for x, (measure, role) in zip(plan.starts, MEASURES, strict=True):
        ends = decades([getattr(other, measure) for other in layers])
        put_size(grid, palette, x, y, plan.room, getattr(layers[i], measure), ends, role)


def _layer(grid: Grid, palette: Palette, layer: LayerRow, y: int, plan: Plan) -> None:
    role = "bad" if layer.warning else "text"
    grid.put(0, y, layer_fitted(layer.name, plan.name), palette.style(role))
    if plan.shape:
        muted = palette.style("muted")
        count = f"{layer.parameters:,}" if layer.parameters else "–"
        grid.put_right(plan.name + plan.shape, y, layer.shape, muted)
        grid.put_right(plan.name + plan.shape + plan.count, y, count, muted)
