"""The inside of layers: activations and gradients, histograms, filters and maps."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.text import Text

from tuidl.charts.frame import note
from tuidl.charts.grid import Grid, fitted, worded
from tuidl.charts.heat import Map, heat_grid
from tuidl.charts.histogram import Distribution, histogram
from tuidl.charts.hstack import hstack, stacked
from tuidl.charts.images import image
from tuidl.charts.layer_list import LayerRow
from tuidl.charts.palette import Palette
from tuidl.charts.tiling import comfortable
from tuidl.compiler.graph import Graph
from tuidl.protocol.probes import (
    FeatureMaps,
    Filters,
    Histogram,
    Histograms,
    Layers,
    Weights,
)
from tuidl.tui.renderers.examples import is_image, pixels
from tuidl.tui.renderers.shapes import known
from tuidl.verdicts.layers import warning_words

WIDEST = 8
"""Cells that a single weight gets at most."""


def layer_rows(answer: Layers, graph: Graph | None, step: int) -> list[LayerRow]:
    """The probe's layers, seen after ``step`` steps, with what the graph knows of them."""
    nodes = {node.name: node for node in graph.nodes} if graph else {}
    found = []
    for layer in answer.layers:
        node = nodes.get(layer.name)
        shape = "×".join(map(str, node.shape)) if node else ""
        count = node.parameter_count if node else 0
        activation = known(layer.activation)
        gradient = known(layer.gradient) if layer.reached else None
        words = warning_words(layer, answer, step)
        found.append(LayerRow(layer.name, shape, count, activation, gradient, words))
    return found


def spread(
    answer: Histograms, palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    """Histograms below each other: weights, their gradient, the output."""
    found = answer.histograms
    names = shown_histograms(list(found))
    each = [height // len(names) + (i < height % len(names)) for i in range(len(names))]
    roles = {"output": "good"}
    parts = [
        _histogram(name, found[name], palette, width, size,
                   "validation" if "gradient" in name else roles.get(name, "train"), unicode)
        for name, size in zip(names, each, strict=True)
    ]  # fmt: skip
    return stacked(parts)


def shown_histograms(names: Sequence[str]) -> list[str]:
    """The matrix of weights and its gradient where there is one, and the output."""
    weights = [name for name in names if "gradient" not in name and name != "output"]
    kernels = [name for name in weights if "recurrent" in name]
    kernels = kernels or [name for name in weights if "kernel" in name] or weights
    chosen = [kernels[0], f"gradient of {kernels[0]}"] if kernels else []
    wanted = [*chosen, "output"] if chosen else ["output", "gradient of the output"]
    return [name for name in wanted if name in names] or list(names)[:1]


def _histogram(
    name: str,
    found: Histogram,
    palette: Palette,
    width: int,
    height: int,
    role: str,
    unicode: bool,
) -> list[Text]:
    if found.not_finite:
        grid = Grid(width, height, unicode)
        text = fitted(f"{name}: {found.not_finite} not finite", width)
        grid.put(0, 0, text, palette.style("bad", bold=True))
        return grid.lines()
    low, high, mean = (known(value) for value in (found.low, found.high, found.mean))
    data = Distribution(found.counts, low, high, mean, name)
    return histogram(data, palette, width, height, role=role, unicode=unicode)


def maps(
    filters: Filters,
    found: FeatureMaps,
    palette: Palette,
    width: int,
    height: int,
    unicode: bool,
) -> list[Text]:
    """What a convolution looks for (filters), an image, and what it finds in it (maps)."""
    if height < 4:
        grid = Grid(width, height, unicode)
        note(grid, palette, "no room: a taller terminal shows them")
        return grid.lines()
    above = max(height * 2 // 5, 2)
    grid = Grid(width, 1, unicode)
    grid.put(0, 0, fitted("filters: what it looks for", width), palette.style("text", bold=True))
    kernels = _fitting(filters.filters, palette, width, above - 1, unicode)
    return [*grid.lines(), *kernels, *_found(found, palette, width, height - above, unicode)]


def _found(
    found: FeatureMaps, palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    grid = Grid(width, 1, unicode)
    text = f"what they find in held-out image {found.example}"
    end = grid.put(0, 0, fitted(text, width), palette.style("text", bold=True))
    grid.put(end, 0, fitted("   i, I: another image", max(width - end, 0)), palette.style("muted"))
    if not is_image(found.shape):
        return [*grid.lines(), *_fitting(found.maps, palette, width, height - 1, unicode)]
    room = min(width // 3, 2 * (height - 1) + 2)
    shape = found.shape
    left = image(pixels(found.image, shape), palette, room, height - 1, unicode=unicode)
    right = _fitting(found.maps, palette, width - room - 2, height - 1, unicode)
    return [*grid.lines(), *hstack(left, right, gap=2)]


def _fitting(
    values: Sequence[Any], palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    """As many maps as can be seen well, all on one scale."""
    arrays = [_array(one) for one in values]
    count = comfortable(arrays[0].shape, width, height - 1, caption=False)
    return heat_grid([Map(a) for a in arrays[:count]], palette, width, height, unicode=unicode)


def weights(
    answer: Weights, palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    """The layer's weights as heat, a map for each gate of a recurrent layer."""
    grid = Grid(width, 1, unicode)
    rows, columns = answer.shape
    count = len(answer.maps)
    if "recurrent" in answer.parameter:
        text = f"from {rows} states to {rows}" + (", gate by gate" if count > 1 else "")
    else:
        inputs, units = _counted(rows, "input"), _counted(columns, "unit")
        text = worded(
            width,
            f"{inputs} (down) to {units} (across)",
            f"{inputs} down, {units} across",
            f"{inputs} to {units}",
        )
    grid.put(0, 0, fitted(text, width), palette.style("text", bold=True))
    kept = [
        Map(
            _stretched(part.values, width, height - 2) if count == 1 else _array(part.values),
            part.name if count > 1 else "",
        )
        for part in answer.maps
    ]
    return [*grid.lines(), *heat_grid(kept, palette, width, height - 1, unicode=unicode)]


def _array(values: Sequence[Any]) -> NDArray[np.float64]:
    return np.array([[known(v) for v in row] for row in values], float)


def _stretched(values: Sequence[Any], width: int, height: int) -> NDArray[np.float64]:
    """A flat or narrow array with its rows or columns repeated, so that it fills the room."""
    made = _array(values)
    rows, columns = made.shape
    wanted = 2 * max(height, 1) / max(width, 1) / (rows / columns)
    if wanted >= 2:
        return np.repeat(made, min(int(wanted), WIDEST), axis=0)
    if wanted <= 1 / 2:
        return np.repeat(made, min(int(1 / wanted), WIDEST), axis=1)
    return made


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("s" if number != 1 else "")
