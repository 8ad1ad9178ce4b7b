"""The viewer: curves of a log, finished or growing, ours or any other program's."""

import bisect
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Horizontal
from textual.events import Resize
from textual.screen import Screen

from tuidl.charts.curve import Curve, judge
from tuidl.logs.follower import Follower
from tuidl.logs.log import Log
from tuidl.logs.measures import edits_of, measures_of
from tuidl.logs.source import Source
from tuidl.logs.text import problem_of
from tuidl.runs.overview import is_deserted, was_given_up
from tuidl.tui.dialogs.output import text_screen
from tuidl.tui.renderers.heading import error_of, heading_of
from tuidl.tui.services.services import Services
from tuidl.tui.terminal.plain import plain
from tuidl.tui.widgets.chart import Chart
from tuidl.tui.widgets.curve_keys import CURVE_KEYS
from tuidl.tui.widgets.frame_throttle import FrameThrottle
from tuidl.tui.widgets.heading import Heading
from tuidl.tui.widgets.key_line import KeyLine
from tuidl.tui.widgets.measures import MeasureChart, MeasureList, Shown
from tuidl.tui.widgets.pages import MOST_EACH_WAY, Page

TICKS_PER_SECOND = 25
"""How often to look whether there is something new, or time to draw the next panel of it."""
SECONDS_BETWEEN_STATES = 2.0
NARROW = 100
MOST_CHARTS = MOST_EACH_WAY**2

KEYS = """\
up and down      choose a measure          left, right   cursor: exact values
shift+left ...   cursor, ten at a time     home, end     to the first, the last
enter            this chart alone, or all  l             log scale of this chart
escape           no cursor, all charts     z             its last part
c                another run behind it     r             go on training a run
w                a failed run's error, all of it
ctrl+p           everything by name        q, ?          leave, this page"""


