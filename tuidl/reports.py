"""How a headless run is told: JSON lines, a plain line an epoch, or a bar and plots.

stdout is data, stderr is talk. No colour or cursor codes go where no terminal is.
"""

import os
import shutil
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import Protocol, Self

from tuidl import events
from tuidl.events import Event, Scores
from tuidl.history import History

ENDS_OF_PERCENTAGES = ("accuracy", "precision", "recall", "f1")


class Report(Protocol):
    """Told every event, in order; entered before the first and left after the last."""

    def handle(self, event: Event) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class _Report:
    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
        sys.stdout.flush()

    def close(self) -> None:
        """Leave the terminal as it was."""


class JsonReport(_Report):
    """Every event as one line of JSON on stdout."""

    def handle(self, event: Event) -> None:
        print(events.to_json(event), flush=True)


class LineReport(_Report):
    """One plain line an epoch, and one for the result."""

    def __init__(self) -> None:
        self._epochs = 0
        self._compiling = False

    def handle(self, event: Event) -> None:
        if isinstance(event, events.RunStarted):
            self._epochs = event.epochs
            print(headline(event), flush=True)
        elif isinstance(event, events.Compiling) and not self._compiling:
            self._compiling = True
            say(f"compiling kernels (once on this machine): {event.total - event.done} to go")
        elif isinstance(event, events.Compiled) and not event.cached:
            say(f"compiled in {event.seconds:.1f} s")
        elif isinstance(event, events.EpochEnded):
            print(epoch_line(event, self._epochs), flush=True)
        elif isinstance(event, events.FoldEnded):
            print(fold_line(event), flush=True)
        elif isinstance(event, events.RunEnded | events.RunFailed):
            tell_end(event)


class TerminalReport(_Report):
    """A progress bar while it trains; plots of every measure and a summary at the end."""

    def __init__(self, in_color: bool) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._in_color = in_color
        self._history = History()
        self._steps = 0
        self._started: events.RunStarted | None = None
        console = Console(stderr=True, no_color=not in_color, highlight=False)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[scores]}"),
            console=console,
            transient=True,
        )
        self._task = self._progress.add_task("starting", total=None, scores="")

    def close(self) -> None:
        self._progress.stop()

    def handle(self, event: Event) -> None:
        self._history.fold(event)
        if isinstance(event, events.RunStarted):
            self._started = event
            self._steps = -(-event.examples["train"] // event.batch_size)
            print(headline(event), flush=True)
            self._progress.start()
        elif isinstance(event, events.Compiling):
            text = f"compiling kernels (once on this machine) {event.done + 1}/{event.total}"
            self._update(text, event.done, event.total, event.kernel)
        elif isinstance(event, events.Progress):
            self._advance(event, event.step, f"loss {event.loss:.4g}")
        elif isinstance(event, events.EpochEnded):
            scores = event.validation or event.train
            self._advance(event, self._steps, scores_text(scores))
        elif isinstance(event, events.FoldEnded):
            print(fold_line(event), flush=True)
        elif isinstance(event, events.RunEnded | events.RunFailed):
            self._progress.stop()
            self._plots()
            tell_end(event)

    def _advance(self, event: events.Progress | events.EpochEnded, step: int, scores: str) -> None:
        assert self._started is not None
        done = (event.epoch - 1) * self._steps + step
        text = f"{_fold(event)}epoch {event.epoch}/{self._started.epochs}"
        self._update(text, done, self._started.epochs * self._steps, scores)

    def _update(self, text: str, done: int, total: int, scores: str) -> None:
        self._progress.update(
            self._task, description=text, completed=done, total=total, scores=scores
        )

    def _plots(self) -> None:
        from tuidl.charts import loss_chart

        series = self._history.series
        measures = [name.removeprefix("train ") for name in series if name.startswith("train ")]
        width = min(shutil.get_terminal_size().columns, 100)
        for name in measures[:2]:
            chart = loss_chart(
                name,
                series.get(f"train {name}"),
                series.get(f"validation {name}"),
                width,
                12,
                color=self._in_color,
                unicode=speaks_unicode(),
            )
            print("\n".join(["", *chart]))


def headline(event: events.RunStarted) -> str:
    """What is about to be trained, on one line."""
    parts = ", ".join(f"{count} {part}" for part, count in event.examples.items() if count)
    return (
        f"{event.preset}: {event.parameters:,} parameters, examples: {parts}; "
        f"seed {event.seed}, {event.backend}, {event.threads} "
        f"thread{'s' if event.threads != 1 else ''}"
    )


def epoch_line(event: events.EpochEnded, epochs: int) -> str:
    """One epoch: scores of the training part, and of the validation part where there is one."""
    number = f"{_fold(event)}epoch {event.epoch:>{len(str(epochs))}}/{epochs}"
    text = f"{number}  {scores_text(event.train)}"
    if event.validation is not None:
        text += f"  |  validation {scores_text(event.validation)}"
    return f"{text}  |  {event.seconds:.3f} s"


def fold_line(event: events.FoldEnded) -> str:
    """What one fold of a cross-validation came to."""
    scores = scores_text(event.validation or {})
    return f"fold {event.fold}/{event.folds} after {event.epochs} epochs: validation {scores}"


def _fold(event: events.Progress | events.EpochEnded) -> str:
    return f"fold {event.fold}  " if event.fold else ""


def scores_text(scores: Scores) -> str:
    """``loss 0.1234  accuracy 97.50%``."""
    return "  ".join(f"{name} {_value(name, value)}" for name, value in scores.items())


def tell_end(event: events.RunEnded | events.RunFailed) -> None:
    """The result: a table on stdout, or why there is none on stderr."""
    if isinstance(event, events.RunFailed):
        say(f"training failed: {event.error}")
        say("a lower learning rate often helps: --set optimizer.learning_rate=...")
        return
    parts = {"train": event.train, "validation": event.validation, "test": event.test}
    if event.spread:
        parts = {f"mean {name}": scores for name, scores in parts.items()}
        parts["deviation of validation"] = event.spread
    known = {name: scores for name, scores in parts.items() if scores}
    names = list(next(iter(known.values()), {}))
    rows = [["", *names]]
    rows += [
        [part, *(_value(name, scores[name]) for name in names)] for part, scores in known.items()
    ]
    print("\n" + "\n".join(_columns(rows)) if known else "")
    if event.confusion:
        print("\n" + "\n".join(confusion_lines(event.confusion)) + "\n")
    print(f"{_ending(event)} after {event.epochs} epochs in {event.seconds:.2f} s")
    print(f"weights sha256 {event.weights_sha256}", flush=True)


def _ending(event: events.RunEnded) -> str:
    text = event.reason.replace("_", " ")
    if event.folds:
        text += f" {event.folds} folds"
    return text + (f", best epoch {event.best_epoch} kept," if event.best_epoch else "")


def confusion_lines(table: events.Table) -> list[str]:
    """The confusion matrix: a row for each true class, a column for what was said instead."""
    header = ["true \\ given", *map(str, range(len(table)))]
    return _columns([header, *([str(i), *map(str, row)] for i, row in enumerate(table))])


def say(text: str) -> None:
    """Talk, as opposed to data."""
    print(f"tuidl: {text}", file=sys.stderr, flush=True)


def wants_color() -> bool:
    """Whether stdout may get colour codes."""
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return wanted and sys.stdout.isatty()


def speaks_unicode() -> bool:
    """Whether stdout can write more than ASCII."""
    return (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")


def _value(name: str, value: float) -> str:
    return f"{100 * value:.2f}%" if name.endswith(ENDS_OF_PERCENTAGES) else f"{value:.4g}"


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
