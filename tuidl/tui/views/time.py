"""The run's past: a time line under the curves, and what the network was at any step."""

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from tuidl.preset.schema import Preset
from tuidl.protocol import commands, events
from tuidl.protocol.events import Event
from tuidl.protocol.moment_text import compared_lines
from tuidl.protocol.moments import Moment, MomentsCompared
from tuidl.tasks.choice import task_of
from tuidl.tui.messages import ForkWanted, TextFound
from tuidl.tui.session.run import Run
from tuidl.tui.session.seeking import Seeker
from tuidl.tui.views.view import Send, View, Wanted
from tuidl.tui.widgets.curves import Curves, loss_title
from tuidl.tui.widgets.picture import Picture
from tuidl.tui.widgets.time_line import TimeLine

FRAMES = 10
"""Moments a second at most, while the past is played."""
WHOLE = 20.0
"""Seconds in which all of it is played at first."""


class TimeView(View):
    """Where one looks (``seeker``), the two ``marks``, and how fast the past is played."""

    name_shown: ClassVar[str] = "time"
    first: ClassVar[str] = "TimeLine"
    SCOPED_CSS = False  # the screen's classes say how much room there is
    DEFAULT_CSS = """
    TimeView Chart { height: 1fr; width: 1fr; }
    .-narrow TimeView Horizontal { layout: vertical; }
    """

    def __init__(self, preset: Preset, send: Send, **options: Any) -> None:
        super().__init__(preset, send, **options)
        self.seeker = Seeker(send)
        self.marks: dict[str, int] = {}
        self.speed: float | None = None
        """Steps a second; None while nothing is played."""
        self._last_speed: float | None = None
        self._position = 0.0
        self._picture = task_of(preset).picture

    def compose(self) -> ComposeResult:
        with Vertical():
            with Horizontal():
                yield Curves("loss", "past-loss", loss_title(self.preset))
                yield Picture(self._picture, "past-picture")
            yield TimeLine(self)

    def on_mount(self) -> None:
        self.set_interval(1 / FRAMES, self._play)

    def begin(self, run: Run, preset: Preset) -> None:
        super().begin(run, preset)
        self.seeker.begin()
        self.marks, self.speed, self._last_speed = {}, None, None
        for picture in self.query(Picture):
            picture.begin()

    def probes(self) -> Wanted:
        return [(self._picture.probe, dict(self._picture.options))]

    def take(self, frame: Run, answers: Sequence[events.ProbeAnswer]) -> None:
        super().take(frame, answers)
        for picture in self.query(Picture):
            picture.shown = frame

    def handle_answer(self, event: events.ProbeAnswer) -> bool:
        if event.kind != self._picture.probe:
            return False
        for picture in self.query(Picture):
            picture.take(event.answer, event.error)
        return True

    def handle(self, event: Event) -> None:
        match event:
            case Moment():
                self.seeker.handle(event)
                if event.is_present:
                    self.speed = None
            case events.Refused():
                self.seeker.refused()
                self.speed = None
            case MomentsCompared(compared=compared):
                self.post_message(TextFound("two moments", "\n".join(compared_lines(compared))))
            case _:
                return
        for line in self.query(TimeLine):
            line.changed()

    # --- what keys do -----------------------------------------------------------------------------

    @property
    def newest(self) -> int:
        """Steps that the run has done."""
        return self.shown.updates

    @property
    def here(self) -> int:
        """The step that is seen, or will be."""
        return self.newest if self.seeker.wanted is None else self.seeker.wanted

    def seek(self, step: float) -> None:
        """See another step; the last one is the present."""
        step = min(max(round(step), 0), self.newest)
        self.seeker.seek(None if step == self.newest else step)
        self.query_one(TimeLine).changed()

    def play(self) -> None:
        """Play the past from where one looks, from its start at the end; or stop."""
        if self.speed is not None:
            self.speed = None
        else:
            self.speed = self._last_speed or max(self.newest / WHOLE, 1.0)
            self._position = float(0 if self.here == self.newest else self.here)
            self.seek(self._position)
        self.query_one(TimeLine).changed()

    def change_speed(self, way: int) -> None:
        before = self.speed or self._last_speed or max(self.newest / WHOLE, 1.0)
        self._last_speed = before * 2.0**way
        self.speed = self._last_speed if self.speed is not None else None
        self.query_one(TimeLine).changed()

    def _play(self) -> None:
        """See the next moment, once the one before is seen."""
        if self.speed is None or self.seeker.is_awaited:
            return
        self._position += self.speed / FRAMES
        if self._position >= self.newest:
            self.speed = None
            self._position = float(self.newest)
        self.seek(self._position)

    def mark(self, name: str) -> None:
        self.marks[name] = self.here
        self.query_one(TimeLine).changed()

    def compare(self) -> None:
        if len(self.marks) < 2:
            self.notify("a and b mark the two moments to compare")
            return
        first, second = sorted(self.marks.values())
        self.send(commands.Compare(first=first, second=second))

    def fork(self) -> None:
        """Have another run begin where one looks, at a rate that is asked for."""
        rate = None if self.preset.objectives else self.frame.learning_rate
        self.post_message(ForkWanted(self.here, rate, is_free=not self.preset.objectives))
