"""The layers: a list with live bars, their gradients over time, and the inside of one of them."""

from typing import Any, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.events import Click

from tuidl.charts.gradients import gradient_curves
from tuidl.charts.layer_list import LayerRow, layer_at, layer_list
from tuidl.charts.palette import Palette
from tuidl.compiler.graph import Graph
from tuidl.core.errors import TuidlError
from tuidl.preset.schema import Preset
from tuidl.protocol.events import ProbeAnswer
from tuidl.protocol.probes import FeatureMaps, Filters, Histograms, Layers, Weights
from tuidl.tui.renderers import layers as pictures
from tuidl.tui.renderers.waiting import awaited_scores
from tuidl.tui.session.run import Run
from tuidl.tui.terminal.plain import plain
from tuidl.tui.views.view import Send, View, Wanted
from tuidl.tui.widgets.chart import Chart, centred
from tuidl.tui.widgets.picture import unanswered
from tuidl.verdicts import Finding
from tuidl.verdicts.evidence import steps_done
from tuidl.verdicts.layers import RULES_OF_LAYERS, dead_networks

LayerAnswer = Histograms | Filters | FeatureMaps | Weights
OF_ONE_LAYER = ("histograms", "filters", "feature_maps", "weights")
FRAME = 2
PAGES = ("Inside", "Spread", "Gradients")
"""Panels that share a place where there is no room for all."""


class LayersView(View):
    """Which layer is selected, and what is known of all."""

    name_shown: str = "layers"
    first: ClassVar[str] = "LayerList"
    BINDINGS: ClassVar = [
        Binding("v", "page", "Turn the page", show=False),
        Binding("left,I", "image(-1)", "Image", show=False),
        Binding("right,i", "image(1)", "Image", show=False),
    ]
    SCOPED_CSS = False  # the screen's classes say how much room there is
    DEFAULT_CSS = """
    LayersView Chart { height: 1fr; }
    LayersView LayerList { max-height: 60%; }
    .-narrow LayersView LayerList, .-low LayersView LayerList { max-height: 100%; }
    LayersView Vertical { width: 1fr; }
    .-narrow LayersView Gradients, .-low LayersView Gradients { display: none; }
    .-narrow LayersView .page, .-low LayersView .page { display: none; }
    .-narrow LayersView .page.-open, .-low LayersView .page.-open { display: block; }
    """

    def __init__(self, preset: Preset, send: Send, **options: Any) -> None:
        super().__init__(preset, send, **options)
        self.selected, self.image, self._page = 0, 0, 0
        self._forget()

    def _forget(self) -> None:
        self.rows: list[LayerRow] = []
        self.answers: dict[str, LayerAnswer] = {}
        """Of the probes about one layer, by kind."""
        self.problems: dict[str, str] = {}
        """Why there is no answer, by kind."""
        try:
            self.graph: Graph | None = Graph.build(self.preset)
        except TuidlError:
            self.graph = None

    def compose(self) -> ComposeResult:
        with Horizontal():
            with Vertical():
                yield LayerList(self, "activations and their gradients")
                yield Gradients(
                    self, "length of the gradient of each layer's weights", classes="page"
                )
            with Vertical():
                yield Inside(self, "inside", classes="page -open")
                yield Spread(self, "spread", classes="page")

    def begin(self, run: Run, preset: Preset) -> None:
        super().begin(run, preset)
        self._forget()

    @property
    def name_selected(self) -> str:
        """The selected layer's name; empty before any is known."""
        return self.rows[self.selected].name if self.rows else ""

    @property
    def kind_selected(self) -> str:
        """``maps`` for convolutions, ``weights`` for what has a matrix, empty for the rest."""
        nodes = self.graph.nodes if self.graph else ()
        node = next((node for node in nodes if node.name == self.name_selected), None)
        if node is None:
            return ""
        if node.layer.kind() in ("conv2d", "conv1d", "conv2d_transpose"):
            return "maps"
        return "weights" if any(len(p.shape) == 2 for p in node.parameters) else ""

    def probes(self) -> Wanted:
        wanted: Wanted = [("layers", {})]
        name, kind = self.name_selected, self.kind_selected
        if not name:
            return wanted
        if self.query_one(Spread).display:
            wanted.append(("histograms", {"layer": name}))
        if self.query_one(Inside).display:
            wanted += self._inside(name, kind)
        return wanted

    def _inside(self, name: str, kind: str) -> Wanted:
        if kind == "maps":
            image = {"layer": name, "example": self.image}
            return [("filters", {"layer": name}), ("feature_maps", image)]
        return [("weights", {"layer": name})] if kind == "weights" else []

    def handle_answer(self, event: ProbeAnswer) -> bool:
        answer = event.answer
        if event.error is not None and event.kind in OF_ONE_LAYER:
            self.problems[event.kind] = event.error
            return True
        if isinstance(answer, Layers):
            done = steps_done(event, self.frame.steps)
            self.rows = pictures.layer_rows(answer, self.graph, done)
            self.selected = min(self.selected, max(len(self.rows) - 1, 0))
            self._fit()
            return True
        if not isinstance(answer, Histograms | Filters | FeatureMaps | Weights):
            return False
        if not answer.layer or answer.layer != self.name_selected:
            return False
        self.answers[event.kind] = answer
        self.problems.pop(event.kind, None)
        return True

    def _fit(self) -> None:
        """Give the list the lines that it has, and the curves below it the rest."""
        lines = len(self.rows) + sum(bool(row.warning) for row in self.rows)
        lines += 2 * any("@" in row.name for row in self.rows)  # what such names stand for
        both = self.query_one(Gradients).display
        self.query_one(LayerList).styles.height = lines + 1 + FRAME if both else "1fr"

    def select(self, way: int) -> None:
        """The next layer, or one before."""
        if self.rows:
            self.selected = (self.selected + way) % len(self.rows)
            self.answers, self.problems = {}, {}
            self.touched()

    def action_image(self, way: int) -> None:
        self.image = max(self.image + way, 0)
        self.touched()

    def action_page(self) -> None:
        """Show the next of the panels that share a place."""
        self._page = (self._page + 1) % len(PAGES)
        for i, name in enumerate(PAGES):
            self.query_one(name).set_class(i == self._page, "-open")
        self.touched()


