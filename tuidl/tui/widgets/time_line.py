"""The time line: a run's steps to go back to, with keys and mouse."""

import textwrap
from typing import ClassVar, Protocol

from rich.text import Text
from textual.actions import SkipAction
from textual.binding import Binding
from textual.events import MouseDown, MouseMove, MouseUp

from tuidl.charts.hstack import hstack
from tuidl.charts.palette import Palette
from tuidl.charts.time_line import TimeMark, step_at, time_line
from tuidl.glossary.pages import Line
from tuidl.protocol.moment_text import how_text
from tuidl.tui.session.run import Run
from tuidl.tui.session.seeking import Seeker
from tuidl.tui.widgets.chart import Chart

KEYS = "←→ step · ⇧ epoch · pgup pgdn 5% · a b mark · k compare · n fork · esc now"


ABOUT = (
    "Every step of the run, from its start to now (▲). Any of them can be seen again: the network "
    "of that step is computed from the nearest snapshot that was kept, to the same bits, and all "
    "panels show what was so then.",
    "In view 5 left and right go a step, with shift an epoch, page up and page down a twentieth of "
    "the run, home to its start, esc back to now; space plays, < and > slower and faster. With the "
    "mouse: click or drag.",
    "a and b mark two moments, k compares them. n begins another run where you look, at a rate of "
    "your choice: both race side by side. ◆ marks a change that was made while it trained.",
)
WORDS = 27
"""Cells of the words beside the strip."""


class Past(Protocol):
    """What the line shows and moves: a run whose steps can be seen again. ``here``: the step that
    is seen or will be, of ``newest``; ``speed``: in steps a second, while it is played."""

    seeker: Seeker
    marks: dict[str, int]
    speed: float | None
    shown: Run
    frame: Run

    @property
    def newest(self) -> int: ...
    @property
    def here(self) -> int: ...
    @property
    def race_words(self) -> str: ...
    def seek(self, step: float) -> None: ...
    def play(self) -> None: ...
    def change_speed(self, way: int) -> None: ...
    def mark(self, name: str) -> None: ...
    def compare(self) -> None: ...
    def fork(self) -> None: ...


class StepLine(Chart):
    """The steps of the run that ``view`` knows as a line: one that is clicked at, or dragged to, is
    seen on all panels."""

    def __init__(self, view: Past, name: str) -> None:
        super().__init__(id=name)
        self.view = view
        self._is_dragged = False

    def about(self, width: int) -> list[Line]:
        texts = [Line(text, "text") for part in ABOUT for text in textwrap.wrap(part, width)]
        return [Line("Time line", "title"), *texts]

    def _line(self, palette: Palette, width: int, unicode: bool) -> list[Text]:
        """Two lines: live edits, marks and the newest step above all steps."""
        view = self.view
        marks = [
            TimeMark((edit.epoch - 1) * view.shown.steps + edit.step, "◆", "validation")
            for edit in view.shown.edits
        ]
        marks.append(TimeMark(view.newest, "▲", "good"))
        marks += [TimeMark(step, name, "accent") for name, step in view.marks.items()]
        return time_line(view.newest, view.here, palette, width, marks=marks, unicode=unicode)

    def on_mouse_down(self, event: MouseDown) -> None:
        self._is_dragged = True
        self.capture_mouse()
        self._point_at(event)

    def on_mouse_move(self, event: MouseMove) -> None:
        if self._is_dragged:
            self._point_at(event)

    def on_mouse_up(self, event: MouseUp) -> None:
        self._is_dragged = False
        self.release_mouse()

    def _point_at(self, event: MouseDown | MouseMove) -> None:
        cell = event.x - self.gutter.left
        self.view.speed = None
        self.view.seek(step_at(cell, self.view.newest, self._cells(self.content_size.width)))

    def _cells(self, width: int) -> int:
        """Of the line."""
        return width


