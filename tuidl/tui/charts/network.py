"""The network as a diagram: a line a layer with its connections, or one line for all."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from tuidl.tui.charts.bars import put_bar
from tuidl.tui.charts.frame import note
from tuidl.tui.charts.grid import Grid, fitted
from tuidl.tui.charts.palette import Palette

INDENT = 2
Piece = tuple[str, Style | None]

LANES = 4
"""Skip connections drawn side by side; further ones are only named."""


@dataclass(frozen=True)
class LayerBox:
    """A layer as the diagram shows it. ``reads`` names layers, where not just the one before."""

    name: str
    type: str
    shape: str
    parameters: int = 0
    reads: tuple[str, ...] = ()
    activation: str = ""

    @property
    def what(self) -> str:
        return " ".join(part for part in (self.type, self.activation) if part)


@dataclass(frozen=True)
class Skip:
    """A connection that passes layers by, from row to row, on its lane."""

    start: int
    end: int
    lane: int


def network(
    layers: Sequence[LayerBox],
    palette: Palette,
    width: int,
    height: int,
    *,
    selected: str | None = None,
    unicode: bool = True,
) -> list[Text]:
    """Layers from the input down, with shape, parameters and skip connections at the left.

    Where not all fit, those around the selected one.
    """
    grid = Grid(width, height, unicode)
    if not layers:
        note(grid, palette, "no layers")
        return grid.lines()
    skips = skipping(layers)
    lanes = max((skip.lane + 1 for skip in skips), default=0)
    pitch = 2 if height >= 2 * len(layers) - 1 else 1
    first = _first(layers, selected, height)
    rail = 2 * lanes
    for i in range(len(layers)):
        _layer(grid, palette, layers, i, (i - first) * pitch, rail, layers[i].name == selected)
        if pitch == 2 and i + 1 < len(layers):
            grid.put(rail, (i - first) * pitch + 1, "│", palette.style("faint"))
    for skip in skips:
        _skip(grid, palette, skip, first, pitch, rail)
    hidden = (first, len(layers) - first - height)
    for y, count in zip((0, height - 1), hidden, strict=True):
        if count > 0 and pitch == 1:
            grid.put(
                0, y, fitted(f"⋮ {count + 1} more", width).ljust(width), palette.style("muted")
            )
    return grid.lines()


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


def _layer(
    grid: Grid,
    palette: Palette,
    layers: Sequence[LayerBox],
    i: int,
    y: int,
    rail: int,
    chosen: bool,
) -> None:
    """Name, what it does, output shape, parameters, and their share as a bar."""
    layer, width = layers[i], grid.width
    if not 0 <= y < grid.height:
        return
    total = sum(item.parameters for item in layers)
    grid.put(
        rail,
        y,
        "◆" if chosen else "●" if layer.parameters else "○",
        palette.style("accent" if chosen else "train"),
    )
    names, kinds, shapes, counts, bar = _columns(layers, width - rail - 2)
    x = rail + 2
    grid.put(x, y, fitted(layer.name, names), palette.style("text", bold=chosen))
    x += names + 1
    if kinds:
        grid.put(x, y, fitted(layer.what, kinds), palette.style("muted"))
        x += kinds + 1
    grid.put_right(x + shapes, y, fitted(layer.shape, shapes), palette.style("text"))
    x += shapes + 1
    if counts and layer.parameters:
        grid.put_right(x + counts, y, f"{layer.parameters:,}", palette.style("muted"))
    x += counts + 1
    if bar and layer.parameters and total:
        put_bar(grid, palette, x, y, bar, layer.parameters / total, "train")
    if chosen:
        grid.tint(rail + 1, y, width - rail - 1, palette.tint(palette.faded("accent", 0.28)))
        if not palette.colors:
            grid.tint(rail + 2, y, names, palette.selected)


def _columns(layers: Sequence[LayerBox], room: int) -> tuple[int, int, int, int, int]:
    """Widths of name, kind, shape, parameters and bar; kind goes first where room is short."""
    names = max(cell_len(layer.name) for layer in layers)
    kinds = max(cell_len(layer.what) for layer in layers)
    shapes = max(cell_len(layer.shape) for layer in layers)
    counts = max(len(f"{layer.parameters:,}") for layer in layers)
    bar = min(max(room - names - kinds - shapes - counts - 5, 0), 16)
    needed = names + shapes + counts + 3
    if bar >= 4:
        return names, kinds, shapes, counts, bar
    if needed + kinds <= room:
        return names, kinds, shapes, counts, 0
    if needed + 8 <= room:
        return names, room - needed - 1, shapes, counts, 0
    if needed <= room:
        return names, 0, shapes, counts, 0
    return max(room - shapes - 1, room // 2), 0, min(shapes, room // 2), 0, 0


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

    Shapes that a layer leaves as they are are not said again.
    """
    grid = Grid(width, height, unicode)
    rows = _wrapped(_pieces(layers, palette, selected), width)
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
    """Groups as lines with a space between all pieces; a group is never torn."""
    rows: list[list[Piece]] = [[]]
    used = 0
    for group in groups:
        size = sum(cell_len(text) + 1 for text, _ in group)
        if rows[-1] and used + size - 1 > width:
            rows.append([])
            used = INDENT
        for text, style in group:
            rows[-1] += [(text, style), (" ", None)]
        used += size
    return rows
