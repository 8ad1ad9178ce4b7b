"""A view of the run: panels that send probes and draw only while they are visible."""

from collections.abc import Callable
from typing import Any, ClassVar

from textual.containers import Container

from tuidl.preset.schema import Preset
from tuidl.protocol import events
from tuidl.protocol.commands import Command
from tuidl.protocol.events import Event
from tuidl.tui.session.run import Run
from tuidl.tui.widgets.chart import Chart

Send = Callable[[Command], None]
"""What sends a command to the engine."""
Wanted = list[tuple[str, dict[str, Any]]]
"""Kinds of probes with their options."""


class View(Container):
    """Base of the views. ``name_shown`` stands on its tab, ``first`` is the panel that has the
    keys when the view is opened."""

    DEFAULT_CSS = "View { height: 1fr; width: 1fr; }"

    name_shown: ClassVar[str] = ""
    first: ClassVar[str] = ""

    def __init__(self, preset: Preset, send: Send, **options: Any) -> None:
        super().__init__(**options)
        self.preset, self.send = preset, send
        self.shown = Run()
        self._stale = True

    def begin(self, run: Run, preset: Preset) -> None:
        """Show another run from its start."""
        self.shown, self.preset = run, preset
        self._stale = True

    def opened(self) -> None:
        """Called when the view becomes visible."""
        self._stale = True
        if self.first:
            for widget in self.query(self.first):
                widget.focus()

    def probes(self) -> Wanted:
        """The probes whose answers the visible panels show."""
        return []

    def handle(self, event: Event) -> None:
        """Show an event of the engine, after the run has taken it in."""
        if isinstance(event, events.ProbeAnswer):
            if self.handle_answer(event):
                self._stale = True
        elif not isinstance(event, events.Progress):
            self._stale = True

    def handle_answer(self, event: events.ProbeAnswer) -> bool:
        """Keep a probe's answer or error; True if the view has to be drawn again."""
        return False

    def touched(self) -> None:
        """Draw at once after a key changed the view."""
        self._stale = True
        self.draw()

    def draw(self) -> None:
        """Draw the panels again if there is something new."""
        if not self._stale:
            return
        self._stale = False
        for chart in self.query(Chart):
            if chart.display:
                chart.changed()
