"""The run's past: a time line under the curves, and what the network was at any step."""

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from tuidl.charts.curve import Curve
from tuidl.charts.grid import worded
from tuidl.preset.schema import Preset
from tuidl.protocol import commands, events
from tuidl.protocol.events import Event
from tuidl.protocol.moment_text import compared_lines
from tuidl.protocol.moments import Moment, MomentsCompared
from tuidl.tasks.choice import task_of
from tuidl.tui.messages import ForkWanted, RaceJoined, TextFound
from tuidl.tui.session.rival import Rival
from tuidl.tui.session.run import Phase, Run
from tuidl.tui.session.seeking import Seeker
from tuidl.tui.views.view import Send, View, Wanted
from tuidl.tui.widgets.curves import Curves, loss_title
from tuidl.tui.widgets.picture import Picture
from tuidl.tui.widgets.time_line import StepLine, TimeLine

FRAMES = 10
"""Moments a second at most, while the past is played."""
WHOLE = 20.0
"""Seconds in which all of it is played at first."""


class TimeView(View):
    """Where one looks (``seeker``), the two ``marks``, and how fast the past is played."""

    name_shown: str = "time"
    first: ClassVar[str] = "TimeLine"
    SCOPED_CSS = False  # the screen's classes say how much room there is
    DEFAULT_CSS = """
    TimeView Chart { height: 1fr; width: 1fr; }
    .-narrow TimeView .top { layout: vertical; }
    TimeView .pictures { width: 1fr; height: 1fr; }
    TimeView.-race .pictures { width: 2fr; }
    .-narrow TimeView.-race .pictures { width: 1fr; }
    TimeView #rival-picture { display: none; }
    TimeView.-race #rival-picture { display: block; }
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
        self.rival: Rival | None = None
        self._has_joined = False

    def compose(self) -> ComposeResult:
        with Vertical():
            with Horizontal(classes="top"):
                yield PastCurves("loss", "past-loss", loss_title(self.preset))
                with Horizontal(classes="pictures"):
                    yield LanePicture(self._picture, "past-picture")
                    yield LanePicture(self._picture, "rival-picture")
            yield TimeLine(self)

    def on_mount(self) -> None:
        self.set_interval(1 / FRAMES, self._play)

    def begin(self, run: Run, preset: Preset) -> None:
        super().begin(run, preset)
        self.seeker.begin()
        self.marks, self.speed, self._last_speed = {}, None, None
        for picture in self.query(Picture):
            picture.begin()
        self.end_race()

    def probes(self) -> Wanted:
        return [(self._picture.probe, dict(self._picture.options))]

    def take(self, frame: Run, answers: Sequence[events.ProbeAnswer]) -> None:
        super().take(frame, answers)
        self.query_one("#past-picture", Picture).shown = frame

    def handle_answer(self, event: events.ProbeAnswer) -> bool:
        if event.kind != self._picture.probe:
            return False
        self.query_one("#past-picture", Picture).take(event.answer, event.error)
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
        self._redraw_lines()

    def _redraw_lines(self) -> None:
        """The time line here, and the strip on the overview."""
        for line in self.screen.query(StepLine):
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
        """See another step; the last one is the present. Nothing where there is none yet: the run
        would pause for it."""
        if not self.newest:
            return
        step = min(max(round(step), 0), self.newest)
        self.seeker.seek(None if step == self.newest else step)
        self._redraw_lines()

    def play(self) -> None:
        """Play the past from where one looks, from its start at the end; or stop."""
        if self.speed is not None:
            self.speed = None
        else:
            self.speed = self._last_speed or max(self.newest / WHOLE, 1.0)
            self._position = float(0 if self.here == self.newest else self.here)
            self.seek(self._position)
        self._redraw_lines()

    def change_speed(self, way: int) -> None:
        before = self.speed or self._last_speed or max(self.newest / WHOLE, 1.0)
        self._last_speed = before * 2.0**way
        self.speed = self._last_speed if self.speed is not None else None
        self._redraw_lines()

    def _play(self) -> None:
        """See the next moment, once the one before is seen; in a race, that of the rival."""
        if self.rival is not None:
            self.rival.session.ask()
            self._follow(self.rival)
        if self.speed is None or self.seeker.is_awaited:
            return
        self._position += self.speed / FRAMES
        if self._position >= self.newest:
            self.speed = None
            self._position = float(self.newest)
        self.seek(self._position)

    def mark(self, name: str) -> None:
        self.marks[name] = self.here
        self._redraw_lines()

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

    # --- a race -----------------------------------------------------------------------------------

    def race(self, rival: Rival) -> None:
        """Show another run beside this one, both at the same step: this one's past follows, and
        from its last step on both train."""
        self.end_race()
        self.rival, self._has_joined = rival, False
        rival.on_frame = self._rival_stands
        self.add_class("-race")
        self._name_lanes("this run", "fork")

    def end_race(self) -> None:
        """The rival is saved, and goes on another time."""
        rival, self.rival = self.rival, None
        self.remove_class("-race")
        self._name_lanes("", "")
        for curves in self.query(PastCurves):
            curves.rival = None
        if rival is not None:
            self.app.run_worker(rival.close(), group="race")

    def _name_lanes(self, *names: str) -> None:
        for picture, name in zip(self.query(LanePicture), names, strict=False):
            picture.lane = name

    async def on_unmount(self) -> None:
        if self.rival is not None:
            await self.rival.close()

    def _follow(self, rival: Rival) -> None:
        """See this run at the rival's step; where the rival has caught up with it, train it."""
        step = rival.shown.updates
        if not step or self.seeker.is_awaited or self.shown.goes:
            return
        if step >= self.newest and rival.pace and not (self._has_joined or self.shown.is_over):
            self._has_joined = True
            self.seek(self.newest)
            self.post_message(RaceJoined(rival.pace))
        elif min(step, self.newest) != self.here:
            self.seek(min(step, self.newest))

    def _rival_stands(self, frame: Run, answers: list[events.ProbeAnswer]) -> None:
        picture = self.query_one("#rival-picture", Picture)
        picture.shown = frame
        for event in answers:
            picture.take(event.answer, event.error)
        picture.moment = f"epoch {frame.epoch}, step {frame.step}"
        curves = self.query_one(PastCurves)
        curves.rival = frame
        for chart in (picture, curves):
            chart.changed()
        self._redraw_lines()

    @property
    def race_words(self) -> str:
        """How the rival stands, and this run beside it."""
        if self.rival is None:
            return ""
        frame = self.rival.frame
        if frame.error:
            return f"fork: {frame.error}"
        phase = "" if frame.phase is Phase.RUNNING else f" ({frame.phase.value})"
        words = [f"fork{phase}: step {frame.updates:,}, rate {frame.learning_rate or 0:.3g}"]
        loss = frame.validation.get("loss", frame.train.get("loss"))
        part = "validation" if "loss" in frame.validation else "training"
        if loss is not None:
            words.append(f"{part} after epoch {frame.epochs_done}: loss {loss:.4g}")
        return ", ".join(words)


class LanePicture(Picture):
    """``lane``: which of two runs it is of."""

    lane: str = ""

    def title_now(self) -> str:
        title = super().title_now()
        return worded(self.title_room, f"{self.lane}: {title}", self.lane) if self.lane else title


class PastCurves(Curves):
    """The curves of both runs, where there are two."""

    rival: Run | None = None

    def _lines(self) -> list[Curve]:
        lines, rival = super()._lines(), self.rival
        if rival is not None:
            roles = {"validation": "series 3", "train": "series 5"}
            lines += [
                Curve(f"fork {part}", rival.history.series[name], role)
                for part, role in roles.items()
                if (name := f"{part} {self.measure}") in rival.history.series
            ]
        return lines
