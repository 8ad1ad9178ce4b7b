"""Scores of many runs: beside each other, over groups, and which settings matter."""

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding

from tuidl.runs.overlaying import Member
from tuidl.tui.dialogs.choose import ChooseScreen
from tuidl.tui.dialogs.dialog import Once
from tuidl.tui.renderers.heading import Parts
from tuidl.tui.widgets.heading import Heading
from tuidl.tui.widgets.key_line import KeyLine
from tuidl.tui.widgets.results import PAGES, Results, ResultsPage, summary
from tuidl.tui.widgets.tabs import Tabs

KEYS = """\
1 to 3, left, right   the page: scatter, box plots, importance of settings
m                     which score
x                     scatter: the other column; boxes: what groups the runs
esc, q                back to the curves
?                     what the numbers are, and how they are made"""


class ResultsScreen(Once[None]):
    """``members``: runs whose logs have been read."""

    BINDINGS: ClassVar = [
        Binding("right,tab", "turn(1)", "next page", key_display="→"),
        Binding("left,shift+tab", "turn(-1)", "Page before", show=False),
        Binding("m", "score", "score"),
        Binding("x", "other", "other column"),
        Binding("escape,q", "leave", "back", key_display="esc"),
        *(Binding(str(n + 1), f"open({n})", show=False) for n in range(len(PAGES))),
    ]
    keys = KEYS
    DEFAULT_CSS = "ResultsScreen #results { height: 1fr; }"

    def __init__(self, members: list[Member]) -> None:
        super().__init__()
        self.results = Results(members)

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
        top.lines = [first]
        top.refresh()
        self.query_one(KeyLine).renew()

    def hint(self, action: str) -> str | None:
        """What x changes on this page."""
        if action != "other":
            return None
        return {"scatter": "other column", "boxes": "groups"}.get(PAGES[self.results.page], "")

    def action_turn(self, way: int) -> None:
        self.action_open((self.results.page + way) % len(PAGES))

    def action_open(self, page: int) -> None:
        self.results.page = page
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
            results.group = name

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
