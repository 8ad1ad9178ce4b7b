"""The panels that lay curves of many runs over each other, and say which is which."""

import bisect
import math
from dataclasses import replace

from rich.text import Text
from textual.events import Click
from textual.message import Message

from tuidl.charts.grid import Grid
from tuidl.charts.overlay import Looks, Overlaid, Overlay, area_of, is_logarithmic
from tuidl.charts.palette import MONOCHROME, Palette
from tuidl.core.lazy import np
from tuidl.glossary.pages import Line as HelpLine
from tuidl.logs.measures import best_is
from tuidl.runs.curve_groups import common_places
from tuidl.runs.overlaying import Line, Member, Overlaying, View
from tuidl.tui.renderers.standing import (
    NONE,
    Heads,
    Standing,
    first_row,
    number,
    standing_lines,
)
from tuidl.tui.widgets.chart import Chart, about_lines, centred, looks_of

WEIGHTS = (0.0, 0.3, 0.6, 0.8, 0.9, 0.95, 0.99)
ZOOMS = (1.0, 1 / 3, 1 / 10)


class Compared:
    """What the panels show: the runs, what of them, and what the user looks at."""

    def __init__(self) -> None:
        self.runs = Overlaying([])
        self.view = View()
        self.is_settled = False
        """Whether measure and axis stay as they are: a key chose them, or all runs were read."""
        self.log: bool | None = None
        self.last = 1.0
        self.cursor: float | None = None
        self.chosen: tuple[int, ...] = ()
        """Numbers of the runs in the chosen line."""
        self.waiting = "reading …"
        self.members: list[Member] = []
        """The runs that the lines are of: more may join while they are drawn."""
        self.lines: list[Line] = []
        self.drawn: list[Overlaid] = []
        self._places: list[float] = []
        self._standing: tuple[float | None, list[tuple[Line, float]]] | None = None

    def renew(self, *, is_read: bool = True) -> None:
        """Take over what there is now: runs that were read on, or another view of them. Until all
        ``is_read``, measure and axis are those that matter most in what has been read by then."""
        still_open = replace(self.view, measure=View.measure, axis=View.axis)
        wanted = self.view if self.is_settled else still_open
        while True:
            self.members = self.runs.members
            self.view = self.runs.settled(wanted)
            lines = self.runs.lines(self.view)
            if self.members is self.runs.members:  # none joined in between
                break
        if lines is not self.lines:
            self.lines, self._standing = lines, None
            self.drawn = [_overlaid(line, place) for place, line in enumerate(lines)]
            self._places = common_places([(line.x, line.y) for line in lines]).tolist()
            self._follow_chosen()
        self.is_settled |= is_read and bool(self.view.measure)
        if self.cursor is not None and self._places:
            self.cursor = min(max(self.cursor, self._places[0]), self._places[-1])

    def choose_view(self, view: View) -> None:
        """Another measure or axis, which stays."""
        self.view, self.is_settled = view, True

    def _follow_chosen(self) -> None:
        """A group that runs have joined is still the chosen one."""
        chosen = set(self.chosen)
        wider = [line.numbers for line in self.lines if line.is_group and chosen <= {*line.numbers}]
        if chosen and self.number is None and wider:
            self.chosen = wider[0]

    @property
    def standing(self) -> list[tuple[Line, float]]:
        """The best first; made once for each place of the cursor."""
        if self._standing is None or self._standing[0] != self.cursor:
            made = self.runs.standing(self.lines, self.view.measure, self.cursor)
            self._standing = (self.cursor, made)
        return self._standing[1]

    @property
    def row(self) -> int:
        """Where the chosen line stands; the first where none is chosen."""
        places = [n for n, (line, _) in enumerate(self.standing) if line.numbers == self.chosen]
        return places[0] if places else 0

    def choose(self, row: int) -> None:
        rows = self.standing
        if rows:
            self.chosen = rows[min(max(row, 0), len(rows) - 1)][0].numbers

    @property
    def number(self) -> int | None:
        """Which of the lines is the chosen one."""
        places = [n for n, line in enumerate(self.lines) if line.numbers == self.chosen]
        return places[0] if places else None

    def role(self, line: Line) -> str:
        return self.drawn[self.lines.index(line)].role

    def looks(self) -> Looks:
        view = self.view
        return Looks(view.measure, view.axis, self.log, self.last, self.cursor, self.number)

    def step(self, way: int) -> None:
        """Move the cursor over the places at which something is known; it enters at the end."""
        places = self._places
        if not places:
            return
        if self.cursor is None:
            self.cursor = places[-1] if way < 0 else places[0]
            return
        at = bisect.bisect_left(places, self.cursor)
        if way > 0 and (at == len(places) or places[at] > self.cursor):
            way -= 1
        self.cursor = places[min(max(at + way, 0), len(places) - 1)]

    def go_to(self, x: float | None) -> None:
        """Put the cursor at the place nearest to x."""
        if x is not None and self._places:
            self.cursor = min(self._places, key=lambda at: abs(at - x))

    def end(self, place: int) -> None:
        if self._places:
            self.cursor = self._places[place]

    def smooth(self, way: int) -> None:
        at = WEIGHTS.index(self.view.weight)
        weight = WEIGHTS[min(max(at + way, 0), len(WEIGHTS) - 1)]
        self.view = replace(self.view, weight=weight)

    def turn_log(self) -> None:
        """The other scale than the one that is seen."""
        self.log = not is_logarithmic(self.drawn, self.looks())

    def zoom(self) -> None:
        self.last = ZOOMS[(ZOOMS.index(self.last) + 1) % len(ZOOMS)]

    @property
    def words(self) -> str:
        """How the curves are shown."""
        said = [f"over {'seconds' if self.view.axis == 'time' else self.view.axis}"]
        if self.view.weight:
            said.append(f"smoothed {self.view.weight:g}")
        if self.view.group:
            said.append(f"mean ± deviation by {self.view.group}")
        if self.log is not None:
            said.append("log" if self.log else "even scale")
        if self.last < 1:
            said.append(f"last {self.last:.0%}")
        return " · ".join(said)


