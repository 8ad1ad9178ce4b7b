"""Horizontal bars: probabilities of classes, sizes layer by layer; and the smallest of curves."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

from tuidl.charts.frame import note
from tuidl.charts.grid import Grid, fitted, layer_fitted, worded
from tuidl.charts.palette import Palette
from tuidl.charts.scale import compact, readable

TRACK = "━"
"""Bars are lines, not blocks: those of neighbouring lines stay apart."""

ASCII_LEVELS = " _.-=+*#@"
SPARK_LEVELS = str.maketrans(" ▁▂▃▄▅▆▇█", ASCII_LEVELS)


VALUE = 7
"""Cells for a value behind its bar."""
LEAST_VALUED = 11
"""Cells from which on a bar has its value behind it."""
LEAST_TOLD = 3
"""Lines from which on one of them tells how many items have none."""


@dataclass(frozen=True)
class Bar:
    """A class with its probability, or whatever is to be compared; ``right`` marks the truth."""

    name: str
    value: float
    right: bool = False


@dataclass(frozen=True)
class LayerSizes:
    """Typical sizes of a layer's activations and gradients (None where none comes back to it), and
    a warning about it if any."""

    name: str
    activation: float
    gradient: float | None
    warning: str = ""


def bars(
    items: Sequence[Bar],
    palette: Palette,
    width: int,
    height: int,
    *,
    most: float | None = None,
    percent: bool = False,
    unicode: bool = True,
) -> list[Text]:
    """One line for each item, of which the largest (and the right one) stay where not all fit; the
    last line tells how many do not.

    ``most`` is the value of a full bar; without it, the largest of all.
    """
    grid = Grid(width, height, unicode)
    if not items:
        note(grid, palette, "no values yet")
        return grid.lines()
    written = _percent if percent else readable
    kept = _kept(items, height)
    if len(kept) < len(items) and height >= LEAST_TOLD:
        kept = _kept(items, height - 1)
        _left_out(grid, palette, [i.value for i in items if i not in kept], written)
    texts = [written(i.value) for i in kept]
    names = min(max(cell_len(i.name) for i in kept), max(width // 3, 1))
    values = max(map(cell_len, texts))
    room = width - names - values - 5
    full = most or max((i.value for i in kept if math.isfinite(i.value)), default=1.0)
    first = max(kept, key=lambda i: i.value if math.isfinite(i.value) else -math.inf)
    for y, (item, text) in enumerate(zip(kept, texts, strict=True)):
        role = "good" if item.right else "bad" if item is first and _judged(items) else "train"
        strong = item is first or item.right
        grid.put(2, y, fitted(item.name, names), palette.style("text" if strong else "muted"))
        grid.put(0, y, "✓" if item.right else "▸" if item is first else " ", palette.style(role))
        share = item.value / full if full > 0 and math.isfinite(item.value) else 0.0
        put_bar(grid, palette, names + 3, y, room, share, role)
        grid.put_right(width, y, text, palette.style("text" if strong else "muted"))
    return grid.lines()


def _left_out(
    grid: Grid, palette: Palette, values: Sequence[float], written: Callable[[float], str]
) -> None:
    """In the last line, how many items have none, and how large the largest of them is."""
    most = max((v for v in values if math.isfinite(v)), default=math.nan)
    text = f"{len(values):,} more, at most {written(most)}"
    text = worded(grid.width - 2, text, f"{len(values):,} more")
    grid.put(2, grid.height - 1, text, palette.style("muted"))


def _percent(value: float) -> str:
    return "<1%" if 0 < value < 0.01 else f"{value:.0%}".replace("nan", "NaN")


def _judged(items: Sequence[Bar]) -> bool:
    return any(item.right for item in items)


def _kept(items: Sequence[Bar], most: int) -> list[Bar]:
    """The right one and the largest, in their old order."""
    order = sorted(
        range(len(items)),
        key=lambda i: (
            not items[i].right,
            -items[i].value if items[i].value == items[i].value else 0,
        ),
    )
    return [items[i] for i in sorted(order[: max(most, 1)])]


def put_bar(
    grid: Grid, palette: Palette, x: int, y: int, size: int, share: float, role: str
) -> None:
    """A bar of up to ``size`` cells in steps of half a cell, on a faint track."""
    if size <= 0 or not 0 <= y < grid.height:
        return
    halves = round(min(max(share, 0.0), 1.0) * size * 2)
    whole, half = divmod(halves, 2)
    if grid.unicode:
        grid.put(x, y, (TRACK if palette.colors else "┈") * size, palette.style("faint"))
        grid.put(x, y, TRACK * whole + "╸" * half, palette.style(role))
    else:
        grid.put(x, y, "." * size, palette.style("faint"))
        grid.put(x, y, "#" * whole + "=" * half, palette.style(role))


MEASURES = (("activation", "train"), ("gradient", "validation"))
"""What is known of each layer, and the roles of their bars."""
WORDS = {
    "activation": ("activation",),
    "gradient": ("gradient of activation", "its gradient", "gradient"),
}
"""The gradient is that of the layer's output: curves over epochs are those of its weights."""


