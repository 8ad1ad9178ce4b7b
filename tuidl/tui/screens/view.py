"""The viewer: curves of a log, finished or growing, ours or any other program's."""

import bisect
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Horizontal
from textual.events import Resize
from textual.screen import Screen
from textual.widget import Widget

from tuidl.logs.follower import Follower
from tuidl.logs.log import Log
from tuidl.logs.measures import edits_of, measures_of
from tuidl.logs.source import Source
from tuidl.logs.text import problem_of
from tuidl.tui.budget import Budget
from tuidl.tui.charts.curve import Curve, judge
from tuidl.tui.pictures.heading import Parts, heading, heading_of
from tuidl.tui.widgets.chart import Chart, looks_of
from tuidl.tui.widgets.key_line import KeyLine
from tuidl.tui.widgets.measures import MeasureChart, MeasureList, Shown

if TYPE_CHECKING:
    from tuidl.tui.app import Playground

LOOKS_PER_SECOND = 5
NARROW = 100
LEAST_WIDTH, LEAST_HEIGHT = 56, 10
"""Cells that a chart should have at least, where several stand beside each other."""
MOST_CHARTS = 9

MEASURE = Binding.Group("choose", compact=True)
CURSOR = Binding.Group("values", compact=True)

KEYS = """\
up and down      choose a measure          left, right   cursor: exact values
shift+left ...   cursor, ten at a time     home, end     to the first, the last
enter            this chart alone, or all  l             log scale of this chart
escape           no cursor, all charts     c             another run behind it
r                go on training a run      ctrl+p        everything by name
q                leave                     ?             this page"""


class Heading(Widget):
    """What is shown, and how far it has been read: two lines."""

    DEFAULT_CSS = "Heading { height: 2; padding: 0 1; }"

    def __init__(self) -> None:
        super().__init__(id="heading")
        self.lines: list[Parts] = []

    def render(self) -> Text:
        palette, unicode = looks_of(self)
        return heading(self.lines, palette, self.content_size.width, unicode)


