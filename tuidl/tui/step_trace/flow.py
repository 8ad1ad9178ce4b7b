"""The way through the layers and back: shapes, formulas and values."""

import math
from collections.abc import Sequence

from rich.text import Text

from tuidl.charts.bars import decades, put_bar
from tuidl.charts.grid import Grid, fitted, layer_fitted
from tuidl.charts.palette import Palette
from tuidl.charts.scale import short
from tuidl.protocol.probes import StepTrace
from tuidl.tui.renderers.shapes import known
from tuidl.tui.step_trace.formulas import (
    GRADIENTS,
    backward_formula,
    closing_formula,
    forward_formula,
    has_no_bias,
)
from tuidl.tui.step_trace.texts import shape_text, values_text
from tuidl.tui.step_trace.worked import worked_neuron

NAMES, VALUES = 20, 11
"""Cells at both sides of the bars of the way back."""


def forward(
    answer: StepTrace, palette: Palette, width: int, height: int, unicode: bool, selected: int
) -> list[Text]:
    """Every layer with its shapes, and the first values that it hands on."""
    grid = Grid(width, height, unicode)
    layers, trained = answer.forward, {one.name for one in answer.update}
    y = _flow(grid, palette, 0, f"x  {shape_text(answer.shape)}", answer.input, "train")
    worked = worked_neuron(answer, width) or _closed(answer, width)
    end = height - len(worked)
    first, each = _window(len(layers), selected, end - y)
    for i, layer in list(enumerate(layers))[first:]:
        if y + each > end:
            break
        shapes = f"{shape_text(layer.input_shape)} → {shape_text(layer.shape)}"
        _name(grid, palette, y, layer.name, shapes, i == selected)
        bias = not has_no_bias(layer.name, trained)
        formula = forward_formula(layer.kind, layer.activation, bias=bias)
        y = _detail(grid, palette, y + 1, formula, layer.values, each)
    for i, text in enumerate(worked, min(y + 1, end)):
        grid.put(0, i, fitted(text, width), palette.style("good", bold=True))
    return grid.lines()


def _closed(answer: StepTrace, width: int) -> list[str]:
    """What the loss makes of the last outputs, for the first example."""
    formula = closing_formula(answer.closing)
    if not formula:
        return []
    return [f"{formula}:", values_text(answer.predicted[0], width)]


def backward(
    answer: StepTrace, palette: Palette, width: int, height: int, unicode: bool, selected: int
) -> list[Text]:
    """The last layer first: the length of the gradient that reaches it, on a scale of tens."""
    grid = Grid(width, height, unicode)
    kinds = {layer.name: layer for layer in answer.forward}
    layers, trained = answer.backward, {one.name for one in answer.update}
    ends = decades([known(layer.length) for layer in layers])
    text, heading = GRADIENTS.get(answer.loss_kind, ""), "length of the gradient"
    grid.put(0, 0, fitted(text, width), palette.style("bad", bold=True))
    if len(text) + len(heading) + 3 < width:
        grid.put_right(width, 0, heading, palette.style("muted"))
    at = len(layers) - 1 - selected
    first, each = _window(len(layers), at, height - 1)
    for i, layer in list(enumerate(layers))[first:]:
        y = 1 + (i - first) * each
        if y + each > height:
            break
        _name(grid, palette, y, layer.name, short(known(layer.length)), i == at, NAMES - 1)
        _length_bar(grid, palette, y, known(layer.length), ends)
        own = kinds.get(layer.name)
        bias = not has_no_bias(layer.name, trained)
        formula = backward_formula(own.kind, own.activation, bias=bias) if own else ""
        _detail(grid, palette, y + 1, formula, layer.values, each)
    return grid.lines()


def _length_bar(grid: Grid, palette: Palette, y: int, length: float, ends: tuple[int, int]) -> None:
    low, high = ends
    is_known = math.isfinite(length) and length > 0
    share = max((math.log10(length) - low) / (high - low), 0.02) if is_known else 0.0
    put_bar(grid, palette, NAMES, y, grid.width - NAMES - VALUES, share, "validation")


def _window(count: int, selected: int, height: int) -> tuple[int, int]:
    """The first layer to show, and how many lines each gets: 4 with an empty one, 3, 2 or 1."""
    each = next((lines for lines in (4, 3, 2) if lines * count <= height), 2 if height > 8 else 1)
    fit = max(height // each, 1)
    return min(max(selected - fit // 2, 0), max(count - fit, 0)), each


def _name(
    grid: Grid, palette: Palette, y: int, name: str, facts: str, chosen: bool, most: int = 1000
) -> None:
    room = min(grid.width // 2, most)
    grid.put(0, y, layer_fitted(name, room), palette.style("text", bold=True))
    grid.put_right(grid.width, y, facts, palette.style("muted"))
    if chosen:
        grid.tint(0, y, grid.width, palette.selected)


def _flow(
    grid: Grid, palette: Palette, y: int, name: str, values: Sequence[float | None], role: str
) -> int:
    x = grid.put(0, y, name + "  ", palette.style(role, bold=True))
    grid.put(x, y, values_text(values, grid.width - x), palette.style("text"))
    return y + 1


def _detail(
    grid: Grid,
    palette: Palette,
    y: int,
    formula: str,
    values: Sequence[float | None],
    each: int,
) -> int:
    """The formula and the values below a layer's name, as far as there is room; the next line."""
    if each > 1:
        grid.put(2, y, fitted(formula, grid.width - 2), palette.style("accent"))
        y += 1
    if each > 2:
        grid.put(1, y, values_text(values, grid.width - 2), palette.style("text"))
        y += 1
    return y + (each > 3)
