"""Reports of a sweep: JSON lines, a plain line a trial, or a live table; and its end."""

import shutil
import sys
import textwrap

import msgspec

from tuidl.cli.reports import Closing
from tuidl.cli.sweep_charts import front_chart, setting_charts
from tuidl.cli.sweep_live import LiveTable
from tuidl.cli.sweep_table import counts_text, in_order, table_lines, values_text
from tuidl.core.durations import in_words
from tuidl.core.terminal import put, put_json, say, speaks_unicode, wants_color
from tuidl.sweeps import records
from tuidl.sweeps.records import SweepEvent, Trial
from tuidl.sweeps.spec import Sweep
from tuidl.sweeps.values import plain

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
        elif isinstance(event, records.WorkerLost):
            say(f"trial {event.trial}: its worker ended {event.how}; another one goes on with it")
        elif isinstance(event, records.TrialEnded):
            self._table.append(event.trial)
            put(_line(event.trial, self._sweep))
        elif isinstance(event, records.Ended):
            for line in ending(event, self._sweep, self._table):
                put(line, styled=True)


class TerminalReport(LineReport):
    """A table that is drawn anew while it goes on; at the end the whole one, and charts."""

    def __init__(self, sweep: Sweep) -> None:
        super().__init__(sweep)
        self._live = LiveTable(sweep)

    def handle(self, event: SweepEvent) -> None:
        if isinstance(event, records.TrialEnded):
            self._table.append(event.trial)
        elif isinstance(event, records.Ended):
            self.close()
        if isinstance(event, records.Started):
            put(textwrap.fill(_headline(event), shutil.get_terminal_size().columns))
        elif isinstance(event, records.Ended):
            super().handle(event)
        self._live.handle(event)

    def close(self) -> None:
        self._live.close()


def report_for(sweep: Sweep, as_json: bool) -> JsonReport | LineReport:
    if as_json:
        return JsonReport()
    return TerminalReport(sweep) if sys.stdout.isatty() else LineReport(sweep)


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
    what = trial.error or values_text(trial, sweep)
    return f"trial {trial.trial}: {trial.state}, {what}   {settings}"


def ending(event: records.Ended, sweep: Sweep, table: list[Trial]) -> list[str]:
    """The table, the best trial and how to go on with it."""
    ordered = in_order(table, sweep)
    lines = ["", *table_lines(ordered[:MOST_LISTED], sweep, event.front)]
    if len(ordered) > MOST_LISTED:
        lines.append(f"... and {len(ordered) - MOST_LISTED} more")
    lines += ["", f"{counts_text(table)} in {in_words(event.seconds)}"]
    if event.reason == "time_limit":
        lines.append("the time limit was reached before all trials had begun")
    best = next((trial for trial in table if trial.trial == event.best), None)
    if best is None:
        say("no trial has a value")
    else:
        lines += _charts(event, best, sweep, table)
        by = " by the first objective" if event.front else ""
        lines.append(f"best{by}: trial {best.trial}, {values_text(best, sweep)}")
        lines.append(f"  tuidl show {best.runs[0]}; tuidl evaluate {best.runs[0]}")
    return [*lines, f"table sha256 {event.sha256}"]


def _charts(event: records.Ended, best: Trial, sweep: Sweep, table: list[Trial]) -> list[str]:
    """Of two objectives, also the trials that none beats."""
    width, color, unicode = shutil.get_terminal_size().columns, wants_color(), speaks_unicode()
    if not event.front:
        drawn = setting_charts(table, sweep, best.trial, width, color, unicode)
        return [*drawn, ""] if drawn else []
    numbers = ", ".join(map(str, event.front))
    front = f"Pareto front: {'trial' if len(event.front) == 1 else 'trials'} {numbers}"
    return [*front_chart(table, sweep, event.front, width, color, unicode), "", front]
