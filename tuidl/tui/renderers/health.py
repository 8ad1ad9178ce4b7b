"""Health as lines: measurements with what to do, a table of the layers, the rules for help."""

import textwrap
from collections.abc import Sequence

from rich.text import Text

from tuidl.charts.grid import Grid, fitted, layer_fitted
from tuidl.charts.layer_list import again_words
from tuidl.charts.palette import Palette
from tuidl.charts.scale import compact
from tuidl.glossary.pages import Line
from tuidl.protocol.probes import LayerHealth
from tuidl.verdicts.health import Reading

SIGNS = {"good": "✓", "bad": "✗", "muted": "·"}
EACH = 2
"""Lines of a measurement: its value, and what to do."""
COLUMNS = ("update", "dead", "saturated", "rank")
CELLS = 10
LEAST_NAME = 9
"""Cells of a layer's name that is shortened, at least; numbers have fewer."""


def health_lines(
    readings: Sequence[Reading],
    palette: Palette,
    width: int,
    height: int,
    *,
    selected: int,
    unicode: bool,
) -> list[Text]:
    """Each with its value, what to do and, where there is room, its rule; else that of the selected
    one stands below all."""
    grid = Grid(width, height, unicode)
    names = max(len(one.name) for one in readings) + 3
    rules = [textwrap.wrap(f"Rule: {one.rule}.", max(width - names, 10)) for one in readings]
    is_tall = (EACH + 1) * len(readings) + 3 <= height
    each = EACH + is_tall
    is_roomy = sum(each + 1 + len(rule) for rule in rules) <= height
    y = 0
    for number, one in enumerate(readings):
        _put_reading(grid, palette, one, y, names, number == selected, is_tall)
        y += each
        if is_roomy:
            for text in rules[number]:
                y += 1
                grid.put(names, y - 1, text, palette.style("muted"))
            y += 1
    if not is_roomy:
        below = textwrap.wrap(f"Rule: {readings[selected].rule}.", max(width, 10))
        words = again_words([word for one in readings for word in one.value.split(" ")], width)
        below = [*[words] * bool(words), *below]
        for place, text in enumerate(below[: max(height - y, 0)], max(y, height - len(below))):
            grid.put(0, place, text, palette.style("muted"))
    return grid.lines()


def _put_reading(
    grid: Grid, palette: Palette, one: Reading, y: int, names: int, is_selected: bool, is_tall: bool
) -> None:
    """The value, what to do, and the edit: on a line of its own, or at the right end."""
    width, style = grid.width, palette.style(one.role, bold=one.role == "bad")
    words = "" if one.fix is None else one.fix.words
    words = f"enter: {words}" if words and is_selected else words
    grid.put(0, y, SIGNS[one.role], style)
    grid.put(2, y, one.name, palette.style("text", bold=True))
    room = width - names - (len(words) + 1 if words and not is_tall else 0)
    grid.put(names, y, value_fitted(one.value, room), palette.style("text"))
    at = names if is_tall else width - len(words)
    grid.put(at, y + (EACH if is_tall else 0), words, palette.style("accent", bold=True))
    grid.put(names, y + 1, fitted(one.advice, width - names), style)
    if is_selected:
        grid.tint(0, y, width, palette.selected)


def value_fitted(value: str, size: int) -> str:
    """A measurement in at most ``size`` cells: the longest names of layers in it are shortened."""
    words = value.split(" ")
    shown = list(words)
    sizes = [len(word) for word in words]
    while len(" ".join(shown)) > size and max(sizes) > LEAST_NAME:
        at = sizes.index(max(sizes))
        sizes[at] -= 1
        shown[at] = layer_fitted(words[at], sizes[at])
    return fitted(" ".join(shown), size)


def layer_table(
    layers: Sequence[LayerHealth], palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    """A line for each layer: update over weights, shares dead and saturated, effective rank."""
    grid = Grid(width, height, unicode)
    names = max(width - CELLS * len(COLUMNS), 8)
    for number, column in enumerate(COLUMNS, 1):
        grid.put_right(names + number * CELLS, 0, column, palette.style("muted"))
    for y, layer in enumerate(layers[: height - 1], 1):
        grid.put(0, y, layer_fitted(layer.name, names - 1), palette.style("text"))
        rank = None if layer.rank is None else f"{layer.rank:.1f}/{layer.most}"
        for number, text in enumerate(
            (_number(layer.update), _percent(layer.dead), _percent(layer.saturated), rank), 1
        ):
            grid.put_right(names + number * CELLS, y, text or "-", palette.style("text"))
    return grid.lines()


def health_page(readings: Sequence[Reading], width: int) -> list[Line]:
    """Each measurement with its rule, for help."""
    lines = [Line("What is measured, and when it is called out", "heading")]
    for one in readings:
        lines += [Line("", "text"), Line(f"{one.name}: {one.value}", "title")]
        lines += [Line(line, "text") for line in textwrap.wrap(one.rule, width)]
    return [*lines, Line("", "text")]


def _number(value: float | None) -> str | None:
    return None if value is None else compact(value)


def _percent(value: float | None) -> str | None:
    return None if value is None else f"{value:.0%}"
