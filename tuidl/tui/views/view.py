"""A view of the run: panels that send probes and draw only while they are visible."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from textual.containers import Container
from textual.message import Message

from tuidl.preset.schema import Preset
from tuidl.protocol import events
from tuidl.protocol.commands import PRESET, Command
from tuidl.protocol.events import Event
from tuidl.tui.renderers.moment import Moment
from tuidl.tui.session.run import Run
from tuidl.tui.widgets.chart import Chart

Send = Callable[[Command], None]
"""What sends a command to the engine."""
Wanted = list[tuple[str, dict[str, Any]]]
"""Kinds of probes with their options."""


AT_ONCE = ("decoded_code",)
"""Probes that a view asks for by itself, whose answers it gets as they come, beside the frames."""


class View(Container):
    """Base of the views. ``name_shown`` stands on its tab, ``first`` is the panel that has the
    keys when the view is opened."""

    class Hurry(Message):
        """A key wants an answer of the engine, now."""

    DEFAULT_CSS = "View { height: 1fr; width: 1fr; }"

    name_shown: str = ""
    first: ClassVar[str] = ""

    def __init__(self, preset: Preset, send: Send, **options: Any) -> None:
        super().__init__(**options)
        self.preset, self.send = preset, send
        self.shown = self.frame = Run()
        """The run as it is, and at the moment that is drawn."""
        self.moments: dict[str, Moment] = {}
        """Of the answers, by kind of probe."""

    def begin(self, run: Run, preset: Preset) -> None:
        """Show another run from its start."""
        self.shown, self.preset = run, preset
        self.moments = {}

    @property
    def in_force(self) -> Preset:
        """The preset, or what it was last changed to."""
        texts = [edit.preset for edit in self.shown.edits if edit.key == PRESET and edit.preset]
        return Preset.parse(texts[-1]) if texts else self.preset

    def opened(self) -> None:
        """Called when the view becomes visible."""
        if self.first:
            for widget in self.query(self.first):
                self.screen.set_focus(widget)  # at once: the next key is for it

    def probes(self) -> Wanted:
        """The probes whose answers the visible panels show."""
        return []

    def handle(self, event: Event) -> None:
        """Take in an event of the engine, after the run has; answers come by ``take``."""

    def take(self, frame: Run, answers: Sequence[events.ProbeAnswer]) -> None:
        """Draw from this moment of the run on, and what was answered at it."""
        self.frame, now = frame, Moment.of(frame)
        for event in answers:
            if self.handle_answer(event):
                self.moments[event.kind] = now
        for chart in self.charts():
            chart.moment = said(chart, self.moments, now)

    def handle_answer(self, event: events.ProbeAnswer) -> bool:
        """Keep a probe's answer or error; True if there is something new to draw."""
        return False

    def seen(self) -> list[Chart]:
        """The visible panels."""
        return [chart for chart in self.charts() if chart.display]

    def charts(self) -> list[Chart]:
        """All panels."""
        return self.walk_children(Chart)

    def touched(self) -> None:
        """Draw at once after a key changed the view."""
        for chart in self.seen():
            chart.changed()


def said(chart: Chart, moments: dict[str, Moment], now: Moment) -> str:
    """When the answers that a panel draws were so, in words; a stale one counts first."""
    found = [moments[kind] for kind in chart.kinds if kind in moments]
    stale = [moment for moment in found if moment != now]
    return (stale or found)[0].against(now) if found else ""
