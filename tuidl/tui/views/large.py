"""One large picture: the plane, the line, the series, or predictions against true values."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from tuidl.charts.curve import Curve
from tuidl.charts.curves import curves
from tuidl.charts.grid import Grid, fitted
from tuidl.charts.palette import Palette
from tuidl.charts.window import Window
from tuidl.preset.schema import Preset
from tuidl.protocol.events import ProbeAnswer
from tuidl.protocol.history import Series
from tuidl.protocol.probes import AnyAnswer, Forecast, Plane
from tuidl.protocol.probes import Curve as CurveAnswer
from tuidl.tasks.base import Picture
from tuidl.tasks.choice import task_of
from tuidl.tui.renderers.series import in_words
from tuidl.tui.renderers.shapes import known
from tuidl.tui.session.run import Run
from tuidl.tui.terminal.plain import plain
from tuidl.tui.views.view import Send, View, Wanted
from tuidl.tui.widgets.chart import Chart
from tuidl.tui.widgets.picture import picture_of, unanswered

WORDS_FROM = 12
"""Lines from which on a picture has room for words below it."""


class LargeView(View):
    """The picture, and for a single neuron the courses of its two parameters."""

    first: ClassVar[str] = "LargePicture"
    DEFAULT_CSS = """
    LargeView Chart { height: 1fr; }
    LargeView #courses { width: 1fr; display: none; }
    LargeView LargePicture { width: 2fr; }
    """

    def __init__(self, preset: Preset, send: Send) -> None:
        super().__init__(preset, send)
        self._picture = task_of(preset).picture
        self.weight, self.bias = Course("slope"), Course("intercept")

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield LargePicture(self._picture)
            with Vertical(id="courses"):
                yield self.weight
                yield self.bias

    def begin(self, run: Run, preset: Preset) -> None:
        super().begin(run, preset)
        for course in (self.weight, self.bias):
            course.begin()
        for picture in self.query(LargePicture):
            picture.answer, picture.problem = None, None

    def probes(self) -> Wanted:
        return [(self._picture.probe, dict(self._picture.fine))]

    def take(self, frame: Run, answers: Sequence[ProbeAnswer]) -> None:
        super().take(frame, answers)
        for picture in self.query(LargePicture):
            picture.shown = frame

    def handle_answer(self, event: ProbeAnswer) -> bool:
        if event.kind != self._picture.probe:
            return False
        for picture in self.query(LargePicture):
            picture.answer, picture.problem = event.answer, event.error
        is_neuron = isinstance(event.answer, CurveAnswer) and event.answer.equation is not None
        if isinstance(event.answer, CurveAnswer) and self.shown.steps:
            self._note_equation(event.answer, event.epoch - 1 + event.step / self.shown.steps)
        for column in self.query("#courses"):
            column.display = is_neuron and self.size.width >= 60
        return True

    def _note_equation(self, answer: CurveAnswer, x: float) -> None:
        """Record the two parameters of a single neuron at ``x`` epochs."""
        pairs = zip(answer.equation or (), answer.best_line, strict=False)
        for course, (now, best) in zip((self.weight, self.bias), pairs, strict=False):
            course.add(x, known(now), known(best))


class LargePicture(Chart):
    """The answer to the task's probe, with words where it needs some."""

    concept = "validation_set"

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self._picture = picture
        self.kinds = (picture.probe,)  # type: ignore[misc]
        self.problem: str | None = None
        self.answer: AnyAnswer | None = None
        self.shown = Run()

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        if self.answer is None:
            return unanswered(self.problem, self.shown, palette, width, height)
        below = self._below(palette, width, unicode) if height >= WORDS_FROM else []
        return [*picture_of(self.answer, palette, width, height - len(below), unicode), *below]

    def title_now(self) -> str:
        found = self._picture if self.answer is None else self._picture.of(self.answer.kind)
        return found.large_title

    def _below(self, palette: Palette, width: int, unicode: bool) -> list[Text]:
        if isinstance(self.answer, Forecast):
            return in_words(self.answer, palette, width, unicode)
        if isinstance(self.answer, Plane):
            return accuracy_line(self.shown, palette, width, unicode)
        return []


class Course(Chart):
    """One number over the epochs, and its expected value."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.border_title, self._measure = plain(name), name
        self.begin()

    def begin(self) -> None:
        """Forget the run before."""
        self._now, self._best = Series(), Series()

    def add(self, x: float, now: float, best: float) -> None:
        """The number at ``x`` epochs; those that go back in time are left out."""
        if self._now.recent and x <= self._now.recent[-1][0]:
            return
        self._now.add(x, now)
        self._best.add(x, best)

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        lines = [Curve("now", self._now, "accent"), Curve("best", self._best, "muted")]
        window = Window(log=False)
        return curves(
            lines, palette, width, height, title=self._measure, window=window, unicode=unicode
        )


def accuracy_line(run: Run, palette: Palette, width: int, unicode: bool) -> list[Text]:
    """Accuracies on training and held-out examples after the last epoch."""
    grid = Grid(width, 1, unicode)
    x = 0
    for part, scores, role in (
        ("learned from", run.train, "train"), ("held out", run.validation, "validation")
    ):  # fmt: skip
        if "accuracy" in scores:
            x = grid.put(x, 0, f"{scores['accuracy']:.1%} ", palette.style(role, bold=True))
            x = grid.put(x, 0, f"of {part} right   ", palette.style("text"))
    if not x:
        text = "each colour: the class that the network would give; dark: it is unsure"
        grid.put(0, 0, fitted(text, width), palette.style("muted"))
    return grid.lines()
