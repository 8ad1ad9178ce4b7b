"""The task's own picture: what the network makes of its examples, right now."""

from typing import Any, ClassVar

from rich.text import Text
from textual.binding import Binding

from tuidl.charts.hstack import hstack
from tuidl.charts.palette import Palette
from tuidl.preset.schema import Preset
from tuidl.protocol import probes
from tuidl.protocol.probes import AnyAnswer
from tuidl.tui.renderers import examples
from tuidl.tui.renderers.series import forecast
from tuidl.tui.renderers.shapes import curve, plane
from tuidl.tui.renderers.values import values
from tuidl.tui.widgets.chart import Chart, centred

BRIEF, WIDE = 24, 60
"""Examples asked for, and the width from which on probabilities or the matrix stand beside."""

TITLES = {
    "predictions": "held-out examples, mistakes first",
    "plane": "what it says over the plane",
    "curve": "points and the network's line",
    "forecast": "the series, predicted and left alone",
    "values": "held-out examples: predicted against true",
}
NOTHING_YET = "a picture of the task shows once training starts"
NO_PICTURE = "no picture for this kind of data"


def probe_for(preset: Preset) -> tuple[str, dict[str, Any]] | None:
    """The probe that shows this task, if any does."""
    spec = preset.data.spec()
    if spec.classes:
        if spec.shape == (2,):
            return "plane", {"columns": 60, "rows": 30}
        return "predictions", {"count": BRIEF}
    if preset.data.in_time and len(spec.shape) == 2 and spec.outputs == 1:
        return "forecast", {}
    if len(spec.shape) == 1 and spec.shape[0] <= 2 and spec.outputs == 1:
        return "curve", {}
    return "values", {}


def picture_of(
    answer: AnyAnswer, palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    """The picture of one answer to a task's probe, predictions aside."""
    room = (palette, width, height, unicode)
    match answer:
        case probes.Curve():
            return curve(answer, *room)
        case probes.Plane():
            return plane(answer, *room)
        case probes.Forecast():
            return forecast(answer, *room)
        case probes.Values():
            return values(answer, *room)
    return centred(NO_PICTURE, palette, width, height)


def title_for(probe: tuple[str, Any] | None) -> str:
    """The title of a small picture."""
    return TITLES[probe[0]] if probe else "picture"


class Picture(Chart):
    """Drawn from the answer to the task's probe; Tab inside switches what is shown of images."""

    BINDINGS: ClassVar = [
        Binding("v", "turn", "images, matrix"),
        Binding("left", "move(-1)", "Select", show=False),
        Binding("right", "move(1)", "Select", show=False),
    ]

    concept = "validation"
    answer: AnyAnswer | None = None
    kind = ""
    matrix = False
    selected = 0

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        if self.answer is None:
            words = NOTHING_YET if self.kind else NO_PICTURE
            return centred(words, palette, width, height)
        if isinstance(self.answer, probes.Predictions):
            return self._examples(self.answer, palette, width, height, unicode)
        return picture_of(self.answer, palette, width, height, unicode)

    def _examples(
        self, answer: probes.Predictions, palette: Palette, width: int, height: int, unicode: bool
    ) -> list[Text]:
        if self.matrix or len(answer.shape) == 1:
            return examples.matrix(answer, palette, width, height, cursor=None, unicode=unicode)
        room = width if width < WIDE else max(width * 3 // 5, 30)
        left = examples.list_of(
            answer, palette, room, height, selected=self.selected, unicode=unicode
        )
        if room == width:
            return left
        right = examples.closely(
            answer, palette, width - room - 2, height, selected=self.selected, unicode=unicode
        )
        return hstack(left, right, gap=2)

    def action_turn(self) -> None:
        self.matrix = not self.matrix
        self.changed()

    def action_move(self, way: int) -> None:
        if isinstance(self.answer, probes.Predictions) and self.answer.examples:
            self.selected = (self.selected + way) % len(self.answer.examples)
            self.changed()
