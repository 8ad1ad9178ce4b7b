"""A sweep on a terminal while it goes on: how far it is, what trains, and the best trials."""

import shutil
import sys
import time
from typing import TYPE_CHECKING

from tuidl.cli.sweep_table import counts_text, in_order, table_lines
from tuidl.core.durations import in_words
from tuidl.core.printable import printable
from tuidl.core.streams import MOVES, harmless
from tuidl.core.terminal import speaks_unicode
from tuidl.sweeps import records
from tuidl.sweeps.records import SweepEvent, Trial
from tuidl.sweeps.spec import Sweep

if TYPE_CHECKING:
    from rich.text import Text

BEST_SHOWN = 10
OTHER_LINES = 9
"""Of the screen, beside those of the table: the shell's, the sweep's first one, and what is above
the table."""
BAR = 24


class Progress:
    """How far a sweep is. Epochs that were trained before it began or went on take no time."""

    def __init__(self) -> None:
        self._began: tuple[float, int] | None = None
        self._done = self._total = 0

    def take(self, event: records.Advanced, now: float) -> None:
        if self._began is None and event.is_training:
            self._began = now, event.done
        self._done, self._total = event.done, event.total

    def text(self, now: float, is_at_most: bool, unicode: bool = True) -> str:
        """A bar, and the time left; ``is_at_most``: some of the epochs may not be trained."""
        share = self._done / max(self._total, 1)
        full, empty = ("█", "░") if unicode else ("#", ".")
        bar = (full * round(BAR * share)).ljust(BAR, empty)
        began, before = self._began or (now, self._done)
        trained = self._done - before
        left = (now - began) * (self._total - self._done) / trained if trained else 0.0
        words = f", {'at most' if is_at_most else 'about'} {in_words(left)} left" if trained else ""
        return f"{bar} {share:4.0%} of the epochs{words}"


class LiveTable:
    """Drawn anew eight times a second until it is closed."""

    def __init__(self, sweep: Sweep) -> None:
        from rich.console import Console
        from rich.live import Live

        self._sweep, self._progress = sweep, Progress()
        self._table: list[Trial] = []
        self._ordered: list[Trial] = []
        self._training: dict[str, str] = {}
        self._workers = self._lost = 0
        self._problem = ""
        console = Console(
            file=harmless(sys.stderr, MOVES), highlight=False, markup=False, emoji=False
        )  # fmt: skip
        self._live = Live(
            console=console, get_renderable=self._drawn, refresh_per_second=8, transient=True,
            redirect_stdout=False, redirect_stderr=False,
        )  # fmt: skip

    def close(self) -> None:
        """Leave the terminal as it was."""
        self._live.stop()

    def handle(self, event: SweepEvent) -> None:
        if isinstance(event, records.Started):
            self._workers = event.workers
            self._live.start()
        elif isinstance(event, records.Advanced):
            self._progress.take(event, time.monotonic())
            self._training.pop(event.run, None)
            if event.is_training:
                seed = event.run.rpartition(f"-{event.trial:04d}")[2]
                self._training[event.run] = f"{event.trial}{seed} at epoch {event.epochs}"
        elif isinstance(event, records.WorkerLost):
            self._lost += 1
            self._problem = f"trial {event.trial}: its worker ended {event.how}; another goes on"
        elif isinstance(event, records.TrialEnded):
            self._table.append(event.trial)
            if event.trial.error:
                self._problem = f"trial {event.trial.trial} failed: {event.trial.error}"

    def _drawn(self) -> "Text":
        from rich.text import Text

        height = shutil.get_terminal_size().lines
        lines = self.lines(min(height - OTHER_LINES, BEST_SHOWN + 1))
        return Text("\n".join(map(printable, lines)), no_wrap=True, overflow="ellipsis")

    def lines(self, rows: int) -> list[str]:
        """``rows``: of the table, with the names of its columns."""
        table, sweep = list(self._table), self._sweep
        if len(table) != len(self._ordered):
            self._ordered = in_order(table, sweep)
        lost = f", {self._lost} lost and replaced" if self._lost else ""
        training = "  ".join(list(self._training.values()))
        found = [
            self._progress.text(time.monotonic(), sweep.pruner.type == "median", speaks_unicode()),
            f"{len(table)} trials ended: {counts_text(table)}   workers: {self._workers}{lost}",
            *([f"training: {training}"] if training else []),
            *([self._problem] if self._problem else []),
        ]
        if self._ordered and rows > 1:
            front = records.front(table, sweep.goals)
            found += ["", *table_lines(self._ordered[: rows - 1], sweep, front)]
        return found
