"""The network as a diagram: a line a layer with its connections, or one line for all."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

from tuidl.charts.bars import put_bar
from tuidl.charts.frame import note
from tuidl.charts.grid import Grid, fitted
from tuidl.charts.network_paths import LayerBox, Piece, goes_on, in_words, is_branched, paths
from tuidl.charts.palette import Palette

INDENT = 2

LANES = 4
"""Skip connections drawn side by side; further ones are only named."""


@dataclass(frozen=True)
class Skip:
    """A connection that passes layers by, from row to row, on its lane."""

    start: int
    end: int
    lane: int


@dataclass(frozen=True)
class Widths:
    """Cells of each column of the diagram; 0 where there is no room for it."""

    names: int
    kinds: int
    shapes: int
    counts: int
    bar: int = 0


def network(
    layers: Sequence[LayerBox],
    palette: Palette,
    width: int,
    height: int,
    *,
    selected: str | None = None,
    unicode: bool = True,
) -> list[Text]:
    """Layers from the input down, with shape, parameters and skip connections at the left; of a
    network that is no chain every layer says what it reads instead.

    Where not all fit, those around the selected one.
    """
    grid = Grid(width, height, unicode)
    if not layers:
        note(grid, palette, "no layers")
        return grid.lines()
    branched = is_branched(layers)
    skips = [] if branched else skipping(layers)
    joined = [goes_on(layers, i) for i in range(len(layers))]
    layers = in_words(layers) if branched else layers
    rail = 2 * max((skip.lane + 1 for skip in skips), default=0)
    pitch = 2 if height >= 2 * len(layers) - 1 else 1
    first = _first(layers, selected, height)
    widths = _widths(layers, width - rail - 2)
    total = sum(layer.parameters for layer in layers)
    for i, layer in enumerate(layers):
        y = (i - first) * pitch
        _joint(grid, palette, rail, y, layer, layer.name == selected)
        share = layer.parameters / total if total else 0.0
        _layer(grid, palette, layer, rail + 2, y, widths, share, layer.name == selected)
        if pitch == 2 and i + 1 < len(layers) and joined[i + 1]:
            grid.put(rail, y + 1, "│", palette.style("faint"))
    for skip in skips:
        _skip(grid, palette, skip, first, pitch, rail)
    if pitch == 1:
        _hidden(grid, palette, first, len(layers) - first - height)
    return grid.lines()


def _hidden(grid: Grid, palette: Palette, above: int, below: int) -> None:
    """How many layers are not shown, in place of the first and the last line."""
    for y, count in ((0, above), (grid.height - 1, below)):
        if count > 0:
            text = fitted(f"⋮ {count + 1} more", grid.width).ljust(grid.width)
            grid.put(0, y, text, palette.style("muted"))


def _first(layers: Sequence[LayerBox], selected: str | None, height: int) -> int:
    """The first layer shown: 0 where all fit, else the chosen one is near the middle."""
    chosen = next((i for i, layer in enumerate(layers) if layer.name == selected), 0)
    return min(max(chosen - height // 2, 0), max(len(layers) - height, 0))


def skipping(layers: Sequence[LayerBox]) -> list[Skip]:
    """Connections to other layers than the next, the short ones on the inner lanes."""
    rows = {layer.name: i for i, layer in enumerate(layers)}
    pairs = sorted(
        ((rows[name], i) for i, layer in enumerate(layers) for name in layer.reads
         if name in rows and rows[name] < i - 1),
        key=lambda pair: (pair[1] - pair[0], pair),
    )  # fmt: skip
    made: list[Skip] = []
    for start, end in pairs:
        busy = {s.lane for s in made if s.start <= end and start <= s.end}
        lane = next(i for i in range(len(pairs) + 1) if i not in busy)
        if lane < LANES:
            made.append(Skip(start, end, lane))
    return made


def _skip(grid: Grid, palette: Palette, skip: Skip, first: int, pitch: int, rail: int) -> None:
    style = palette.style("accent")
    x = rail - 2 * (skip.lane + 1)
    top, low = (skip.start - first) * pitch, (skip.end - first) * pitch
    for y in range(top + 1, low):
        if grid.at(x, y) == " ":
            grid.put(x, y, "│", style)
    for y, corner, end in ((top, "╭", "─"), (low, "╰", "▸")):
        if not 0 <= y < grid.height:
            continue
        grid.put(x, y, corner if grid.at(x, y) in " │" else "├", style)
        for column in range(x + 1, rail):
            crossing = grid.at(column, y) == "│"
            grid.put(column, y, "┼" if crossing else "─", style)
        grid.put(rail - 1, y, end, style)


def _joint(grid: Grid, palette: Palette, x: int, y: int, layer: LayerBox, chosen: bool) -> None:
    """The dot on the rail: full for a layer that learns."""
    sign = "◆" if chosen else "●" if layer.parameters else "○"
    grid.put(x, y, sign, palette.style("accent" if chosen else "train"))


def _layer(
    grid: Grid,
    palette: Palette,
    layer: LayerBox,
    start: int,
    y: int,
    widths: Widths,
    share: float,
    chosen: bool,
) -> None:
    """Name, what it does, output shape, parameters, and their share as a bar."""
    counted = f"{layer.parameters:,}" if layer.parameters and widths.counts else ""
    x = start
    grid.put(x, y, fitted(layer.name, widths.names), palette.style("text", bold=chosen))
    x += widths.names + 1
    if widths.kinds:
        grid.put(x, y, fitted(layer.what, widths.kinds), palette.style("muted"))
        x += widths.kinds + 1
    x += widths.shapes
    grid.put_right(x, y, fitted(layer.shape, widths.shapes), palette.style("text"))
    x += widths.counts + 1
    grid.put_right(x, y, counted, palette.style("muted"))
    if share:
        put_bar(grid, palette, x + 1, y, widths.bar, share, "train")
    if chosen and palette.colors:
        tint = palette.tint(palette.faded("accent", 0.28))
        grid.tint(start - 1, y, grid.width - start + 1, tint)
    elif chosen:
        grid.tint(start, y, widths.names, palette.selected)


def _widths(layers: Sequence[LayerBox], room: int) -> Widths:
    """What fits: the bar goes first where room is short, then the kind, then the parameters."""
    names = max(cell_len(layer.name) for layer in layers)
    kinds = max(cell_len(layer.what) for layer in layers)
    shapes = max(cell_len(layer.shape) for layer in layers)
    counts = max(len(f"{layer.parameters:,}") for layer in layers)
    needed = names + shapes + counts + 3
    bar = min(room - needed - kinds - 2, 16)
    if bar >= 4:
        return Widths(names, kinds, shapes, counts, bar)
    if needed + min(kinds, 8) <= room:
        return Widths(names, min(kinds, room - needed - 1), shapes, counts)
    if needed <= room:
        return Widths(names, 0, shapes, counts)
    return Widths(max(room - shapes - 1, room // 2), 0, min(shapes, room // 2), 0)


def network_line(
    layers: Sequence[LayerBox],
    palette: Palette,
    width: int,
    height: int,
    *,
    selected: str | None = None,
    unicode: bool = True,
) -> list[Text]:
    """``28×28×1 ─conv 32─▶ 26×26×32 ─pool─▶ …``, going on in the next line where it must.

    Shapes that a layer leaves as they are are not said again. Of a network that is no chain there
    is one way after the other, with the names of what meets.
    """
    grid = Grid(width, height, unicode)
    pieces = paths if is_branched(layers) else _pieces
    rows = _wrapped(pieces(layers, palette, selected), width)
    for y, row in enumerate(rows[:height]):
        x = INDENT if y else 0
        for text, style in row:
            x = grid.put(x, y, text, style)
    if len(rows) > height:
        grid.put_right(width, height - 1, " …", palette.style("muted"))
    return grid.lines()


def _pieces(
    layers: Sequence[LayerBox], palette: Palette, selected: str | None
) -> Iterator[list[Piece]]:
    """What belongs together: an arrow and the shape that it leads to."""
    before = ""
    for i, layer in enumerate(layers):
        style = palette.style("train" if layer.parameters else "muted")
        step = [(f"─{layer.what}─▶", palette.selected if layer.name == selected else style)]
        shape = [] if layer.shape == before else [(layer.shape, palette.style("text"))]
        yield [*(step if i else []), *shape]
        before = layer.shape


def _wrapped(groups: Iterable[list[Piece]], width: int) -> list[list[Piece]]:
    """Groups as lines with a space between all pieces; a group is torn only where it is wider than
    a line."""
    rows: list[list[Piece]] = [[]]
    used = 0
    for group in _torn(groups, width - INDENT):
        size = sum(cell_len(text) + 1 for text, _ in group)
        if rows[-1] and used + size - 1 > width:
            rows.append([])
            used = INDENT
        for text, style in group:
            rows[-1] += [(text, style), (" ", None)]
        used += size
    return rows


def _torn(groups: Iterable[list[Piece]], width: int) -> Iterator[list[Piece]]:
    """Groups, those that are wider than ``width`` piece by piece."""
    for group in groups:
        if sum(cell_len(text) + 1 for text, _ in group) - 1 <= width:
            yield group
        else:
            yield from ([piece] for piece in group)