class TimeLine(StepLine):
    """With keys, and with what is known of the moment that is seen."""

    BINDINGS: ClassVar = [
        Binding("space", "play", "play"),
        Binding("left", "move(-1)", "back"),
        Binding("right", "move(1)", "on"),
        Binding("shift+left", "epoch(-1)", "An epoch back", show=False),
        Binding("shift+right", "epoch(1)", "An epoch on", show=False),
        Binding("pageup", "share(-1)", "5% back", show=False),
        Binding("pagedown", "share(1)", "5% on", show=False),
        Binding("home", "go(0)", "First step", show=False),
        Binding("end,escape", "now", "now"),
        Binding("less_than_sign", "speed(-1)", "Slower", show=False),
        Binding("greater_than_sign", "speed(1)", "Faster", show=False),
        Binding("a", "mark('a')", "Mark", show=False),
        Binding("b", "mark('b')", "Mark", show=False),
        Binding("k", "compare", "compare"),
        Binding("n", "fork", "fork"),
    ]

    def __init__(self, view: Past) -> None:
        super().__init__(view, "time-line")
        self.border_title = "time line"

    def subtitle_now(self) -> str | None:
        return KEYS

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        view = self.view
        if not view.newest:
            words = ["space trains; then every step can be seen again here"]
        else:
            words = self._words()
        line = self._line(palette, width, unicode)
        rows = [*line, *(Text(text[:width], palette.style("muted")) for text in words)]
        return [*rows, *[Text("")] * height][:height]

    def _words(self) -> list[str]:
        """The moment that all panels show, how it was reached, and what else goes on."""
        view, moment, past = self.view, self.view.seeker.moment, self.view.frame.past
        how, going = "", ""
        if past is None:
            first = f"now: step {view.newest:,}; ← goes back, space plays from the start"
        else:
            place = f"epoch {past.epoch}, step {past.step} of {past.steps}"
            first = f"step {past.updates:,} ({place}) of {view.newest:,}"
            if moment is not None and moment.updates == past.updates:
                how = how_text(moment)
        if view.seeker.is_awaited and view.seeker.wanted is not None:
            going = f"; going to step {view.seeker.wanted:,}"
        marks = " · ".join(f"{name}: step {step:,}" for name, step in sorted(view.marks.items()))
        playing = f"playing {view.speed:,.3g} steps/s (< >)" if view.speed is not None else ""
        more = " · ".join(filter(None, (playing, marks)))
        return [f"{first}{going}", view.race_words or how, more]

    def hint(self, action: str) -> str | None:
        """What a key does now; nothing before there are steps, or marks, that it needs, but that
        space trains."""
        view = self.view
        if not view.newest:
            going = "pause" if view.shown.goes else "train"
            return ("train again" if view.shown.is_over else going) if action == "play" else ""
        is_back = view.here < view.newest
        words = {
            "play": "stop" if view.speed is not None else "play",
            "now": "now" if is_back else "",
            "compare": "compare" if len(view.marks) > 1 else "",
        }
        return words.get(action)

    def action_move(self, way: int) -> None:
        self.view.seek(self.view.here + way)

    def action_epoch(self, way: int) -> None:
        self.view.seek(self.view.here + way * max(self.view.shown.steps, 1))

    def action_share(self, way: int) -> None:
        self.view.seek(self.view.here + way * max(self.view.newest / 20, 1))

    def action_go(self, step: int) -> None:
        self.view.seek(step)

    def action_now(self) -> None:
        self.view.seek(self.view.newest)

    def action_play(self) -> None:
        if not self.view.newest:
            raise SkipAction  # what the screen does with the key
        self.view.play()

    def action_speed(self, way: int) -> None:
        self.view.change_speed(way)

    def action_mark(self, name: str) -> None:
        self.view.mark(name)

    def action_compare(self) -> None:
        self.view.compare()

    def action_fork(self) -> None:
        if self.view.newest:
            self.view.fork()


class TimeStrip(StepLine, can_focus=False):
    """The same in two lines, for the mouse; view 5 has the keys."""

    def __init__(self, view: Past) -> None:
        super().__init__(view, "time-strip")

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        view, cells = self.view, self._cells(width)
        if not view.newest:
            return [Text(" " * width)] * height
        step = f"step {view.here:,} of {view.newest:,}"
        words = [step.rjust(WORDS), "drag, or 5: go back".rjust(WORDS)]
        said = [Text(text[:WORDS], palette.style("muted")) for text in words]
        return hstack(self._line(palette, cells, unicode), said, gap=1)[:height]

    def _cells(self, width: int) -> int:
        return max(width - WORDS - 1, 3)
