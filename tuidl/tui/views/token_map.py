"""The map of a network's tokens: a panel, and a view of its own."""

from typing import ClassVar, Protocol

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding

from tuidl.charts.palette import Palette
from tuidl.preset.schema import Preset
from tuidl.protocol.events import ProbeAnswer
from tuidl.protocol.text_answers import EmbeddingMap
from tuidl.tui.renderers import sample
from tuidl.tui.session.run import Run
from tuidl.tui.views.view import Send, View, Wanted
from tuidl.tui.widgets.chart import Chart
from tuidl.tui.widgets.picture import unanswered


class HasMap(Protocol):
    """A view with a map."""

    map: EmbeddingMap | None
    map_problem: str | None
    frame: Run


class MapPanel(Chart, can_focus=False):
    """The embedding along its two principal components."""

    concept = "embedding"
    kinds = ("embedding_map",)

    def __init__(self, view: HasMap) -> None:
        super().__init__()
        self.view = view

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        answer = self.view.map
        if answer is None:
            return unanswered(self.view.map_problem, self.view.frame, palette, width, height)
        return sample.embedding_map(answer, palette, width, height, unicode)

    def title_now(self) -> str:
        name = f"{self.view.map.layer}: " if self.view.map else ""
        used = "used" if self.view.map is None or self.view.map.what == "tokens" else "liked"
        return f"{name}what is {used} alike lies together"


class MapView(View):
    """The map of tokens as large as the screen; arrows choose the one whose nearest are named."""

    first: ClassVar[str] = "MapPanel"
    BINDINGS: ClassVar = [
        Binding("left,up", "choose(-1)", "token", show=False),
        Binding("right,down", "choose(1)", "token"),
        Binding("pageup", "choose(-10)", "token", show=False),
        Binding("pagedown", "choose(10)", "token", show=False),
    ]
    DEFAULT_CSS = "MapView Chart { height: 1fr; }"

    def __init__(self, preset: Preset, send: Send) -> None:
        super().__init__(preset, send)
        self.map: EmbeddingMap | None = None
        self.map_problem: str | None = None
        self.token = ""

    def compose(self) -> ComposeResult:
        panel = MapPanel(self)
        panel.can_focus = True
        yield panel

    def begin(self, run: Run, preset: Preset) -> None:
        super().begin(run, preset)
        self.map, self.map_problem = None, None

    def probes(self) -> Wanted:
        return [("embedding_map", {"token": self.token})]

    def handle_answer(self, event: ProbeAnswer) -> bool:
        if event.kind != "embedding_map":
            return False
        self.map = event.answer if isinstance(event.answer, EmbeddingMap) else None
        self.map_problem = event.error
        return True

    def action_choose(self, way: int) -> None:
        """Another token, in the order of the vocabulary."""
        if self.map is None:
            return
        names = self.map.tokens
        here = names.index(self.token) if self.token in names else 0
        self.token = names[(here + way) % len(names)]
        self.touched()
