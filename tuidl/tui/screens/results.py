"""Scores of many runs: beside each other, over groups, and which settings matter."""

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding

from tuidl.runs.coordinates import Coordinates
from tuidl.runs.overlaying import Member
from tuidl.tui.dialogs.choose import ChooseScreen
from tuidl.tui.renderers.heading import Parts
from tuidl.tui.screens.coordinate_keys import RANGES_AND_ORDER, CoordinateKeys
from tuidl.tui.terminal.plain import warn
from tuidl.tui.widgets.heading import Heading
from tuidl.tui.widgets.key_line import KeyLine
from tuidl.tui.widgets.results import PAGES, Results, ResultsPage, summary
from tuidl.tui.widgets.tabs import Tabs

OF_COORDINATES = ("aside", "choose", "view", "narrow", "move", "drop", "clear", "whole")
"""Actions that the keys of other pages do not name."""

KEYS = """\
1 to 4, tab           the page: scatter, box plots, importance, coordinates
m                     which score
x                     scatter: the other column; boxes: what groups the runs
up, down, page keys   boxes, importance: other rows, where not all fit
esc, q                back to the curves
?                     what the numbers are, and how they are made

Coordinates, a line for each run:
left, right           choose an axis      up, down     choose a run, best first
< >                   move the axis       -            show it no more
[ ]                   range of the axis: cut off below, above
{ }                   the same, back      backspace    no range on this axis
0                     all axes again, no ranges
enter                 look at the chosen run"""


AXIS = Binding.Group("axis", compact=True)
RUN = Binding.Group("run", compact=True)


class ResultsScreen(CoordinateKeys):
    """``members``: runs whose logs have been read; ``view`` looks at one of them alone."""

    BINDINGS: ClassVar = [
        Binding("tab", "turn(1)", "page"),
        Binding("shift+tab", "turn(-1)", "Page before", show=False),
        Binding("left", "aside(-1)", "axis", group=AXIS),
        Binding("right", "aside(1)", "axis", group=AXIS),
        Binding("up", "choose(-1)", "run", group=RUN),
        Binding("down", "choose(1)", "run", group=RUN),
        Binding("pageup", "choose(-10)", "Run", show=False),
        Binding("pagedown", "choose(10)", "Run", show=False),
        Binding("enter", "view", "view", key_display="enter"),
        Binding("m", "score", "score"),
        Binding("x", "other", "other column"),
        *RANGES_AND_ORDER,
        Binding("escape,q", "leave", "back", key_display="esc"),
        *(Binding(str(n + 1), f"open({n})", show=False) for n in range(len(PAGES))),
    ]
    keys = KEYS
    DEFAULT_CSS = "ResultsScreen #results { height: 1fr; }"

    def __init__(self, members: list[Member], view: Callable[[Path], None]) -> None:
        super().__init__()
        self.results = Results(members)
        self._view = view

    def compose(self) -> ComposeResult:
        yield Heading()
        yield Tabs(PAGES)
        yield ResultsPage(self.results)
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(ResultsPage).focus()
        self._draw()

    def _draw(self) -> None:
        page = self.query_one(ResultsPage)
        page.changed()
        page.refresh()
        self.query_one(Tabs).show(self.results.page)
        top = self.query_one(Heading)
        first: Parts = [(self.results.score, "accent"), (f"  {summary(self.results)}", "text")]
        top.lines = [first, *self._second_line()]
        top.refresh()
        self.query_one(KeyLine).renew()

    def _second_line(self) -> list[Parts]:
        """What is chosen on the page of coordinates."""
        found = self.coordinates
        if found is None:
            return []
        if found.chosen is None:
            return [[(found.words or "no run is chosen: down chooses the best", "muted")]]
        name = self.results.members[found.chosen].name
        said = f"  {found.words}" if found.words else ""
        return [[("▸ ", "accent"), (name, "text"), (said, "muted")]]

    @property
    def coordinates(self) -> Coordinates | None:
        if PAGES[self.results.page] != "coordinates":
            return None
        found = self.results.coordinates
        return found if found.order else None

    def show_changes(self) -> None:
        self._draw()

    def hint(self, action: str) -> str | None:
        """What keys do on this page."""
        page = PAGES[self.results.page]
        if action == "other":
            return {"scatter": "other column", "boxes": "groups"}.get(page, "")
        return "" if action in OF_COORDINATES and self.coordinates is None else None

    def action_aside(self, way: int) -> None:
        """Another axis of the coordinates; another page elsewhere."""
        if found := self.coordinates:
            found.step(way)
            self._draw()
        else:
            self.action_turn(way)

    def action_choose(self, way: int) -> None:
        if found := self.coordinates:
            found.choose(way)
        else:
            self.results.row += way  # the page holds it within what there is
        self._draw()

    def action_view(self) -> None:
        """Look at the chosen run alone."""
        if found := self.coordinates:
            if found.chosen is None:
                warn(self, "Choose a run first: up and down.")
            else:
                self._view(self.results.members[found.chosen].path)

    def action_turn(self, way: int) -> None:
        self.action_open((self.results.page + way) % len(PAGES))

    def action_open(self, page: int) -> None:
        self.results.page, self.results.row = page, 0
        self._draw()

    def on_tabs_chosen(self, event: Tabs.Chosen) -> None:
        self.action_open(event.number)

    def action_score(self) -> None:
        def chosen(name: str) -> None:
            self.results.score = name

        self._choose("Which score?", list(self.results.scores), self.results.score, chosen)

    def action_other(self) -> None:
        results = self.results

        def across(name: str) -> None:
            results.across = name

        def group(name: str) -> None:
            results.group, results.row = name, 0

        if PAGES[results.page] == "scatter":
            self._choose("Over which column?", results.columns, results.across, across)
        elif PAGES[results.page] == "boxes":
            self._choose("Groups of runs that share", results.groups, results.group, group)

    def _choose(
        self, title: str, choices: list[str], current: str, then: Callable[[str], None]
    ) -> None:
        def chosen(name: str | None) -> None:
            if name is not None:
                then(name)
                self._draw()

        if choices:
            self.app.push_screen(ChooseScreen(title, dict.fromkeys(choices, ""), current), chosen)

    def action_leave(self) -> None:
        self.end(None)
