"""The table of a sweep's trials, and what is said at its end."""

from collections.abc import Sequence
from typing import Any

from tuidl.core.printable import printable
from tuidl.sweeps import records
from tuidl.sweeps.records import Trial
from tuidl.sweeps.spec import Sweep
from tuidl.sweeps.values import plain

MARK = "*"
"""Beside trials of the Pareto front."""
STATES = (records.DONE, records.PRUNED, records.FAILED)


def in_order(table: list[Trial], sweep: Sweep) -> list[Trial]:
    """The best first, of two objectives the Pareto front; trials that were ended before their last
    epoch behind those that have all, and those without a value last."""
    sign = sweep.goals[0].sign
    front = records.front(table, sweep.goals)

    def place(trial: Trial) -> tuple[Any, ...]:
        is_known = trial.value is not None
        is_beaten = trial.trial not in front
        value = sign * (trial.value or 0.0)
        return STATES.index(trial.state), not is_known, is_beaten, value, trial.trial

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


def values_text(trial: Trial, sweep: Sweep) -> str:
    first, *more = sweep.goals
    second = "".join(f", {goal.name} {_number(trial.second)}" for goal in more)
    return f"{first.name} {value_text(trial)}{second}"


def counts_text(table: Sequence[Trial]) -> str:
    """How many trials came to which end."""
    return ", ".join(f"{sum(t.state == state for t in table)} {state}" for state in STATES)
