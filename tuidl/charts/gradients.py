"""Lengths of the layers' gradients over the epochs, on a scale of powers of ten."""

from collections.abc import Collection, Mapping, Sequence

from rich.text import Text

from tuidl.charts.columns import columns
from tuidl.charts.dots import Dots
from tuidl.charts.frame import Area, framed, note, row_of
from tuidl.charts.grid import Grid, layer_fitted, worded
from tuidl.charts.hstack import hstack
from tuidl.charts.palette import Palette, mixed, painted
from tuidl.charts.scale import compact, scaled
from tuidl.charts.strokes import stroke
from tuidl.protocol.history import Series
from tuidl.verdicts.layers import (
    TOO_FAR,
    blocked_words,
    flooded_words,
    rounded,
    vanishing_words,
)

Named = tuple[str, Series]
OF_WEIGHTS = ("gradients of weights", "weight gradients")
NARROWEST = 24
"""Cells that lines and their names need at least."""


def gradient_curves(
    lines: Sequence[Named],
    palette: Palette,
    width: int,
    height: int,
    *,
    selected: str = "",
    dead: Collection[str] = (),
    unicode: bool = True,
) -> list[Text]:
    """A line a layer, from the first layer's colour to the last one's, with names at their ends.
    ``dead``: networks of which a layer's units are all dead."""
    grid = Grid(width, 1, unicode)
    kept = [line for line in lines if line[1].recent]
    if not kept or height < 3 or width < NARROWEST:
        empty = Grid(width, height, unicode)
        note(empty, palette, "shows after the first epoch")
        return empty.lines()
    ways, role = compared({name: line.last or 0.0 for name, line in kept}, dead)
    grid.put(0, 0, worded(width, *ways), palette.style(role, bold=True))
    longest = max(len(name) for name, _ in kept)
    labels = min(longest, max(width // 4, 4)) + 10
    plot = Grid(width - labels - 1, height - 1, unicode)
    area = _area(plot, palette, kept)
    names = Grid(labels, height - 1, unicode)
    for i, (name, series) in enumerate(kept):
        _stroke(plot, palette, area, series, i / max(len(kept) - 1, 1), name == selected)
    _labels(names, palette, area, kept, selected)
    return [*grid.lines(), *hstack(plot.lines(), names.lines())]


def compared(
    lengths: Mapping[str, float], dead: Collection[str] = ()
) -> tuple[tuple[str, ...], str]:
    """What the lengths say in a sentence, first layer to last, by the rules of the verdicts: ways
    to say it, the longest first, and the role of its colour."""
    said = vanishing_words(lengths, dead) or flooded_words(lengths) or blocked_words(lengths, dead)
    if said:
        return (said, said.replace(" gradient: ", ": ")), "bad"
    sizes = [v for v in lengths.values() if v > 0]
    if len(sizes) < 2:
        return ("length of the gradient of its weights, by epoch", "gradient of weights"), "text"
    factor = max(sizes) / min(sizes)
    ways = tuple(f"{of} within a factor of {rounded(factor)}" for of in OF_WEIGHTS)
    if factor >= TOO_FAR:
        return ways, "text"
    return (f"{ways[0]}: every layer learns", f"{ways[1]}: all learn", ways[1]), "good"


def _area(grid: Grid, palette: Palette, lines: Sequence[Named]) -> Area:
    points = [p for _, series in lines for p in series.whole]
    xs = scaled((p.x for p in points), 1)
    ys = scaled((v for p in points for v in (p.low, p.high)), 1, log=True, room=0.05)
    return framed(grid, palette, xs, ys, top=0, x_name="epoch", whole=True)


def _stroke(
    grid: Grid, palette: Palette, area: Area, series: Series, share: float, chosen: bool
) -> None:
    parts = columns(series.whole, area.xs, 1)
    places = area.ys.places([part.mean for part in parts])
    points = tuple(
        None if y is None else (part.x, y) for part, y in zip(parts, places, strict=True)
    )
    dots = Dots(area.width, area.height, grid.unicode)
    dots.cells = dict(stroke(points, area.width, area.height, grid.unicode).cells)
    color = mixed(palette.series[0], palette.series[1], share)
    plain = palette.style("text" if chosen else "muted", bold=chosen)
    style = painted(palette.text if chosen else color) if palette.colors else plain
    dots.paint(grid, area.x, area.y, style)
    if sum(p is not None for p in points) == 1 and (row := row_of(area, series.last or 0.0)):
        grid.put(area.x + area.width // 2, row, "●", style)


def _labels(
    grid: Grid, palette: Palette, area: Area, lines: Sequence[Named], selected: str
) -> None:
    """Names and last values as near to the ends of their lines as there is room."""
    rows = [
        (row if (row := row_of(area, series.last or 0.0)) is not None else area.height - 1, i)
        for i, (_, series) in enumerate(lines)
    ]
    free = 0
    below = len(rows)
    for row, i in sorted(rows):
        y = min(max(row, free), max(grid.height - below, free))
        free, below = y + 1, below - 1
        name, series = lines[i]
        share = i / max(len(lines) - 1, 1)
        color = mixed(palette.series[0], palette.series[1], share)
        style = painted(color) if palette.colors else palette.style("text")
        if name == selected:
            style = palette.style("text", bold=True)
        grid.put(0, y, layer_fitted(name, grid.width - 9), style)
        grid.put_right(grid.width, y, compact(series.last or 0.0), palette.style("text"))