def _overlaid(line: Line, place: int) -> Overlaid:
    return Overlaid(
        line.x, line.y, f"series {place + 1}", behind=line.raw, low=line.low, high=line.high
    )


class OverlayChart(Chart, can_focus=False):
    """The curves."""

    class Pointed(Message):
        """An x was clicked."""

        def __init__(self, x: float) -> None:
            super().__init__()
            self.x = x

    def __init__(self, compared: Compared) -> None:
        super().__init__(id="overlay")
        self.compared = compared
        self._overlay = Overlay()

    def title_now(self) -> str:
        return self.compared.view.measure

    def subtitle_now(self) -> str:
        return self.compared.words

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        compared = self.compared
        if not compared.drawn:
            return centred(compared.waiting, palette, width, height)
        return self._overlay.draw(compared.drawn, compared.looks(), palette, width, height, unicode)

    def on_click(self, event: Click) -> None:
        offset, drawn = event.get_content_offset(self), self.compared.drawn
        if offset is None or not any(np.isfinite(line.y).any() for line in drawn):
            return
        grid = Grid(*self.content_size, looks_of(self)[1])
        area = area_of(grid, MONOCHROME, drawn, self.compared.looks())
        self.post_message(
            self.Pointed(area.xs.value((offset.x - area.x + 0.5) * area.xs.size / area.width))
        )


class StandingTable(Chart):
    """Every run or group with its value, the best first."""

    class Chosen(Message):
        """A row was clicked."""

        def __init__(self, row: int) -> None:
            super().__init__()
            self.row = row

    def __init__(self, compared: Compared) -> None:
        super().__init__(id="standing")
        self.compared = compared

    def title_now(self) -> str:
        compared = self.compared
        at = "last values" if compared.cursor is None else f"at {_place(compared)}"
        return f"{at}, {_order(compared.view.measure)}"

    def subtitle_now(self) -> str:
        count, is_chosen = len(self.compared.lines), self.compared.number is not None
        return f"{self.compared.row + 1} of {count}" if is_chosen else ""

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        compared = self.compared
        columns, rows = rows_of(compared)
        chosen = compared.row if compared.chosen else None
        heads = Heads(tuple(columns), compared.runs.told(compared.view.group).names)
        return standing_lines(rows, heads, palette, width, height, chosen, unicode)

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        count = len(self.compared.lines)
        if offset is not None and offset.y > 0:
            first = first_row(count, self.compared.row, self.content_size.height - 1)
            if first + offset.y - 1 < count:
                self.post_message(self.Chosen(first + offset.y - 1))

    def about(self, width: int) -> list[HelpLine]:
        """What the numbers are, and how they were made."""
        return about_lines(ABOUT, width)


ABOUT = (
    "A curve has the name of its run and the settings in which the run differs from the others: a "
    "column for each, those with more different values first, as many as there is room for.",
    "Values at the cursor lie on the straight line between a run's points; a run has none before "
    "its first point and after its last. Without a cursor: the last value.",
    "Smoothing is TensorBoard's: s = w s + (1 - w) y, over 1 - w^k after k values. The faint "
    "points behind are the values as they were. 'best' is of those.",
    "A group is drawn as mean ± standard deviation (n - 1) of the runs that have come to this x; "
    "'runs' says how many of them have.",
    "With more than 10 curves only the chosen one shows what lies behind it.",
)


def _place(compared: Compared) -> str:
    axis = "second" if compared.view.axis == "time" else compared.view.axis
    return f"{axis} {compared.cursor:g}"


def _order(measure: str) -> str:
    return f"{best_is(measure) or 'highest'} first"


def rows_of(compared: Compared) -> tuple[list[str], list[Standing]]:
    """The columns' names, and a row for each line in their order."""
    way, x = best_is(compared.view.measure), compared.cursor
    is_grouped = any(line.is_group for line in compared.lines)
    columns = ["mean", "±", "runs"] if is_grouped else ["value", *(["best"] if way else [])]
    rows, told = [], compared.runs.told(compared.view.group)
    for line, value in compared.standing:
        cells: tuple[str, ...]
        if is_grouped:
            cells = (number(value), number(line.deviation(x)), _come(line, x))
        else:
            cells = (number(value), *([number(line.best(way))] if way else []))
        at = line.numbers[0]
        name = told.runs[at] if told.runs else ""
        rows.append(Standing(compared.role(line), line.label, cells, told.values[at], name))
    return columns, rows


def _come(line: Line, x: float | None) -> str:
    """How many runs of a group the mean is of, and of how many."""
    assert line.count is not None
    here = len(line.x) - 1 if x is None else bisect.bisect_right(line.x.tolist(), x) - 1
    count = int(line.count[here]) if 0 <= here < len(line.count) else 0
    if x is not None and math.isnan(line.value(x)):
        return NONE
    return str(count) if count == len(line.numbers) else f"{count}/{len(line.numbers)}"