def layer_bars(
    layers: Sequence[LayerSizes],
    palette: Palette,
    width: int,
    height: int,
    *,
    unicode: bool = True,
) -> list[Text]:
    """Activation and gradient size layer by layer, both on a scale of powers of ten."""
    grid = Grid(width, height, unicode)
    if not layers:
        note(grid, palette, "no layers yet")
        return grid.lines()
    names = min(max(cell_len(layer.name) for layer in layers), max(width // 4, 3))
    room = (width - names - 1) // 2 - 1
    head = 1 if height > 1 else 0
    room_for = max(height - head, 0)
    shown = layers if len(layers) <= room_for else layers[: max(room_for - 1, 0)]
    for x, (measure, role) in zip((names + 1, width - room), MEASURES, strict=True):
        sizes = [getattr(layer, measure) for layer in layers]
        ends = decades(sizes)
        if head:
            put_measure(grid, palette, x, room, measure, ends, role)
        for y, size in enumerate(sizes[: len(shown)], head):
            put_size(grid, palette, x, y, room, size, ends, role)
    for y, layer in enumerate(shown, head):
        grid.put(
            0, y, layer_fitted(layer.name, names), palette.style("bad" if layer.warning else "text")
        )
        if layer.warning:
            _warning(grid, palette, names + 1, y, room, layer.warning)
    if hidden := len(layers) - len(shown):
        grid.put(0, height - 1, fitted(f"{hidden} more (key 3)", width), palette.style("muted"))
    return grid.lines()


def put_measure(
    grid: Grid, palette: Palette, x: int, room: int, measure: str, ends: tuple[int, int], role: str
) -> None:
    """The heading of a column of bars, and the scale of these."""
    title = worded(room, *WORDS[measure])
    grid.put(x, 0, title, palette.style(role, bold=True))
    text = "1e{} to 1e{}".format(*ends)
    if room >= cell_len(title) + cell_len(text) + 2:
        grid.put_right(x + room, 0, text, palette.style("muted"))


def _warning(grid: Grid, palette: Palette, x: int, y: int, room: int, warning: str) -> None:
    """Over the end of the bar; over its value too, where the bar is too short."""
    text = f" ! {warning} "
    end = x + room - (VALUE if room >= cell_len(text) + VALUE + 1 else 0)
    grid.put_right(end, y, fitted(text, room), palette.style("bad", bold=True))


def put_size(
    grid: Grid,
    palette: Palette,
    x: int,
    y: int,
    room: int,
    size: float | None,
    ends: tuple[int, int],
    role: str,
) -> None:
    """A bar on a scale of powers of ten between ``ends``, and its value where there is room; only a
    word where there is none (None)."""
    low, high = ends
    values = VALUE if room >= LEAST_VALUED else 0
    if size is None:
        grid.put_right(x + room, y, fitted("none", values - 1 if values else room),
                       palette.style("muted"))  # fmt: skip
        return
    known = math.isfinite(size) and size > 0
    share = max((math.log10(size) - low) / (high - low), 0.02) if known else 0.0
    text = compact(size)
    put_bar(grid, palette, x, y, room - values, share, role)
    if values:
        style = palette.style("text" if known else "bad", bold=not known)
        grid.put_right(x + room, y, fitted(text, values - 1), style)


def decades(sizes: Sequence[float | None]) -> tuple[int, int]:
    """Whole powers of ten around all sizes, at least three of them and at most twelve."""
    powers = [math.log10(s) for s in sizes if s is not None and math.isfinite(s) and s > 0]
    high = math.ceil(max(powers, default=0.0) + 1e-9)
    low = math.floor(min(powers, default=-3.0))
    return max(min(low, high - 3), high - 12), high
