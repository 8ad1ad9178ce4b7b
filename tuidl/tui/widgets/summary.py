"""The panel with the result of a run, once it has ended."""

from rich.text import Text
from textual.events import Resize

from tuidl.charts.palette import Palette
from tuidl.tui.previews.summary import lines_wanted, summary
from tuidl.tui.session.run import Phase, Run
from tuidl.tui.widgets.chart import Chart

FRAME = 2


class Summary(Chart, can_focus=False):
    """Hidden while the run goes on. ``is_asked``: whether the network answers to what it is
    given."""

    DEFAULT_CSS = """
    TrainScreen Summary { height: auto; display: none; border: round $accent; }
    """

    def __init__(self, *, is_asked: bool) -> None:
        super().__init__(id="summary")
        self._is_asked = is_asked
        self.shown = Run()
        self.border_title = "what came of it"

    def show(self, run: Run) -> None:
        """Appear at the run's end, and disappear at the next one's start."""
        self.shown = run
        self.display = run.phase is Phase.ENDED
        self._fit(self.app.size.width)

    def on_resize(self, event: Resize) -> None:
        self._fit(self.app.size.width)

    def _fit(self, columns: int) -> None:
        if self.display:
            self.styles.height = lines_wanted(self.shown, columns - 2 * FRAME) + FRAME
            self.changed()

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        asked = self._is_asked
        return summary(self.shown, palette, width, height, unicode, is_asked=asked)
