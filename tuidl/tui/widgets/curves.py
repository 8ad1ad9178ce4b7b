"""Curves of one measure over the epochs, with the run before behind them."""

from typing import ClassVar

from rich.text import Text
from textual.binding import Binding
from textual.reactive import reactive

from tuidl.charts.curve import Curve, Marks
from tuidl.charts.curves import curves
from tuidl.charts.palette import Palette
from tuidl.charts.window import Window
from tuidl.logs.measures import changes_of
from tuidl.preset.noise import answers_to_noise
from tuidl.preset.schema import Preset
from tuidl.protocol.formatting import words_of
from tuidl.tui.renderers.waiting import awaited_scores
from tuidl.tui.session.run import Run
from tuidl.tui.terminal.plain import plain
from tuidl.tui.widgets.chart import Chart
from tuidl.tui.widgets.picture import unanswered
from tuidl.verdicts import Finding, Rule
from tuidl.verdicts.courses import RULES_OF_COURSES

KEYS = "l: log scale  z: last part"
EXPLAINED = " (?)  "
"""Behind what the rules say of a run: the key that shows the rule."""
FRAME = 8
"""Cells of a border around its subtitle."""


class Curves(Chart):
    """``measure`` of the training and the validation part."""

    BINDINGS: ClassVar = [
        Binding("l", "log", "Log scale", show=False),
        Binding("z", "zoom", "The last part", show=False),
        Binding("left", "cursor(-1)", "Cursor", show=False),
        Binding("right", "cursor(1)", "Cursor", show=False),
        Binding("escape", "cursor(0)", "No cursor", show=False),
    ]

    window: reactive[Window] = reactive(Window())
    cursor: reactive[float | None] = reactive(None)

    def __init__(self, measure: str, name: str, title: str = "") -> None:
        super().__init__(id=name)
        self.measure, self.heading = measure, title or words_of(measure)
        self.shown: Run = Run()
        self.previous: Run | None = None
        self.concept = measure
        self.border_subtitle = plain(KEYS)

    @property
    def rules(self) -> tuple[Rule, ...]:  # type: ignore[override]
        """Those about the loss; the other curves say nothing themselves."""
        return RULES_OF_COURSES if self.is_loss else ()

    @property
    def is_loss(self) -> bool:
        return self.measure == "loss"

    @property
    def findings(self) -> list[Finding]:
        return self.shown.findings

    def title_now(self) -> str:
        """What will be drawn, until something is: then it stands beside the names of the lines."""
        return "" if self._is_begun else self.heading

    def subtitle_now(self) -> str:
        """What the rules say of the run, where there is room for it, and the panel's own keys."""
        if not self._is_begun:
            return ""
        said = [one.short for one in self.findings if one.rule in self.rules]
        room = self.size.width - len(KEYS) - len(EXPLAINED) - FRAME
        return said[0] + EXPLAINED + KEYS if said and len(said[0]) <= room else KEYS

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        lines = self._lines()
        if not self._is_begun:
            return unanswered(awaited_scores(self.shown), self.shown, palette, width, height)
        return curves(
            lines,
            palette,
            width,
            height,
            title=self.heading,
            window=self.window,
            marks=self._marks(),
            unicode=unicode,
        )

    @property
    def _is_begun(self) -> bool:
        return any(line.series.whole for line in self._lines())

    def _lines(self) -> list[Curve]:
        """What there is to draw: both parts, single steps while they show more, the run before."""
        series = self.shown.history.series
        fold = f"fold {self.shown.fold} " if self.shown.fold else ""
        lines = [
            Curve(part, series[name], part)
            for part in ("train", "validation")
            if (name := f"{fold}{part} {self.measure}") in series
        ]
        few = self.shown.epochs_done < 3
        # Steps of several objectives have losses of their own.
        is_single = self.heading == "loss"
        if is_single and "step loss" in series and few:
            lines.append(Curve("steps", series["step loss"], "accent"))
        before = self.previous.history.series if self.previous else {}
        for part in ("validation", "train"):
            name = f"{part} {self.measure}"
            if name in before:
                lines.append(Curve("before", before[name], "muted"))
                break
        return lines

    def _marks(self) -> Marks:
        edits = changes_of(self.shown.edits, self.shown.alerts, self.shown.steps)
        best = float(self.shown.best[0]) if self.shown.best and self.shown.epochs_done > 1 else None
        best_is = "lowest" if self.measure == "loss" else "where validation loss is lowest"
        return Marks(edits=edits, best=best, best_is=best_is, cursor=self._cursor)

    @property
    def _cursor(self) -> float | None:
        """Where the user points, else the moment of the past that is looked at."""
        return self.shown.place_shown if self.cursor is None else self.cursor

    def action_log(self) -> None:
        self.window = self.window.turned(self.heading, self._lines())

    def action_zoom(self) -> None:
        """Show the last third, the last tenth, and all again."""
        self.window = self.window.zoomed()

    def action_cursor(self, way: int) -> None:
        """Move the cursor by an epoch; 0 takes it away."""
        if not way:
            self.cursor = None
            return
        last = float(max(self.shown.epochs_done, 1))
        start = self.cursor if self.cursor is not None else last + (1 if way < 0 else -1)
        self.cursor = min(max(start + way, 1.0), last)


def curves_of(preset: Preset) -> list[Curves]:
    """Those that the overview shows: the loss, and what there is beside it."""
    beside = {"metric": second_measure(preset), "distance": distance_measure(preset)}
    drawn = [Curves(measure, name) for name, measure in beside.items() if measure]
    return [Curves("loss", "loss", loss_title(preset)), *drawn]


def loss_title(preset: Preset) -> str:
    """What the loss is of: of several objectives, the first."""
    return f"{preset.objectives[0].name} loss" if len(preset.objectives) > 1 else "loss"


def distance_measure(preset: Preset) -> str:
    """The distance to the real examples, where the model answers to noise alone; else empty."""
    return "sliced_wasserstein" if answers_to_noise(preset) else ""


def second_measure(preset: Preset) -> str:
    """The score to draw beside the loss: a metric, or what else is trained; empty for none."""
    drawn = [name for name in preset.training.metrics if name != "confusion_matrix"]
    if not preset.objectives:
        return drawn[0] if drawn else ""
    if len(preset.objectives) > 1:
        return f"{preset.objectives[1].name}.loss"
    for term in preset.terms:
        for name in term.metrics:
            if name != "confusion_matrix" and len(preset.terms) > 1:
                return f"{term.title}.{name}"
            if name != "confusion_matrix":
                return name
    return f"{preset.terms[-1].title}.loss" if len(preset.terms) > 1 else ""
