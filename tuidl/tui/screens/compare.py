"""Many runs compared: their curves over each other, and what is known at one x of all of them."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.events import Resize
from textual.screen import Screen

from tuidl.runs.joining import Joining
from tuidl.runs.labelling import group_keys
from tuidl.tui.dialogs.choose import ChooseScreen
from tuidl.tui.renderers.heading import Parts
from tuidl.tui.screens.results import ResultsScreen
from tuidl.tui.services.reading_runs import RunsReading
from tuidl.tui.services.services import Services
from tuidl.tui.terminal import process
from tuidl.tui.terminal.plain import warn
from tuidl.tui.widgets.chart import Chart
from tuidl.tui.widgets.curve_keys import CURVE_KEYS
from tuidl.tui.widgets.frame_throttle import FrameThrottle
from tuidl.tui.widgets.heading import Heading
from tuidl.tui.widgets.key_line import KeyLine
from tuidl.tui.widgets.overlay import Compared, OverlayChart, StandingTable

LOOKS_PER_SECOND = 8
NARROW = 110
NO_GROUPS = "each run for itself"

SMOOTH = Binding.Group("smooth", compact=True)

KEYS = """\
up and down      choose a run            left, right    cursor: all values there
home, end        cursor to an end        shift+left ... cursor, ten at a time
m                choose the measure      tab            the next measure
x                x: epoch, step, time (seconds), examples
s, S             smooth more, less       l              log scale
z                its last part, or all   g              mean and deviation of groups
enter            look at this run        escape         no cursor, then leave
p                scores: scatter, box plots, importance, parallel coordinates
ctrl+p           everything by name      q, ?           leave, this page"""


class CompareScreen(Screen[None]):
    """``paths``: folders of runs, or logs of other programs. What grows is followed, and what
    ``joining`` finds later joins."""

    BINDINGS: ClassVar = [
        *CURVE_KEYS,
        Binding("pageup", "choose(-10)", "Choose", show=False),
        Binding("pagedown", "choose(10)", "Choose", show=False),
        Binding("m", "measure", "measure"),
        Binding("tab", "next_measure(1)", "Next measure", show=False),
        Binding("shift+tab", "next_measure(-1)", "Measure before", show=False),
        Binding("x", "axis", "x axis"),
        Binding("s", "smooth(1)", "smooth", group=SMOOTH),
        Binding("S", "smooth(-1)", "smooth", group=SMOOTH),
        Binding("g", "group", "groups"),
        Binding("l", "log", "log scale"),
        Binding("z", "zoom", "last part"),
        Binding("p", "results", "scores"),
        Binding("enter", "view", "view", key_display="enter"),
        Binding("escape", "step_back", "Back", show=False),
        Binding("q", "leave", "leave"),
    ]
    keys = KEYS
    DEFAULT_CSS = """
    CompareScreen #body { height: 1fr; layout: horizontal; }
    CompareScreen #overlay { width: 1fr; height: 1fr; }
    CompareScreen #standing { width: 42%; max-width: 80; height: 1fr; }
    CompareScreen.-narrow #body { layout: vertical; }
    CompareScreen.-narrow #overlay { height: 3fr; }
    CompareScreen.-narrow #standing { width: 1fr; max-width: 100%; height: 2fr; }
    """

    def __init__(
        self, services: Services, paths: list[Path], joining: Joining | None = None
    ) -> None:
        super().__init__()
        self.services = services
        self.compared = Compared()
        self._reading = RunsReading(paths, joining)
        self._seen: tuple[int, ...] = ()
        self._is_settled = False
        self._throttle = FrameThrottle()

    def compose(self) -> ComposeResult:
        yield Heading()
        with Container(id="body"):
            yield OverlayChart(self.compared)
            yield StandingTable(self.compared)
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(StandingTable).focus()
        self._reading.start()
        self.set_interval(1 / LOOKS_PER_SECOND, self._look)

    def on_unmount(self) -> None:
        self._reading.close()

    def on_resize(self, event: Resize) -> None:
        self.set_class(event.size.width < NARROW, "-narrow")

    # --- what is shown ----------------------------------------------------------------------------

    @property
    def is_read(self) -> bool:
        """Whether all that was there at first has been read."""
        return self._reading.is_done

    def _look(self) -> None:
        """Show what has been read since, within the throttle."""
        now = self._reading.version
        if now == self._seen or not self._throttle.allows(time.monotonic(), time.thread_time()):
            return
        self._seen = now
        if self.is_read and not self._is_settled:
            self._is_settled = True
            self.call_after_refresh(process.spare_pauses)
        self.compared.runs = self._reading.runs
        if self.is_read and not self.compared.runs.measures():
            none_yet = "none has begun yet" if not self.compared.runs.members else ""
            self.compared.waiting = none_yet or "no numbers in these logs"
        self._draw()

    def _draw(self) -> None:
        is_read = self.is_read  # before the curves are taken over: all of them, if it says so
        self.compared.renew(is_read=is_read)
        for panel in self.query("#body Chart").results(Chart):
            panel.changed()
            panel.refresh()
        top = self.query_one(Heading)
        top.lines = [self._first_line(is_read), self._second_line()]
        top.refresh()

    def _first_line(self, is_read: bool) -> Parts:
        members, compared = self.compared.members, self.compared
        count = len(members)
        if not is_read:
            count = count or len(self._reading.paths)
            return [(f"… reading run {self._reading.count + 1} of {count}", "muted")]
        shown = sum(len(line.numbers) for line in compared.lines)
        runs = f"{count} run{'s' if count != 1 else ''}"
        words = runs if shown == count else f"{shown} of {runs} have {compared.view.measure!r}"
        return [(words, "text"), (f"  {compared.words}", "muted")]

    def _second_line(self) -> Parts:
        problems = self._reading.problems
        if problems:
            more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
            return [(problems[0] + more, "bad")]
        number = self.compared.number
        if number is None:
            some = "no run is chosen: up and down choose one" if self.compared.lines else ""
            return [(some, "muted")]
        line = self.compared.lines[number]
        names = [self.compared.members[n].name for n in line.numbers]
        label = "" if [line.label] == names else f"{line.label}  "
        return [("▸ ", "accent"), (label, "text"), (", ".join(names), "muted")]

    # --- keys -------------------------------------------------------------------------------------

    def action_choose(self, way: int) -> None:
        """Another run; the first press chooses the best."""
        row = self.compared.row + way if self.compared.number is not None else 0
        self.compared.choose(row)
        self._draw()

    def on_standing_table_chosen(self, event: StandingTable.Chosen) -> None:
        self.compared.choose(event.row)
        self._draw()

    def on_overlay_chart_pointed(self, event: OverlayChart.Pointed) -> None:
        self.compared.go_to(event.x)
        self._draw()

    def action_cursor(self, way: int) -> None:
        self.compared.step(way)
        self._draw()

    def action_end(self, place: int) -> None:
        self.compared.end(place)
        self._draw()

    def action_measure(self) -> None:
        measures = dict.fromkeys(self.compared.runs.measures(), "")
        self._choose("Which measure?", measures, self.compared.view.measure, self._set_measure)

    def action_next_measure(self, way: int) -> None:
        measures = self.compared.runs.measures()
        if measures:
            at = measures.index(self.compared.view.measure)
            self._set_measure(measures[(at + way) % len(measures)])

    def _set_measure(self, name: str) -> None:
        self.compared.choose_view(replace(self.compared.view, measure=name))
        self.compared.log = None
        self._draw()

    def action_axis(self) -> None:
        """The next of the axes that these runs know; no cursor, which is a place on the old one."""
        view = self.compared.view
        axes = self.compared.runs.axes(view.measure)
        if len(axes) < 2:
            only = f" {axes[0]}" if axes else " nothing"
            self.notify(f"These logs count by{only} only.", markup=False)
            return
        axis = axes[(axes.index(view.axis) + 1) % len(axes)]
        self.compared.choose_view(replace(view, axis=axis))
        self.compared.cursor = None
        self._draw()

    def action_smooth(self, way: int) -> None:
        self.compared.smooth(way)
        self._draw()

    def action_log(self) -> None:
        self.compared.turn_log()
        self._draw()

    def action_zoom(self) -> None:
        self.compared.zoom()
        self._draw()

    def action_group(self) -> None:
        keys = group_keys([one.settings for one in self.compared.runs.members])
        if not keys:
            warn(self, "No setting is shared by some of these runs and not by all.")
            return
        choices = dict.fromkeys([NO_GROUPS, *keys], "")
        current = self.compared.view.group or NO_GROUPS
        self._choose("Mean and deviation of runs that share", choices, current, self._set_group)

    def _set_group(self, key: str) -> None:
        group = "" if key == NO_GROUPS else key
        self.compared.view, self.compared.chosen = replace(self.compared.view, group=group), ()
        self._draw()

    def _choose(
        self, title: str, choices: dict[str, str], current: str, then: Callable[[str], None]
    ) -> None:
        def chosen(name: str | None) -> None:
            if name is not None:
                then(name)

        if choices:
            self.app.push_screen(ChooseScreen(title, choices, current), chosen)

    def action_view(self) -> None:
        """Look at the chosen run alone."""
        number = self.compared.number
        numbers = () if number is None else self.compared.lines[number].numbers
        if len(numbers) != 1:
            warn(self, "Choose a run first: up and down.")
            return
        self.services.runs.view_log(self.compared.runs.members[numbers[0]].path)

    def action_results(self) -> None:
        """Scores of these runs beside their settings."""
        if not self.is_read:
            self.notify("the logs are being read: once more when the curves are there")
        elif members := self._reading.runs.members:  # the curves may not be drawn yet
            self.app.push_screen(ResultsScreen(members, self.services.runs.view_log))

    def action_step_back(self) -> None:
        """Remove the cursor first, then the choice, then leave."""
        if self.compared.cursor is not None:
            self.compared.cursor = None
        elif self.compared.chosen:
            self.compared.chosen = ()
        else:
            self.action_leave()
            return
        self._draw()

    @property
    def palette_commands(self) -> list[tuple[str, str, Callable[[], None]]]:
        """The keys by their names."""
        return [
            ("Measure", "m: which numbers are drawn", self.action_measure),
            ("X axis", "x: epoch, step, time or examples", self.action_axis),
            ("Smooth more", "s: exponentially", lambda: self.action_smooth(1)),
            ("Smooth less", "S", lambda: self.action_smooth(-1)),
            ("Groups", "g: mean and deviation by a setting", self.action_group),
            ("Scores", "p: scatter, boxes, importance, coordinates", self.action_results),
            ("Log scale", "l: of the values", self.action_log),
            ("View the run", "enter: the chosen one alone", self.action_view),
        ]

    def action_leave(self) -> None:
        self.services.navigator.leave_view()
