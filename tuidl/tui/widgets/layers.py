"""The layers of the network with live bars: how large activations and gradients are."""

import math

from rich.text import Text

from tuidl.charts.bars import LayerSizes, layer_bars
from tuidl.charts.palette import Palette
from tuidl.protocol.probes import Layers as Answer
from tuidl.protocol.probes import LayerState
from tuidl.tui.session.run import Run
from tuidl.tui.widgets.chart import Chart
from tuidl.tui.widgets.picture import unanswered

DEAD, SATURATED = 0.3, 0.5
"""Shares of a layer's units from which on it is called out."""


class Layers(Chart):
    """Filled by the probe ``layers``."""

    concept = "vanishing gradient"
    kinds = ("layers",)
    answer: Answer | None = None

    def begin(self) -> None:
        """Forget the run before."""
        self.shown = Run()
        self.answer = None

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        if self.answer is None:
            return unanswered(None, self.shown, palette, width, height)
        sizes = [
            LayerSizes(
                layer.name,
                _number(layer.activation),
                _number(layer.gradient),
                warning_of(layer),
            )
            for layer in self.answer.layers
        ]
        return layer_bars(sizes, palette, width, height, unicode=unicode)


def warning_of(layer: LayerState) -> str:
    """What is wrong with a layer, if anything is."""
    dead, saturated = layer.dead, layer.saturated
    if dead is not None and dead >= DEAD:
        return f"{dead:.0%} dead"
    if saturated is not None and saturated >= SATURATED:
        return f"{saturated:.0%} saturated"
    if layer.gradient is None and layer.activation is None:
        return "not finite"
    return ""


def _number(value: float | None) -> float:
    return math.nan if value is None else value
