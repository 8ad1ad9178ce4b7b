"""How the weights of all layers are distributed, below each other."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text

from tuidl.charts.bars import SPARK_LEVELS
from tuidl.charts.dots import levels
from tuidl.charts.frame import note
from tuidl.charts.grid import Grid, fitted, layer_fitted
from tuidl.charts.histogram import Distribution, column_shares, histogram
from tuidl.charts.hstack import stacked
from tuidl.charts.palette import Palette
from tuidl.charts.scale import short
from tuidl.protocol.probes import Histogram, Layers, LayerState
from tuidl.tui.renderers.shapes import known

LEAST, MOST = 5, 22
"""Lines of a histogram with its axis."""
ENDS = 18
"""Cells of the smallest and largest weight, where a layer has no histogram with an axis."""
FEW = 8
"""Weights that have no distribution to speak of."""


def has_spread(parameters: int) -> bool:
    """Whether a network has weights enough to be shown so."""
    return parameters > FEW


def spreads(answer: Layers, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
    """A histogram for each layer with weights; where there is no room for all, a line for each."""
    found = [layer for layer in answer.layers if layer.spread is not None]
    if not found:
        grid = Grid(width, height, unicode)
        note(grid, palette, "no layer has weights")
        return grid.lines()
    if height // len(found) >= LEAST:
        return _histograms(found, palette, width, height, unicode)
    return _lines(found, palette, width, height, unicode)


def _histograms(
    layers: Sequence[LayerState], palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    each = min(height // len(layers), MOST)
    parts = []
    for layer in layers:
        assert layer.spread is not None
        name = f"{layer.name} {layer.spread_of}"
        if layer.spread.not_finite:
            parts.append(_broken(name, layer.spread, palette, width, each, unicode))
            continue
        data = _distribution(layer.spread, name)
        parts.append(histogram(data, palette, width, each, unicode=unicode))
    rest = Grid(width, height - each * len(layers), unicode)
    return stacked([*parts, rest.lines()])


def _broken(
    name: str, spread: Histogram, palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    grid = Grid(width, height, unicode)
    text = fitted(f"{name}: {spread.not_finite} not finite", width)
    grid.put(0, 0, text, palette.style("bad", bold=True))
    return grid.lines()


def _distribution(spread: Histogram, name: str) -> Distribution:
    low, high, mean = (known(value) for value in (spread.low, spread.high, spread.mean))
    return Distribution(spread.counts, low, high, mean, name)


def _lines(
    layers: Sequence[LayerState], palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    """A strip for each, as high as there is room for, and an empty line between them."""
    grid = Grid(width, height, unicode)
    each = max(height // len(layers), 1)
    kept = layers if len(layers) <= height else layers[: height - 1]
    name = min(max(cell_len(layer.name) for layer in layers), width // 3)
    for number, layer in enumerate(kept):
        y = number * each
        grid.put(0, y, layer_fitted(layer.name, name), palette.style("text"))
        _strip(grid, palette, layer, name + 1, y, max(each - 1, 1))
    if len(kept) < len(layers):
        words = f"and {len(layers) - len(kept)} more: view 3"
        grid.put(0, height - 1, words, palette.style("muted"))
    return grid.lines()


def _strip(grid: Grid, palette: Palette, layer: LayerState, left: int, y: int, height: int) -> None:
    """A layer's distribution from cell ``left`` on, its smallest and largest weight behind it."""
    spread, width = layer.spread, grid.width
    assert spread is not None
    if spread.not_finite:
        words = fitted(f"{spread.not_finite} not finite", max(width - left, 0))
        grid.put(left, y, words, palette.style("bad", bold=True))
        return
    shares = column_shares(spread.counts, max(width - left - ENDS - 1, 1))
    for row, columns in enumerate(levels(shares, height), y):
        text = columns if grid.unicode else columns.translate(SPARK_LEVELS)
        grid.put(left, row, text, palette.style("train"))
    ends = f"{short(known(spread.low))} to {short(known(spread.high))}"
    grid.put(max(width - cell_len(ends), 0), y, ends, palette.style("muted"))
