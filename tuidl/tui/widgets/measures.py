"""The panels of a log: a list of its measures, and a chart of each."""

from collections.abc import Callable

from rich.text import Text
from textual.events import Click
from textual.message import Message

from tuidl.charts.curve import Curve, Edit, Marks
from tuidl.charts.curves import WHOLE, curves, x_at
from tuidl.charts.palette import Palette
from tuidl.charts.window import Window
from tuidl.core.errors import TuidlError
from tuidl.glossary import concept
from tuidl.logs.measures import Measure
from tuidl.tui.renderers.log import measure_list, visible_rows
from tuidl.tui.widgets.chart import Chart, centred, looks_of


class Shown:
    """What all panels of the screen show: the measures, the chosen one, the cursor."""

    def __init__(self) -> None:
        self.measures: list[Measure] = []
        self.chosen = 0
        self.cursor: tuple[str, float] | None = None
        self.edits: list[Edit] = []
        self.behind: dict[tuple[str, str], Curve] = {}
        """By axis and measure: the curve of another run, to compare with."""
        self.windows: dict[str, Window] = {}
        """How measures are shown, by name, where that was chosen."""
        self.waiting = ""

    @property
    def measure(self) -> Measure | None:
        return self.measures[self.chosen] if self.measures else None


class MeasureList(Chart):
    """All measures with their values; the chosen one is marked."""

    class Chosen(Message):
        """A measure was clicked."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, shown: Shown) -> None:
        super().__init__(id="measures")
        self.shown = shown

    @property
    def concept(self) -> str:  # type: ignore[override]
        """The glossary's name of the chosen measure."""
        measure = self.shown.measure
        return measure.name if measure and _is_concept(measure.name) else ""

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        return measure_list(
            self.shown.measures, palette, width, height,
            chosen=self.shown.chosen, cursor=self.shown.cursor, unicode=unicode,
        )  # fmt: skip

    def on_click(self, event: Click) -> None:
        rows = visible_rows(self.shown.measures, self.shown.chosen, self.content_size.height)
        y = event.get_content_offset(self)
        if y is not None and y.y < len(rows) and (row := rows[y.y]) is not None:
            self.post_message(self.Chosen(row[0]))


class MeasureChart(Chart, can_focus=False):
    """One measure; ``number`` counts the charts of the page."""

    class Pointed(Message):
        """An x was clicked."""

        def __init__(self, number: int, x: float | None) -> None:
            super().__init__()
            self.number, self.x = number, x

    def __init__(self, shown: Shown, number_of: Callable[[], int | None]) -> None:
        super().__init__()
        self.shown, self._number_of = shown, number_of

    @property
    def number(self) -> int | None:
        """Of the measure that is shown here."""
        number = self._number_of()
        return number if number is not None and number < len(self.shown.measures) else None

    @property
    def name_shown(self) -> str:
        return "" if self.number is None else self.shown.measures[self.number].name

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        if self.number is None:
            return centred(self.shown.waiting[:width], palette, width, height)
        measure = self.shown.measures[self.number]
        return curves(
            self._lines(measure), palette, width, height,
            title=measure.name, x_name=measure.x_name, window=self._window(measure),
            marks=self._marks(measure), unicode=unicode,
        )  # fmt: skip

    def _window(self, measure: Measure) -> Window:
        return self.shown.windows.get(measure.name, WHOLE)

    def turn(self) -> None:
        """Show the measure on the other scale."""
        if self.number is not None:
            measure = self.shown.measures[self.number]
            turned = self._window(measure).turned(measure.name, self._lines(measure))
            self.shown.windows[measure.name] = turned

    def zoom(self) -> None:
        """Show the last third of it, the last tenth, and all again."""
        if self.number is not None:
            measure = self.shown.measures[self.number]
            self.shown.windows[measure.name] = self._window(measure).zoomed()

    def _lines(self, measure: Measure) -> list[Curve]:
        behind = self.shown.behind.get((measure.x_name, measure.name))
        return [*measure.lines, *([behind] if behind else measure.before)]

    def _marks(self, measure: Measure) -> Marks:
        cursor = self.shown.cursor
        at = cursor[1] if cursor and cursor[0] == measure.x_name else None
        return Marks(self.shown.edits, measure.best, measure.best_is, at)

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        if self.number is None or offset is None:
            return
        measure = self.shown.measures[self.number]
        x = x_at(
            self._lines(measure), *self.content_size, offset.x,
            title=measure.name, window=self._window(measure),
            marks=self._marks(measure), unicode=looks_of(self)[1],
        )  # fmt: skip
        self.post_message(self.Pointed(self.number, x))


def _is_concept(name: str) -> bool:
    try:
        concept(name)
    except TuidlError:
        return False
    return True
