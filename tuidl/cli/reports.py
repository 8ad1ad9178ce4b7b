"""Reports of a headless run: JSON lines, a plain line an epoch, or a bar and plots.

stdout is data, stderr is talk. No colour or cursor codes go where no terminal is.
"""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, Self

from tuidl.core.printable import printable
from tuidl.core.streams import MOVES, harmless
from tuidl.core.terminal import put, put_json, speaks_unicode
from tuidl.core.terminal import say as say
from tuidl.core.terminal import wants_color as wants_color
from tuidl.protocol import events
from tuidl.protocol.events import Event
from tuidl.protocol.formatting import (
    ending_lines,
    epoch_line,
    failed_norm_lines,
    fold_line,
    fold_text,
    headline,
    norm_lines,
    scores_text,
)
from tuidl.protocol.history import History
from tuidl.runs.reading import stream_events
from tuidl.verdicts import Evidence, in_lines


class Report(Protocol):
    """Handles every event, in order; entered before the first and left after the last."""

    def handle(self, event: Event) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...


class Closing:
    """A report that is entered and left; leaving it closes it."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
        sys.stdout.flush()

    def close(self) -> None:
        """Leave the terminal as it was."""


class JsonReport(Closing):
    """Every event as one line of JSON on stdout."""

    def __init__(self, run: str = "") -> None:
        self._run = run

    def handle(self, event: Event) -> None:
        put_json(events.to_json(event))
        say_how_to_resume(event, self._run)


class LineReport(Closing):
    """One plain line an epoch, and one for the result."""

    def __init__(self, run: str = "", log: Path | None = None) -> None:
        """``log``: the events of a run before it goes on."""
        self._run, self._log = run, log
        self._started: events.RunStarted | None = None
        self._history = History()
        self._norms: dict[str, float] = {}
        self._compiling = False

    def handle(self, event: Event) -> None:
        self._history.handle(event)
        if isinstance(event, events.RunStarted):
            self._started = event
            recall(self._history, event, self._log)
            put(headline(event))
        elif isinstance(event, events.Compiling) and not self._compiling:
            self._compiling = True
            say(f"compiling kernels (once on this machine): {event.total - event.done} to go")
        elif isinstance(event, events.Compiled) and not event.cached:
            say(f"compiled in {event.seconds:.1f} s")
        elif isinstance(event, events.EpochEnded):
            self._norms = event.gradient_norms
            put(epoch_line(event, self._started.epochs if self._started else event.epoch))
        elif isinstance(event, events.FoldEnded):
            put(fold_line(event))
        elif isinstance(event, events.Alert):
            say(event.in_words)
        elif isinstance(event, events.Notice):
            say(event.text)
        elif isinstance(event, events.RunEnded | events.RunFailed):
            for line in norm_lines(self._norms, speaks_unicode()):
                put(line)
            report_end(event, verdicts_on(self._history, self._started, event))
            say_how_to_resume(event, self._run)


class TerminalReport(Closing):
    """A progress bar while it trains; plots of every measure and a summary at the end."""

    def __init__(self, in_color: bool, run: str = "", log: Path | None = None) -> None:
        """``log``: the events of a run before it goes on."""
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._in_color, self._run, self._log = in_color, run, log
        self._history = History()
        self._steps = 0
        self._norms: dict[str, float] = {}
        self._started: events.RunStarted | None = None
        console = Console(
            file=harmless(sys.stderr, MOVES),
            no_color=not in_color,
            highlight=False,
            markup=False,
            emoji=False,
        )
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TextColumn("{task.percentage:>3.0f}%", markup=False),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[scores]}", markup=False),
            console=console,
            transient=True,
        )
        self._task = self._progress.add_task("starting", total=None, scores="")

    def close(self) -> None:
        self._progress.stop()

    def handle(self, event: Event) -> None:
        self._history.handle(event)
        if isinstance(event, events.RunStarted):
            self._started = event
            recall(self._history, event, self._log)
            self._steps = -(-event.examples["train"] // event.batch_size)
            put(headline(event))
            self._progress.start()
        elif isinstance(event, events.Compiling):
            text = f"compiling kernels (once on this machine) {event.done + 1}/{event.total}"
            share = event.share or event.done / max(event.total, 1)
            self._update(text, share, 1.0, event.kernel)
        elif isinstance(event, events.Progress):
            self._advance(event, event.step, f"training batch loss {event.loss:.4g}")
        elif isinstance(event, events.EpochEnded):
            part = "training" if event.validation is None else "validation"
            self._norms = event.gradient_norms
            scores = scores_text(event.validation or event.train)
            self._advance(event, self._steps, f"{part} {scores}")
        elif isinstance(event, events.FoldEnded):
            put(fold_line(event))
        elif isinstance(event, events.Alert):
            self._progress.console.print(printable(event.in_words), style="bold yellow")
        elif isinstance(event, events.Notice):
            self._progress.console.print(printable(event.text))
        elif isinstance(event, events.RunEnded | events.RunFailed):
            self._progress.stop()
            self._plots()
            report_end(event, verdicts_on(self._history, self._started, event))
            say_how_to_resume(event, self._run)

    def _advance(self, event: events.Progress | events.EpochEnded, step: int, scores: str) -> None:
        assert self._started is not None
        done = (event.epoch - 1) * self._steps + step
        text = f"{fold_text(event)}epoch {event.epoch}/{self._started.epochs}"
        self._update(text, done, self._started.epochs * self._steps, scores)

    def _update(self, text: str, done: float, total: float, scores: str) -> None:
        self._progress.update(
            self._task, description=text, completed=done, total=total, scores=scores
        )

    def _plots(self) -> None:
        from tuidl.charts.report import loss_chart

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
            put("\n".join(["", *chart]), styled=True)
        for line in norm_lines(self._norms, speaks_unicode()):
            put(line)


def recall(history: History, started: events.RunStarted, log: Path | None) -> None:
    """Take in what a run said before it goes on."""
    if started.resumed is not None and log is not None:
        for before in stream_events(log):
            history.handle(before)


def verdicts_on(
    history: History, started: events.RunStarted | None, end: events.RunEnded | events.RunFailed
) -> list[str]:
    """What the rules say of a run that has ended, a line each; nothing of several folds at once,
    nor of one that was stopped by something outside of it."""
    if isinstance(end, events.RunEnded) and end.folds:
        return []
    return in_lines(Evidence.of_run(history, started, end))


def report_end(event: events.RunEnded | events.RunFailed, verdicts: Sequence[str] = ()) -> None:
    """The result on stdout, or why there is none on stderr; then what is said of it."""
    if isinstance(event, events.RunFailed):
        say(f"training failed: {event.error}")
        for line in (*failed_norm_lines(event), *verdicts):
            say(line)
        return
    *lines, weights = ending_lines(event)
    put("\n".join([*lines, *verdicts, weights]))


def say_how_to_resume(event: Event, run: str) -> None:
    """Where the run is kept, and the command that continues it; ``run`` names it, if it is."""
    if isinstance(event, events.RunFailed) and event.advice:
        say(event.advice)
    elif isinstance(event, events.RunFailed) and event.learning_rate:
        lower = f"--set optimizer.learning_rate={event.learning_rate / 10:.3g}"
        say(f"a lower learning rate often helps: {lower}")
        if run:
            say(f"from the last good checkpoint: tuidl resume {run} --no-ui {lower}")
    elif isinstance(event, events.RunFailed) and event.resume:
        say(f"once that is mended, it goes on: tuidl resume {event.resume} --no-ui")
    elif isinstance(event, events.RunEnded) and run:
        if event.reason in ("interrupted", "terminated"):
            say(f"saved; to go on: tuidl resume {run} --no-ui")
        else:
            say(f"kept as {run}")
