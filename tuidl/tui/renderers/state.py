"""What a run is doing, in lines for the top of its screen. Each line is of one part of the data."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

from tuidl.charts.palette import Palette
from tuidl.charts.scale import readable
from tuidl.core.durations import computed, in_words, trained
from tuidl.core.printable import printable
from tuidl.protocol.events import RunEnded, Scores
from tuidl.protocol.formatting import best_by, runs_on, words_of
from tuidl.tui.session.run import Phase, Run
from tuidl.tui.session.scores import loss_of, shown_scores

SHARES = ("accuracy", "precision", "recall", "f1")
COUNTS = ("modes_covered",)
BAR = 20


@dataclass(frozen=True)
class Around:
    """What is to be said besides the run itself. ``rate``: the learning rate that keys change,
    where there are several; ``cost``: the screen's share of a core; ``is_limit``: the run may end
    before all its epochs."""

    rate: str = ""
    cost: float = 0.0
    is_limit: bool = False


def step_line(run: Run, around: Around, width: int, dot: str) -> str:
    """Of the last step: its loss on its batch, and how fast training goes."""
    if run.loss is None and run.started is None:
        return ""
    own = words_of(loss_of(run))
    parts = [] if run.loss is None else [f"training batch: {own} {readable(run.loss)}"]
    if around.rate:
        parts.append(around.rate)
    elif run.learning_rate is not None:
        parts.append(f"rate {run.learning_rate:.3g}")
    more = []
    if run.phase is Phase.RUNNING and run.seconds_left is not None:
        most = "at most " if around.is_limit else ""
        fold = " of this fold" if run.fold else ""
        more.append(f"{most}{in_words(run.seconds_left)} left{fold}")
    if run.pace and not run.is_over:
        more.append(f"slowed to {short(run.pace)} step{'s' * (run.pace != 1)}/s (f)")
    if run.seconds:
        more.append(f"trained {trained(run.seconds)}")
    if run.examples_per_second and run.phase is Phase.RUNNING:
        more.append(f"{short(run.examples_per_second)} examples/s")
    if run.started:
        more.append(runs_on(run.started))
    if around.cost:
        more.append(f"screen {around.cost:.0%} of a core")
    return fitting([*parts, *more], width, dot)


def _score_words(run: Run, scores: Scores) -> list[str]:
    """Each score by its name."""
    shown = shown_scores(run, scores)
    return [f"{words_of(name)} {score(name, value)}" for name, value in shown.items()]


def scores_line(run: Run, width: int, dot: str) -> str:
    """Of the part that was held out, after the last epoch that ended."""
    if not run.epochs_done:
        return ""
    part, scores = ("validation", run.validation) if run.validation else ("training", run.train)
    if not scores:
        return ""
    start = f"{part} after epoch {run.epochs_done}: "
    parts = _score_words(run, scores)
    if run.best and run.validation:
        epoch, loss = run.best
        parts.append(f"lowest loss {readable(loss)}, epoch {epoch}")
    return start + fitting(parts, width - cell_len(start), dot)


def ending_line(run: Run, event: RunEnded, width: int, dot: str) -> str:
    """How it ended, in how much time, and whose weights it has now."""
    reason = event.reason.replace("_", " ")
    parts = [f"{reason} in {computed(run.seconds, run.watch.seconds)}"]
    if event.best_epoch:
        parts.append(f"weights of epoch {event.best_epoch} ({best_by(event)})")
    return fitting([*parts, "space: train again, R: with a new seed"], width, dot)


def ended_scores_line(run: Run, event: RunEnded, width: int, dot: str) -> str:
    """Of the part that counts at the end."""
    part, scores = ("test", event.test) if event.test else ("validation", event.validation)
    if not scores:
        part, scores = "training", event.train
    if not scores:
        return ""
    mean = f"mean of {event.folds} folds, " if event.folds else ""
    start = f"{mean}{part}: "
    return start + fitting(_score_words(run, scores), width - cell_len(start), dot)


def first_line(run: Run, frame: Run, palette: Palette, unicode: bool, head: Text) -> Text:
    """State, how far it is, and the preset's name, which alone may be cut."""
    if run.started and not run.compiling:
        head.append("  ").append(progress_bar(frame, palette, unicode))
    if run.started:
        head.append(f"  {printable(run.started.preset)}", palette.style("text", bold=True))
    return head


def compiling_text(run: Run, now: float, palette: Palette, unicode: bool) -> Text:
    """A bar that moves while a kernel is compiled, how long it takes, and what is compiled."""
    assert run.compiling is not None
    share, left = run.compiled_share(now), run.compile_seconds_left(now)
    text = Text("compiling, once on this machine  ", palette.style("muted"))
    text.append(bar(share, palette, unicode)).append(f" {share:.0%}", palette.style("text"))
    if left is not None:
        text.append(f", about {in_words(left)} left", palette.style("text"))
    count = f"  kernel {run.compiling.done + 1} of {run.compiling.total}: "
    return text.append(count + printable(run.compiling.kernel), palette.style("muted"))


def progress_bar(run: Run, palette: Palette, unicode: bool) -> Text:
    """Epoch and step, and a bar for the share of all steps that is done."""
    epoch = min(run.epoch, run.epochs)
    fold = f"fold {run.fold} " if run.fold else ""
    text = Text(f"{fold}epoch {epoch}/{run.epochs} ", palette.style("text"))
    text.append(bar(run.share_done, palette, unicode))
    return text.append(f" step {run.step}/{run.steps}", palette.style("muted"))


def bar(share: float, palette: Palette, unicode: bool, size: int = BAR) -> Text:
    done = round(min(share, 1.0) * size)
    full, empty = ("━", "━") if unicode else ("#", ".")
    text = Text(full * done, palette.style("accent"))
    return text.append(empty * (size - done), palette.style("faint"))


def fitting(parts: Sequence[str], width: int, dot: str) -> str:
    """As many of the parts, the most important first, as fit whole: no number is ever cut."""
    text = ""
    for part in parts:
        longer = text + dot + part if text else part
        if cell_len(longer) <= width:
            text = longer
    return text


def score(name: str, value: float) -> str:
    if name.endswith(COUNTS):
        return f"{value:.3g}"  # a whole number but for means of folds
    return f"{value:.1%}" if name.endswith(SHARES) else readable(value)


def short(number: float) -> str:
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if number >= size:
            return f"{number / size:.1f} {unit}"
    return f"{number:.0f}" if number >= 1 else f"{number:.2g}"