class ViewScreen(Screen[None]):
    """Follows a source; the same keys as the curves of a training."""

    BINDINGS: ClassVar = [
        Binding("up", "choose(-1)", "choose", group=MEASURE),
        Binding("down", "choose(1)", "choose", group=MEASURE),
        Binding("tab", "choose(1)", "Choose", show=False),
        Binding("shift+tab", "choose(-1)", "Choose", show=False),
        Binding("left", "cursor(-1)", "values", group=CURSOR),
        Binding("right", "cursor(1)", "values", group=CURSOR),
        Binding("shift+left", "cursor(-10)", "Cursor", show=False),
        Binding("shift+right", "cursor(10)", "Cursor", show=False),
        Binding("home", "end(0)", "First", show=False),
        Binding("end", "end(-1)", "Last", show=False),
        Binding("enter", "enlarge", "large", key_display="enter"),
        Binding("l", "log", "log scale"),
        Binding("c", "compare", "compare"),
        Binding("r", "resume", "resume"),
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

    app: "Playground"

    def __init__(self, source: Source) -> None:
        super().__init__()
        self.shown = Shown()
        self.is_large = False
        self._source = source
        self._follower = Follower(source)
        self._log = Log()
        self._seen = -1
        self._budget = Budget()

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
        self.set_interval(1 / LOOKS_PER_SECOND, self._look)

    def on_unmount(self) -> None:
        self._follower.close()

    def on_resize(self, event: Resize) -> None:
        self.set_class(event.size.width < NARROW, "-narrow")
        self.call_after_refresh(self._arrange)

    # --- what is read -----------------------------------------------------------------------------

    def _look(self) -> None:
        """Take over what has been read since, if there is time for it."""
        follower = self._follower
        if self._seen == follower.version:
            return
        if not self._budget.allows(time.monotonic(), time.thread_time()):
            return
        self._seen = follower.version
        self._log = follower.log()
        if follower.problem or (follower.state == "ended" and not self._log.series):
            problem = follower.problem or problem_of(self._log, self._source.name)
            self.app.cannot_view(self, problem)
            return
        self._take(self._log)

    def _take(self, log: Log) -> None:
        """Show a log as it is now, the chosen measure still chosen."""
        shown = self.shown
        before = shown.measure
        shown.measures, shown.edits = measures_of(log), edits_of(log)
        names = [(measure.x_name, measure.name) for measure in shown.measures]
        if before is not None and (before.x_name, before.name) in names:
            shown.chosen = names.index((before.x_name, before.name))
        shown.chosen = max(min(shown.chosen, len(names) - 1), 0)
        self._arrange()

    # --- what is shown ----------------------------------------------------------------------------

    @property
    def _grid(self) -> tuple[int, int]:
        """Columns and rows of charts."""
        count = len(self.shown.measures)
        if self.is_large or count < 2:
            return 1, 1
        size = self.query_one("#charts").size
        columns, rows = max(size.width // LEAST_WIDTH, 1), max(size.height // LEAST_HEIGHT, 1)
        columns, rows = min(columns, 3), min(rows, 3)
        rows = min(rows, -(-count // columns))
        return min(columns, -(-count // rows)), rows

    def _number_at(self, place: int) -> int | None:
        """The measure that a chart of the page shows."""
        columns, rows = self._grid
        if not self.shown.measures:
            return None
        number = self.shown.chosen // (columns * rows) * columns * rows + place
        return number if place < columns * rows else None

    def _arrange(self) -> None:
        """Give the page its charts, and draw them."""
        columns, rows = self._grid
        charts = self.query_one("#charts")
        charts.styles.grid_size_columns, charts.styles.grid_size_rows = columns, rows
        for place, chart in enumerate(self.query(MeasureChart)):
            number = chart.number
            chart.display = number is not None or place == 0
            chart.set_class(number == self.shown.chosen and columns * rows > 1, "-chosen")
        self._draw()

    def _draw(self) -> None:
        shown = self.shown
        at = f"at {shown.cursor[0]} {shown.cursor[1]:g}" if shown.cursor else "last values"
        measures = self.query_one(MeasureList)
        measures.border_title, measures.border_subtitle = at, self._page()
        for panel in self.query("#body Chart").results(Chart):
            if panel.display:
                panel.refresh()
            if isinstance(panel, MeasureChart):
                panel.border_title = panel.name_shown if shown.cursor else ""
        top, follower = self.query_one(Heading), self._follower
        share = self._source.share_read
        top.lines = heading_of(self._log, self._source.name, follower.state, share)
        top.refresh()

    def _page(self) -> str:
        """Which charts are seen, where not all are."""
        columns, rows = self._grid
        count, size = len(self.shown.measures), columns * rows
        first = self.shown.chosen // size * size
        if size >= count:
            return ""
        last = min(first + size, count)
        return f"charts {first + 1} to {last} of {count}" if size > 1 else f"{last} of {count}"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only runs of our own can be gone on with."""
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

    def action_log(self) -> None:
        if measure := self.shown.measure:
            self.shown.logarithmic ^= {measure.name}
            self._draw()

    def action_enlarge(self) -> None:
        self.is_large = not self.is_large
        self._arrange()

    def action_step_back(self) -> None:
        """The cursor goes first, then the large chart, then the other run's curves."""
        if self.shown.cursor is not None:
            self.shown.cursor = None
        elif self.is_large:
            self.is_large = False
        else:
            self.shown.behind = {}
        self._arrange()

    def action_compare(self) -> None:
        self.app.kept.choose_to_compare(self._put_behind, besides=self._source.run)

    def _put_behind(self, run: Path, log: Log) -> None:
        """Another run's curves, faintly, behind those of the same measures."""
        for measure in measures_of(log):
            line = judge(measure.lines)
            if line is not None:
                key = (measure.x_name, measure.name)
                self.shown.behind[key] = Curve(run.name, line.series, "muted")
        self._draw()

    def action_resume(self) -> None:
        run = self._source.run
        if run is None:
            self.notify("Only runs of tuidl can be gone on with.", severity="warning")
        else:
            self.app.kept.resume(run)

    @property
    def palette_commands(self) -> list[tuple[str, str, Callable[[], None]]]:
        """The keys by their names."""
        found = [
            ("Log scale", "l: of the chosen chart", self.action_log),
            ("One chart", "enter: large, or all again", self.action_enlarge),
            ("Compare", "c: another run's curves behind these", self.action_compare),
        ]
        if self._source.run is not None:
            found.append(("Resume the run", "r: go on training it", self.action_resume))
        return found

    def action_leave(self) -> None:
        self.app.leave_view()
