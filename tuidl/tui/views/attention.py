"""Where the places of a sequence look: a panel for one layer and head."""

from typing import Any, Protocol

from rich.text import Text

from tuidl.charts.grid import worded
from tuidl.charts.palette import Palette
from tuidl.preset.schema import Preset
from tuidl.protocol.events import ProbeAnswer
from tuidl.protocol.text_answers import Attention
from tuidl.tui.renderers.attention import attention
from tuidl.tui.session.run import Run
from tuidl.tui.widgets.chart import Chart
from tuidl.tui.widgets.picture import unanswered

HAVE_IT = ("multi_head_attention", "transformer_block")


def has_attention(preset: Preset) -> bool:
    """Whether a layer of the network looks at others of its places."""
    every = [*preset.layers, *(layer for network in preset.networks for layer in network.layers)]
    return any(layer.kind() in HAVE_IT and layer.enabled for layer in every)


class HasMoment(Protocol):
    """A view of a run."""

    frame: Run


class AttentionPanel(Chart, can_focus=False):
    """The heat map of the layer and head that are chosen."""

    concept = "multi_head_attention"
    kinds = ("attention",)

    def __init__(self, view: HasMoment) -> None:
        super().__init__()
        self.view = view
        self.number, self.head = 0, 0
        self.answer: Attention | None = None
        self.problem: str | None = None

    @property
    def options(self) -> dict[str, Any]:
        """What is asked of the probe; behind the last head comes the mean of all."""
        heads = self.answer.heads if self.answer else self.head + 1
        return {"layer": self.number, "head": self.head if self.head < heads else None}

    def turn(self, layer: int, head: int) -> None:
        """The next layer or head."""
        if self.answer is not None:
            self.number = (self.number + layer) % len(self.answer.layers)
            self.head = (self.head + head) % (self.answer.heads + 1)

    def take(self, event: ProbeAnswer) -> bool:
        """Keep an answer."""
        self.answer = event.answer if isinstance(event.answer, Attention) else None
        self.problem = event.error
        return True

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        if self.answer is None:
            return unanswered(self.problem, self.view.frame, palette, width, height)
        return attention(self.answer, palette, width, height, unicode)

    def title_now(self) -> str:
        known = self.answer
        if known is None:
            return "attention"
        layer = f"layer {known.layer + 1} of {len(known.layers)}"
        at = "mean" if known.head is None else f"{known.head + 1}"
        head = (
            f"mean of {known.heads} heads" if known.head is None else f"head {at} of {known.heads}"
        )
        brief = f"layer {known.layer + 1}/{len(known.layers)}, head {at}/{known.heads}"
        return worded(
            self.title_room,
            f"attention, rows look at columns: {layer}, {head}",
            f"attention, rows look at columns: {brief}",
            f"attention: {layer}, {head}",
            f"attention: {brief}",
            f"attention: layer {known.layer + 1}, head {at}",
            brief,
        )
