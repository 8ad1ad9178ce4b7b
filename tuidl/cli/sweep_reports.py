"""Reports of a sweep: JSON lines, a plain line a trial, or a bar above the best trials so far."""

import shutil
import sys
import time
from collections.abc import Sequence
from typing import Any, Self

import msgspec

from tuidl.cli.pareto import MARK, chart_lines
from tuidl.cli.reports import Closing
from tuidl.core.durations import in_words
from tuidl.core.printable import printable
from tuidl.core.terminal import put, put_json, say, speaks_unicode, wants_color
from tuidl.sweeps import records
from tuidl.sweeps.records import SweepEvent, Trial
from tuidl.sweeps.spec import Sweep
from tuidl.sweeps.values import plain

BEST_SHOWN = 10
MOST_LISTED = 50
"""Lines of the table at the end; results.json has all."""


class JsonReport(Closing):
    """Every event as one line of JSON."""

    def handle(self, event: SweepEvent) -> None:
        put_json(msgspec.json.encode(event).decode())


class LineReport(Closing):
    """A line a trial, and the table at the end."""

    def __init__(self, sweep: Sweep) -> None:
        self._sweep = sweep
        self._table: list[Trial] = []

    def handle(self, event: SweepEvent) -> None:
        if isinstance(event, records.Started):
            put(_headline(event))
        elif isinstance(event, records.TrialEnded):
            self._table.append(event.trial)
            put(_line(event.trial, self._sweep))
        elif isinstance(event, records.Ended):
            self.close()
            for line in ending(event, self._sweep, self._table):
                put(line)


