"""A view of the run: panels that ask and draw only while they are seen."""

from typing import Any, ClassVar

from textual.containers import Container

from tuidl.preset.schema import Preset
from tuidl.protocol import events
from tuidl.protocol.events import Event
from tuidl.tui.run import Run
from tuidl.tui.widgets.chart import Chart

Wanted = list[tuple[str, dict[str, Any]]]
"""Kinds of probes with their options."""


class View(Container):
    """Base of the views. ``name_shown`` stands on its tab, ``first`` is the panel that has the
    keys when the view is opened."""

    DEFAULT_CSS = "View { height: 1fr; width: 1fr; }"

    name_shown: ClassVar[str] = ""
    first: ClassVar[str] = ""

    def __init__(self, preset: Preset, **options: Any) -> None:
        super().__init__(**options)
        self.preset = preset
        self.shown = Run()
        self._stale = True

    def begin(self, run: Run, preset: Preset) -> None:
        """Show another run from its start."""
        self.shown, self.preset = run, preset
        self._stale = True

    def opened(self) -> None:
        """The view comes to be seen."""
        self._stale = True
        if self.first:
            for widget in self.query(self.first):
                widget.focus()

    def probes(self) -> Wanted:
        """What the panels that are seen want to know, again and again."""
        return []

    def take(self, event: Event) -> None:
        """Take in what the engine said; the run has it already."""
        if isinstance(event, events.ProbeAnswer):
            if event.answer is not None and self.answered(event):
                self._stale = True
        elif not isinstance(event, events.Progress):
            self._stale = True

    def answered(self, event: events.ProbeAnswer) -> bool:
        """Keep a probe's answer; whether it changes what is seen."""
        return False

    def touched(self) -> None:
        """A key changed what is to be seen: show it at once."""
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
