"""The task's picture as large as the screen."""

from collections.abc import Sequence
from typing import Any

from textual.app import ComposeResult

from tuidl.compiler.codes import has_plane
from tuidl.preset.schema import Preset
from tuidl.protocol.events import Event, ProbeAnswer
from tuidl.tasks.choice import task_of
from tuidl.tui.session.run import Run
from tuidl.tui.views.attention import has_attention
from tuidl.tui.views.clusters import ClustersView
from tuidl.tui.views.diffusion import DiffusionView
from tuidl.tui.views.examples import ExamplesView
from tuidl.tui.views.generated import GeneratedView
from tuidl.tui.views.large import LargeView
from tuidl.tui.views.latent import LatentView
from tuidl.tui.views.ratings import RatingsView
from tuidl.tui.views.reading import LookingView, ReadingView
from tuidl.tui.views.text import TextView
from tuidl.tui.views.token_map import MapView
from tuidl.tui.views.view import Send, View, Wanted
from tuidl.tui.widgets.chart import Chart


class PictureView(View):
    """Holds the view that fits the task's kind of picture."""

    def __init__(self, preset: Preset, send: Send, **options: Any) -> None:
        super().__init__(preset, send, **options)
        self._inner = _view_for(preset, self.send)
        self.name_shown = name_of(preset)

    def seen(self) -> list[Chart]:
        return self._inner.seen()

    def take(self, frame: Run, answers: Sequence[ProbeAnswer]) -> None:
        super().take(frame, ())
        self._inner.take(frame, answers)

    def handle(self, event: Event) -> None:
        self._inner.handle(event)

    def compose(self) -> ComposeResult:
        yield self._inner

    def begin(self, run: Run, preset: Preset) -> None:
        if _kind(preset) != _kind(self.preset):
            self._inner = _view_for(preset, self.send)
            self.refresh(recompose=True)
        self.name_shown = name_of(preset)
        super().begin(run, preset)
        self._inner.begin(run, preset)

    def opened(self) -> None:
        super().opened()
        self._inner.opened()

    def probes(self) -> Wanted:
        return self._inner.probes()


VIEWS: dict[str, type[View]] = {
    "predictions": ExamplesView, "reading": ReadingView, "looking": LookingView,
    "sample": TextView,
    "embedding_map": MapView, "recommended": RatingsView, "generated": GeneratedView,
    "diffused": DiffusionView, "latent_plane": LatentView, "clusters": ClustersView,
}  # fmt: skip
NAMES = {
    "sample": "text", "embedding_map": "words", "recommended": "ratings", "clusters": "clusters",
    "curve": "curve", "plane": "plane", "values": "values",
}  # fmt: skip


def _kind(preset: Preset) -> str:
    """The task's probe; examples that a network with attention sorts into classes are "reading",
    other pictures of such a network "looking", codes of two numbers a "latent_plane"."""
    kind = task_of(preset).picture.probe
    if kind == "reconstructions" and has_plane(preset):
        return "latent_plane"
    if not has_attention(preset):
        return kind
    return "reading" if kind == "predictions" else kind if kind in VIEWS else "looking"


def name_of(preset: Preset) -> str:
    """What stands on its tab: of what it is a picture, where that is none."""
    return NAMES.get(_kind(preset), "picture")


def _view_for(preset: Preset, send: Send) -> View:
    return VIEWS.get(_kind(preset), LargeView)(preset, send)
