"""What a run is doing, in two lines: state, progress, speed, learning rate."""

from rich.cells import cell_len
from rich.text import Text
from textual.widget import Widget

from tuidl.charts.palette import Palette
from tuidl.core.printable import printable
from tuidl.protocol.events import RunEnded
from tuidl.protocol.formatting import runs_on
from tuidl.tui.session.run import Phase, Run
from tuidl.tui.widgets.chart import looks_of

ROLES = {
    Phase.RUNNING: "good",
    Phase.PAUSED: "validation",
    Phase.ENDED: "accent",
    Phase.FAILED: "bad",
    Phase.LOST: "bad",
}
SIGNS = {
    Phase.LOADING: "…",
    Phase.COMPILING: "…",
    Phase.RUNNING: "▶",
    Phase.PAUSED: "Ⅱ",
    Phase.ENDED: "■",
    Phase.FAILED: "✗",
    Phase.LOST: "✗",
}
ASCII_SIGNS = {Phase.RUNNING: ">", Phase.PAUSED: "=", Phase.ENDED: "#"}


class Status(Widget):
    """Two lines at the top of the training screen."""

    DEFAULT_CSS = "Status { height: 2; padding: 0 1; }"

    def __init__(self) -> None:
        super().__init__(id="status")
        self.shown: Run = Run()
        self.pace: float | None = None
        self.cost: float = 0.0
        self.rate: str = ""
        """The learning rate that keys change, in words, where there are several."""
        self.advice: str = ""
        """What can be done about an error."""
        self.patience: str = ""
        """What is awaited, where it takes long."""

    def render(self) -> Text:
        palette, unicode = looks_of(self)
        width = self.content_size.width
        lines = [self._first(palette, unicode), self._second(palette, unicode)]
        return Text("\n", no_wrap=True).join(_cut(line, width, unicode) for line in lines)

    def _first(self, palette: Palette, unicode: bool) -> Text:
        run = self.shown
        sign = SIGNS[run.phase] if unicode else ASCII_SIGNS.get(run.phase, "*")
        name = printable(run.started.preset) if run.started else ""
        text = Text(
            f"{sign} {run.phase.value}", palette.style(ROLES.get(run.phase, "muted"), bold=True)
        )
        text.append(f"  {name}", palette.style("text", bold=True))
        if run.error:
            text.append(f"  {printable(run.error)}", palette.style("bad"))
        elif self.patience:
            text.append(f"  {self.patience}", palette.style("muted"))
        elif run.compiling:
            done = f"{run.compiling.done + 1}/{run.compiling.total}"
            kernel = printable(run.compiling.kernel)
            text.append(f"  once on this machine: {done} {kernel}", palette.style("muted"))
        elif run.started:
            text.append("  ").append(progress_bar(run, palette, unicode))
        return text

    def _second(self, palette: Palette, unicode: bool) -> Text:
        run, dot = self.shown, " · " if unicode else " | "
        if run.ended:
            return Text(dot.join(ending(run, run.ended)), palette.style("muted"))
        if run.error and self.advice:
            return Text(self.advice, palette.style("accent", bold=True))
        parts = []
        if run.loss is not None:
            of_a_step = "step's loss" if self.rate else "loss"  # each objective has its own
            parts.append(f"{of_a_step} {run.loss:.4g}")
        if not self.rate:  # names of several objectives' scores would leave no room
            parts += [f"{name} {_score(name, value)}" for name, value in run.validation.items()
                      if name != "loss"][:2]  # fmt: skip
        if self.rate:
            parts.append(self.rate)
        elif run.learning_rate is not None:
            parts.append(f"rate {run.learning_rate:.3g}")
        if run.examples_per_second and run.phase is Phase.RUNNING:
            parts.append(f"{_short(run.examples_per_second)} examples/s")
        if run.seconds_left is not None and run.phase is Phase.RUNNING:
            parts.append(f"{_clock(run.seconds_left)} left")
        if self.pace and not run.is_over:
            parts.append(f"slowed to {_short(self.pace)} steps/s, f: full speed")
        if run.started:
            parts.append(runs_on(run.started))
        if self.cost:
            parts.append(f"screen {self.cost:.0%} of a core")
        return Text(dot.join(parts), palette.style("muted"))


def ending(run: Run, event: RunEnded) -> list[str]:
    """The result of a run, and the keys that work now."""
    reason = event.reason.replace("_", " ")
    words = [f"{reason} after {event.epochs} epochs in {run.seconds_trained:.2f} s"]
    part, scores = ("test", event.test) if event.test else ("validation", event.validation or {})
    words += [f"{part} {name} {_score(name, value)}" for name, value in list(scores.items())[:2]]
    if event.best_epoch:
        words.append(f"best epoch {event.best_epoch} kept")
    return [*words, "space: train again, R: with a new seed"]


def progress_bar(run: Run, palette: Palette, unicode: bool, size: int = 20) -> Text:
    """Epoch and step, and a bar for the share of all steps that is done."""
    done = round(run.share_done * size)
    full, empty = ("━", "━") if unicode else ("#", ".")
    epoch = min(run.epoch, run.epochs)
    fold = f"fold {run.fold} " if run.fold else ""
    text = Text(f"{fold}epoch {epoch}/{run.epochs} ", palette.style("text"))
    text.append(full * done, palette.style("accent"))
    text.append(empty * (size - done), palette.style("faint"))
    return text.append(f" step {run.step}/{run.steps}", palette.style("muted"))


def _cut(text: Text, width: int, unicode: bool) -> Text:
    """At most so many cells, with dots where something was left out."""
    if cell_len(text.plain) <= width:
        return text
    dots = "…" if unicode else "..."
    text.truncate(max(width - len(dots), 1))
    return text.append(dots)


def _score(name: str, value: float) -> str:
    is_share = name.endswith(("accuracy", "precision", "recall", "f1"))
    return f"{value:.1%}" if is_share else f"{value:.4g}"


def _short(number: float) -> str:
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if number >= size:
            return f"{number / size:.1f} {unit}"
    return f"{number:.0f}" if number >= 1 else f"{number:.2g}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}" if minutes else f"{rest} s"