class ViewScreen(Screen[None]):
    """Follows a source; the same keys as the curves of a training."""

    BINDINGS: ClassVar = [
        *CURVE_KEYS,
        Binding("tab", "choose(1)", "Choose", show=False),
        Binding("shift+tab", "choose(-1)", "Choose", show=False),
        Binding("enter", "enlarge", "large", key_display="enter"),
        Binding("l", "window('turn')", "log scale"),
        Binding("z", "window('zoom')", "last part"),
        Binding("c", "compare", "compare"),
        Binding("r", "resume", "resume"),
        Binding("w", "error", "whole error"),
        Binding("escape", "step_back", "Back", show=False),
        Binding("q", "leave", "leave"),
    ]
    keys = KEYS
    DEFAULT_CSS = """
    ViewScreen #body { height: 1fr; }
    ViewScreen #measures { width: 34; height: 1fr; }
    ViewScreen.-narrow #measures { width: 27; }
    ViewScreen #charts { layout: grid; width: 1fr; height: 1fr; grid-rows: 1fr; }
    ViewScreen MeasureChart { height: 100%; width: 100%; }
    ViewScreen MeasureChart.-chosen { border: round $accent; }
    """

    def __init__(self, source: Source, services: Services) -> None:
        super().__init__()
        self.services = services
        self.shown = Shown()
        self.is_large = False
        self._source = source
        self._follower = Follower(source)
        self._log, self._state = Log(), self._follower.state
        self._seen = -1
        self._throttle = FrameThrottle()
        self._waiting: deque[Chart] = deque()

    def compose(self) -> ComposeResult:
        yield Heading()
        with Horizontal(id="body"):
            yield MeasureList(self.shown)
            with Container(id="charts"):
                for place in range(MOST_CHARTS):
                    yield MeasureChart(self.shown, partial(self._number_at, place))
        yield KeyLine()

    def on_mount(self) -> None:
        self.shown.waiting = "waiting for the first numbers …"
        self.query_one(MeasureList).focus()
        self._follower.start()
        self.set_interval(1 / TICKS_PER_SECOND, self._look)
        self.set_interval(SECONDS_BETWEEN_STATES, self._show_state)

    def on_unmount(self) -> None:
        self._follower.close()

    def on_resize(self, event: Resize) -> None:
        self.set_class(event.size.width < NARROW, "-narrow")
        self.call_after_refresh(self._arrange)

    # --- what is read -----------------------------------------------------------------------------

    def _look(self) -> None:
        """Take over what has been read since, within the throttle, and draw it panel by panel:
        a key never waits for all of them."""
        if self._waiting:
            self._waiting.popleft().refresh()
            return
        follower = self._follower
        if self._seen == follower.version:
            return
        if not self._throttle.allows(time.monotonic(), time.thread_time()):
            return
        self._state, self._seen = follower.state, follower.version
        self._log = follower.log()  # last: what is said to be read is in it
        if follower.problem or (self._state == "ended" and not self._log.series):
            problem = follower.problem or problem_of(self._log, self._source.name)
            self.services.navigator.refuse_view(self.is_current, problem)
            return
        self._show_log(self._log)

    def _show_log(self, log: Log) -> None:
        """Show a log as it is now, the chosen measure still chosen."""
        shown = self.shown
        before = shown.measure
        shown.measures, shown.edits = measures_of(log), edits_of(log)
        names = [(measure.x_name, measure.name) for measure in shown.measures]
        if before is not None and (before.x_name, before.name) in names:
            shown.chosen = names.index((before.x_name, before.name))
        shown.chosen = max(min(shown.chosen, len(names) - 1), 0)
        self._arrange(at_once=False)

    # --- what is shown ----------------------------------------------------------------------------

    @property
    def _page(self) -> Page:
        """The visible charts."""
        shown, size = self.shown, self.query_one("#charts").size
        count = len(shown.measures)
        if self.is_large:
            return Page(1, 1, shown.chosen, count)
        return Page.of(shown.chosen, count, size.width, size.height)

    def _number_at(self, place: int) -> int | None:
        return self._page.number_at(place)

    def _arrange(self, at_once: bool = True) -> None:
        """Give the page its charts, and draw them."""
        page, styles = self._page, self.query_one("#charts").styles
        styles.grid_size_columns, styles.grid_size_rows = page.columns, page.rows
        for place, chart in enumerate(self.query(MeasureChart)):
            number = chart.number
            chart.display = number is not None or place == 0
            chart.set_class(number == self.shown.chosen and page.size > 1, "-chosen")
        self._draw(at_once)

    def _draw(self, at_once: bool = True) -> None:
        shown = self.shown
        at = f"at {shown.cursor[0]} {shown.cursor[1]:g}" if shown.cursor else "last values"
        panel = self.query_one(MeasureList)
        panel.border_title, panel.border_subtitle = plain(at), plain(self._page.words)
        for chart in self.query(MeasureChart):
            chart.border_title = plain(chart.name_shown) if shown.cursor else ""
        self._waiting.clear()
        self._waiting.extend(p for p in self.query("#body Chart").results(Chart) if p.display)
        while at_once and self._waiting:
            self._waiting.popleft().refresh()
        self._show_state()

    def _show_state(self) -> None:
        """Show the state; no process may be writing to the log of a run any more."""
        top, state = self.query_one(Heading), self._state
        if state == "following" and self._log.ended is None and is_deserted(self._source.run):
            state = "unfinished"
        if self._log.ended is not None and was_given_up(self._source.run):
            state = "pruned"
        top.lines = heading_of(self._log, self._source.name, state, self._source.share_read)
        top.refresh()
        self.query_one(KeyLine).renew()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only runs of tuidl can be resumed, only one that failed has an error."""
        if action == "error":
            return bool(error_of(self._log))
        return action != "resume" or self._source.run is not None

    # --- keys -------------------------------------------------------------------------------------

    def action_choose(self, way: int) -> None:
        """Another measure; the cursor stays where it is, if that counts the same steps."""
        count = len(self.shown.measures)
        if count:
            self._choose((self.shown.chosen + way) % count)

    def _choose(self, number: int) -> None:
        shown = self.shown
        shown.chosen = number
        if shown.cursor and shown.measure and shown.cursor[0] != shown.measure.x_name:
            shown.cursor = None
        self._arrange()

    def on_measure_list_chosen(self, event: MeasureList.Chosen) -> None:
        self._choose(event.number)

    def on_measure_chart_pointed(self, event: MeasureChart.Pointed) -> None:
        self._choose(event.number)
        self._point(event.x)

    def action_cursor(self, way: int) -> None:
        """Move the cursor over the x's of the chosen measure; it enters at the end."""
        measure = self.shown.measure
        xs = measure.xs if measure else []
        if not xs:
            return
        cursor = self.shown.cursor
        if cursor is None:
            self._point(xs[-1] if way < 0 else xs[0])
            return
        at = bisect.bisect_left(xs, cursor[1])
        if way > 0 and (at == len(xs) or xs[at] > cursor[1]):
            way -= 1  # between two: the next one is one step already
        self._point(xs[min(max(at + way, 0), len(xs) - 1)])

    def action_end(self, place: int) -> None:
        measure = self.shown.measure
        if measure and (xs := measure.xs):
            self._point(xs[place])

    def _point(self, x: float | None) -> None:
        measure = self.shown.measure
        if measure is not None and x is not None:
            self.shown.cursor = (measure.x_name, x)
            self._draw()

    def action_window(self, change: str) -> None:
        for chart in self.query(MeasureChart):
            if chart.number == self.shown.chosen:
                getattr(chart, change)()
        self._draw()

    def action_enlarge(self) -> None:
        self.is_large = not self.is_large
        self._arrange()

    def action_step_back(self) -> None:
        """No cursor first, then all charts, then no other run's curves."""
        if self.shown.cursor is not None:
            self.shown.cursor = None
        elif self.is_large:
            self.is_large = False
        else:
            self.shown.behind = {}
        self._arrange()

    def action_compare(self) -> None:
        self.services.runs.choose_to_compare(self._put_behind, besides=self._source.run)

    def _put_behind(self, run: Path, log: Log) -> None:
        """Another run's curves, faintly, behind those of the same measures."""
        for measure in measures_of(log):
            line = judge(measure.lines)
            if line is not None:
                key = (measure.x_name, measure.name)
                self.shown.behind[key] = Curve(run.name, line.series, "muted")
        self._draw()

    def action_resume(self) -> None:
        if (run := self._source.run) is not None:
            self.services.runs.resume(run)

    def action_error(self) -> None:
        self.app.push_screen(text_screen("why it failed", error_of(self._log)))

    @property
    def palette_commands(self) -> list[tuple[str, str, Callable[[], None]]]:
        """The keys by their names."""
        found = [
            ("Log scale", "l: of the chosen chart", lambda: self.action_window("turn")),
            ("One chart", "enter: large, or all again", self.action_enlarge),
            ("Compare", "c: another run's curves behind these", self.action_compare),
        ]
        if self._source.run is not None:
            found.append(("Resume the run", "r: go on training it", self.action_resume))
        return found

    def action_leave(self) -> None:
        self.services.navigator.leave_view()
