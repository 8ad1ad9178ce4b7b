"""The panels of the training screen that are seen first, and what they ask the engine for."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from tuidl.compiler.graph import Graph
from tuidl.core.errors import TuidlError
from tuidl.preset.noise import answers_to_noise
from tuidl.preset.schema import Preset
from tuidl.protocol import probes
from tuidl.protocol.events import ProbeAnswer
from tuidl.tasks.choice import task_of
from tuidl.tui.renderers.moment import Moment
from tuidl.tui.renderers.spreads import has_spread
from tuidl.tui.session.display import Probe
from tuidl.tui.session.run import Run
from tuidl.tui.views.view import said
from tuidl.tui.widgets.chart import Chart
from tuidl.tui.widgets.closer import Closer, Spreads
from tuidl.tui.widgets.curves import curves_of
from tuidl.tui.widgets.layers import Layers
from tuidl.tui.widgets.picture import Picture
from tuidl.tui.widgets.summary import Summary
from tuidl.tui.widgets.time_line import Past, TimeStrip
from tuidl.verdicts.evidence import steps_done

BINS = 40
"""Of each histogram of weights."""


BESIDE = (Closer, Spreads)
"""The panels of the third column."""


class Overview(Vertical):
    """Curves with the time line below them; the task's picture and the layers; on a wide screen
    what there is no room for otherwise: the confusion matrix or the examples, and the weights of
    each layer. The screen's classes say how much room there is."""

    def __init__(self, preset: Preset, past: Past, name: str) -> None:
        super().__init__(id=name)
        self._preset, self._past = preset, past
        self._picture = task_of(preset).picture
        self._moments: dict[str, Moment] = {}

    def compose(self) -> ComposeResult:
        yield Summary(is_asked=not answers_to_noise(self._preset))
        with Horizontal():
            with Vertical(classes="column"):
                yield from curves_of(self._preset)
                yield TimeStrip(self._past)
            with Vertical(classes="column"):
                yield Picture(self._picture)
                yield Layers(id="layers")
            with Vertical(classes="column", id="wide"):
                if self._picture.probe == "predictions":
                    yield Closer()
                yield Spreads()

    def begin(self) -> None:
        """Forget the run before."""
        self._moments = {}
        for panel in self._answered:
            panel.begin()

    @property
    def _answered(self) -> list[Picture | Layers | Closer | Spreads]:
        """The panels that draw answers."""
        kinds = (Picture, Layers, *BESIDE)
        return [panel for panel in self.walk_children(Chart) if isinstance(panel, kinds)]

    @property
    def fills_three(self) -> bool:
        """Whether there is something for a third column."""
        try:
            nodes = Graph.build(self._preset).nodes
        except TuidlError:
            return True
        return has_spread(sum(node.parameter_count for node in nodes))

    @property
    def is_wide(self) -> bool:
        """Whether the third column is seen."""
        return bool(self.query_one("#wide").display)

    def probes(self) -> list[Probe]:
        """The probes whose answers the visible panels show."""
        wanted: list[Probe] = [(self._picture.probe, dict(self._picture.options))]
        if self.query_one(Layers).display:
            wanted.append(("layers", {"bins": BINS} if self.is_wide else {}))
        return wanted

    def take(self, frame: Run, answers: Sequence[ProbeAnswer], steps: int) -> None:
        """Draw from this moment of the run on, and what was answered at it."""
        now = Moment.of(frame)
        for event in answers:
            self._handle_answer(event, now, steps)
        for panel in self._answered:
            panel.shown, panel.moment = frame, said(panel, self._moments, now)

    def _handle_answer(self, event: ProbeAnswer, now: Moment, steps: int) -> None:
        self._moments[event.kind] = now
        if isinstance(event.answer, probes.Layers):
            panel = self.query_one(Layers)
            panel.answer, panel.step = event.answer, steps_done(event, steps)
            self.query_one(Spreads).answer = event.answer
        elif event.kind == self._picture.probe:
            for picture in (*self.query(Picture), *self.query(Closer)):
                picture.take(event.answer, event.error)

    def seen(self) -> list[Chart]:
        """The visible panels."""
        panels = self.walk_children(Chart)
        return [p for p in panels if p.display and (self.is_wide or not isinstance(p, BESIDE))]