class LayersPart(Chart):
    """A panel of the view, which knows what is shown."""

    def __init__(self, view: LayersView, title: str, classes: str = "") -> None:
        super().__init__(classes=classes)
        self.view, self.border_title = view, plain(title)

    @property
    def findings(self) -> list[Finding]:
        return self.view.frame.findings


class LayerList(LayersPart):
    """The layers; arrows select one."""

    concept = "vanishing_gradient"
    kinds = ("layers",)
    rules = RULES_OF_LAYERS
    BINDINGS: ClassVar = [
        Binding("up", "select(-1)", "Layer", show=False),
        Binding("down", "select(1)", "Layer", show=False),
    ]

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        if not self.view.rows:
            return unanswered(None, self.view.frame, palette, width, height)
        return layer_list(
            self.view.rows, palette, width, height, selected=self.view.selected, unicode=unicode
        )

    def action_select(self, way: int) -> None:
        self.view.select(way)

    def on_click(self, event: Click) -> None:
        place, rows, selected = event.get_content_offset(self), self.view.rows, self.view.selected
        if place is None:
            return
        number = layer_at(rows, selected, self.content_size.height, place.y)
        if number is not None:
            self.view.select(number - selected)


class Gradients(LayersPart, can_focus=False):
    """Lengths of gradients over the epochs."""

    concept = "vanishing_gradient"

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        run = self.view.frame
        series = run.history.series
        fold = f"fold {run.fold} " if run.fold else ""
        start = f"{fold}gradient "
        lines = [(name.removeprefix(start), found) for name, found in series.items()
                 if name.startswith(start)]  # fmt: skip
        if not lines:
            return centred(awaited_scores(run), palette, width, height)
        chosen = self.view.name_selected
        return gradient_curves(
            lines, palette, width, height,
            selected=chosen, dead=dead_networks(run.evidence), unicode=unicode,
        )  # fmt: skip


class Spread(LayersPart, can_focus=False):
    """Histograms of the selected layer."""

    kinds = ("histograms",)

    def title_now(self) -> str:
        name = self.view.name_selected
        return f"{name}: spread of its numbers" if name else "spread"

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        answer = self.view.answers.get("histograms")
        if (problem := self.view.problems.get("histograms")) and self.view.rows:
            return unanswered(problem, self.view.frame, palette, width, height)
        if not isinstance(answer, Histograms):
            return unanswered(None, self.view.frame, palette, width, height)
        return pictures.spread(answer, palette, width, height, unicode)


class Inside(LayersPart, can_focus=False):
    """Filters and what they find, or weights."""

    kinds = ("filters", "feature_maps", "weights")

    def title_now(self) -> str:
        titles = {"maps": "looks for, and finds", "weights": "weights", "": "inside"}
        name = self.view.name_selected
        return f"{name}: {titles[self.view.kind_selected]}" if name else "inside"

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        answers, kind = self.view.answers, self.view.kind_selected
        wanted = ("filters", "feature_maps") if kind == "maps" else ("weights",)
        problem = next((self.view.problems[k] for k in wanted if k in self.view.problems), None)
        if problem and self.view.rows:
            return unanswered(problem, self.view.frame, palette, width, height)
        filters, found = answers.get("filters"), answers.get("feature_maps")
        if isinstance(filters, Filters) and isinstance(found, FeatureMaps):
            return pictures.maps(filters, found, palette, width, height, unicode)
        if isinstance(weights := answers.get("weights"), Weights) and kind == "weights":
            return pictures.weights(weights, palette, width, height, unicode)
        if self.view.rows and not kind:
            return centred("no weights in this layer", palette, width, height)
        return unanswered(None, self.view.frame, palette, width, height)