class TerminalReport(LineReport):
    """A bar with the time left, and the best trials so far; the table at the end."""

    def __init__(self, sweep: Sweep) -> None:
        super().__init__(sweep)
        from rich.console import Console
        from rich.live import Live

        self._began, self._bar = time.monotonic(), ""
        self._live: Live | None = Live(console=Console(), refresh_per_second=8, transient=True)

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def handle(self, event: SweepEvent) -> None:
        if isinstance(event, records.Advanced):
            self._bar = self._progress(event)
        elif isinstance(event, records.TrialEnded):
            self._table.append(event.trial)
        else:
            super().handle(event)
            return
        if self._live is not None:
            from rich.text import Text

            shown = in_order(self._table, self._sweep)[:BEST_SHOWN]
            front = records.front(self._table, self._sweep.goals)
            lines = [self._bar, *(table_lines(shown, self._sweep, front) if shown else [])]
            self._live.update(Text("\n".join(map(printable, lines))))

    def close(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _progress(self, event: records.Advanced) -> str:
        """By epochs: pruned trials make the time left shorter than what is said."""
        share = event.done / max(event.total, 1)
        left = (time.monotonic() - self._began) * (1 - share) / max(share, 1e-9)
        filled = "█" * round(24 * share)
        ended = f"{len(self._table)} trials ended"
        return f"{filled:░<24} {share:4.0%} of the epochs, at most {in_words(left)} left   {ended}"


def report_for(sweep: Sweep, as_json: bool) -> JsonReport | LineReport:
    if as_json:
        return JsonReport()
    return TerminalReport(sweep) if sys.stdout.isatty() else LineReport(sweep)


def in_order(table: list[Trial], sweep: Sweep) -> list[Trial]:
    """The best first, of two objectives the Pareto front; trials that were ended before their last
    epoch behind those that have all, and those without a value last."""
    states = (records.DONE, records.PRUNED, records.FAILED)
    sign = sweep.goals[0].sign
    front = records.front(table, sweep.goals)

    def place(trial: Trial) -> tuple[Any, ...]:
        is_known = trial.value is not None
        is_beaten = trial.trial not in front
        value = sign * (trial.value or 0.0)
        return states.index(trial.state), not is_known, is_beaten, value, trial.trial

    return sorted(table, key=place)


def table_lines(table: list[Trial], sweep: Sweep, front: Sequence[int] = ()) -> list[str]:
    """Columns: the trial, its value (and spread over seeds), epochs, state, and its settings. Of
    two objectives both, and which trials are on the Pareto ``front``."""
    keys, names = list(sweep.space), [goal.name for goal in sweep.goals]
    ends = ["state", *(_short(key, keys) for key in keys)]
    rows = [
        ["trial", *names, "epochs", *ends],
        *(_cells(trial, keys, len(names)) for trial in table),
    ]
    if len(names) > 1:
        marks = ["front", *(MARK if trial.trial in front else "" for trial in table)]
        rows = [[row[0], mark, *row[1:]] for row, mark in zip(rows, marks, strict=True)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    numbers = len(rows[0]) - len(ends)
    return [
        "  ".join(
            cell.rjust(width) if i < numbers else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _cells(trial: Trial, keys: list[str], objectives: int) -> list[str]:
    values = [plain(trial.values[key]) if key in trial.values else "-" for key in keys]
    epochs = "+".join(map(str, trial.epochs)) or "-"
    second = [] if objectives == 1 else [_number(trial.second)]
    return [
        str(trial.trial), value_text(trial), *second, epochs, trial.state, *map(printable, values)
    ]  # fmt: skip


def _short(key: str, keys: list[str]) -> str:
    """The end of a dotted key, where no other has the same."""
    name = key.rpartition(".")[2]
    return name if [other.rpartition(".")[2] for other in keys].count(name) == 1 else key


def value_text(trial: Trial) -> str:
    """Its value, with the standard deviation over several seeds."""
    spread = "" if trial.spread is None or trial.value is None else f" ±{trial.spread:.2g}"
    return f"{_number(trial.value)}{spread}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.5g}"


def _headline(event: records.Started) -> str:
    best = "smallest" if event.minimizes else "largest"
    which = "best epoch" if event.at == "best" else "last epoch"
    workers = "1 worker" if event.workers == 1 else f"{event.workers} workers"
    wins = f"{best} {event.objective} of the {which} wins"
    if event.second:
        other = "smallest" if event.second_minimizes else "largest"
        wins = f"{best} {event.objective} and {other} {event.second}, of the {which} by the first"
    return f"{event.sweep}: {event.trials} trials of {event.preset} on {workers}; {wins}"


def _line(trial: Trial, sweep: Sweep) -> str:
    settings = "  ".join(f"{key}={plain(value)}" for key, value in trial.values.items())
    what = trial.error or _values_text(trial, sweep)
    return f"trial {trial.trial}: {trial.state}, {what}   {settings}"


def _values_text(trial: Trial, sweep: Sweep) -> str:
    first, *more = sweep.goals
    second = "".join(f", {goal.name} {_number(trial.second)}" for goal in more)
    return f"{first.name} {value_text(trial)}{second}"


def ending(event: records.Ended, sweep: Sweep, table: list[Trial]) -> list[str]:
    """The table, the best trial and how to go on with it."""
    ordered = in_order(table, sweep)
    lines = ["", *table_lines(ordered[:MOST_LISTED], sweep, event.front)]
    if len(ordered) > MOST_LISTED:
        lines.append(f"... and {len(ordered) - MOST_LISTED} more")
    counts = [f"{sum(t.state == s for t in table)} {s}" for s in ("done", "pruned", "failed")]
    lines += ["", f"{', '.join(counts)} in {in_words(event.seconds)}"]
    if event.reason == "time_limit":
        lines.append("the time limit was reached before all trials had begun")
    best = next((trial for trial in table if trial.trial == event.best), None)
    if best is None:
        say("no trial has a value")
    else:
        lines += _front_lines(event, sweep, table)
        by = " by the first objective" if event.front else ""
        lines.append(f"best{by}: trial {best.trial}, {_values_text(best, sweep)}")
        lines.append(f"  tuidl show {best.runs[0]}; tuidl evaluate {best.runs[0]}")
    return [*lines, f"table sha256 {event.sha256}"]


def _front_lines(event: records.Ended, sweep: Sweep, table: list[Trial]) -> list[str]:
    """Of two objectives, the chart and the trials that none beats."""
    if not event.front:
        return []
    width = shutil.get_terminal_size().columns
    drawn = chart_lines(
        table, sweep.goals, event.front, width, wants_color(), speaks_unicode()
    )  # fmt: skip
    numbers = ", ".join(map(str, event.front))
    return [*drawn, "", f"Pareto front: {'trial' if len(event.front) == 1 else 'trials'} {numbers}"]
