"""The layers of the network with live bars: how large activations and gradients are."""

import math

from rich.text import Text

from tuidl.charts.bars import LayerSizes, layer_bars
from tuidl.charts.gradients import gradient_curves
from tuidl.charts.hstack import stacked
from tuidl.charts.palette import Palette
from tuidl.protocol.history import Series
from tuidl.protocol.probes import Layers as Answer
from tuidl.tui.session.run import Run
from tuidl.tui.widgets.chart import Chart
from tuidl.tui.widgets.picture import unanswered
from tuidl.verdicts import Finding
from tuidl.verdicts.layers import RULES_OF_LAYERS, dead_networks, warning_words

HEAD, LEAST_CURVES = 2, 8
"""Lines above the bars and an empty one below, and lines that curves of gradients need."""


class Layers(Chart):
    """Filled by the probe ``layers``."""

    concept = "vanishing gradient"
    kinds = ("layers",)
    rules = RULES_OF_LAYERS
    answer: Answer | None = None
    step: int = 0
    """How many steps were done when it was answered."""

    @property
    def findings(self) -> list[Finding]:
        return self.shown.findings if self.shown else []

    def on_mount(self) -> None:
        self.border_title = "layers"

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
                _number(layer.gradient) if layer.reached else None,
                warning_words(layer, self.answer, self.step, is_short=True),
            )
            for layer in self.answer.layers
        ]
        rows = len(sizes) + HEAD
        lines = gradients_of(self.shown) if height - rows >= LEAST_CURVES else []
        if not lines:
            return layer_bars(sizes, palette, width, height, unicode=unicode)
        dead = dead_networks(self.shown.evidence)
        below = gradient_curves(lines, palette, width, height - rows, dead=dead, unicode=unicode)
        return stacked([layer_bars(sizes, palette, width, rows, unicode=unicode), below])


def gradients_of(run: Run) -> list[tuple[str, Series]]:
    """The length of each layer's gradient by epoch."""
    start = f"fold {run.fold} gradient " if run.fold else "gradient "
    series = run.history.series.items()
    return [(name.removeprefix(start), one) for name, one in series if name.startswith(start)]


def _number(value: float | None) -> float:
    return math.nan if value is None else value
