"""Clusters as large as the screen: a map with the centres' ways, and what is nearest to each."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal

from tuidl.charts.grid import worded
from tuidl.charts.palette import Palette
from tuidl.preset.schema import Preset
from tuidl.protocol.clusters import Clusters
from tuidl.protocol.events import ProbeAnswer
from tuidl.protocol.probes import Matrix
from tuidl.tasks.clustering import CLUSTERS
from tuidl.tui.renderers import clusters
from tuidl.tui.renderers.examples import is_image
from tuidl.tui.session.run import Run
from tuidl.tui.views.view import Send, View, Wanted
from tuidl.tui.views.view_panel import ViewPanel

MOST_PLACES = 500
"""Of a centre's way; of a longer one every other is forgotten."""


class ClustersView(View):
    """``trail``: where centres of two numbers were, step by step; ``shows_way``: whether it is
    drawn."""

    first: ClassVar[str] = "ClusterMap"
    DEFAULT_CSS = """
    ClustersView Chart { height: 1fr; }
    ClustersView ClusterMap { width: 1fr; }
    ClustersView NearestPanel { width: 1fr; }
    ClustersView.-words NearestPanel { width: 34; }
    """

    def __init__(self, preset: Preset, send: Send) -> None:
        super().__init__(preset, send)
        self.shows_way = True
        self.set_class(not is_image(preset.spec().shape), "-words")
        self._forget()

    def _forget(self) -> None:
        self.answer: Clusters | None = None
        self.problem: str | None = None
        self.trail: list[Matrix] = []
        self._updates = -1

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield ClusterMap(self)
            yield NearestPanel(self)

    def begin(self, run: Run, preset: Preset) -> None:
        super().begin(run, preset)
        self._forget()

    def probes(self) -> Wanted:
        return [(CLUSTERS.probe, dict(CLUSTERS.fine))]

    def handle_answer(self, event: ProbeAnswer) -> bool:
        if event.kind != CLUSTERS.probe:
            return False
        self.problem = event.error
        self.answer = event.answer if isinstance(event.answer, Clusters) else None
        if self.answer is not None and self.answer.explained is None:
            self._follow(self.answer)
        return True

    def _follow(self, answer: Clusters) -> None:
        """Note where the centres are; of a run that went back, what came later is forgotten."""
        if answer.updates < self._updates:
            self.trail = []
        if answer.updates != self._updates:
            self.trail.append(answer.centers)
            self._updates = answer.updates
        if len(self.trail) > MOST_PLACES:
            self.trail = self.trail[::2]


class ClusterMap(ViewPanel[ClustersView]):
    """Examples by cluster, the centres, and the ways that these took."""

    concept = "k_means"
    kinds = (CLUSTERS.probe,)
    BINDINGS: ClassVar = [Binding("v", "turn", "ways of the centres", show=False)]

    def title_now(self) -> str:
        if self.view.answer is None:
            return CLUSTERS.title
        step = f"step {self.view.answer.updates:,}"
        return worded(
            self.title_room, f"{CLUSTERS.title} after {step}", f"clusters after {step}", step
        )

    def subtitle_now(self) -> str:
        return f"v: {'hide' if self.view.shows_way else 'show'} the ways" if self.view.trail else ""

    def picture(
        self, answer: Clusters, palette: Palette, width: int, height: int, unicode: bool
    ) -> list[Text]:
        trail = self.view.trail if self.view.shows_way else []
        return clusters.clusters(answer, palette, width, height, unicode, trail)

    def action_turn(self) -> None:
        """Show or hide the ways of the centres."""
        self.view.shows_way = not self.view.shows_way
        self.view.touched()


class NearestPanel(ViewPanel[ClustersView], can_focus=False):
    """What each cluster is made of."""

    concept = "adjusted_rand_index"
    kinds = (CLUSTERS.probe,)

    def title_now(self) -> str:
        return worded(
            self.title_room,
            "each cluster, and what lies nearest to its centre",
            "each cluster, nearest to its centre",
            "nearest to each centre",
        )

    def picture(
        self, answer: Clusters, palette: Palette, width: int, height: int, unicode: bool
    ) -> list[Text]:
        return clusters.nearest(answer, palette, width, height, unicode)
