"""What a sweep says while it goes on, and its table of trials."""

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec

from tuidl.sweeps.goals import Goal, front_of

DONE, PRUNED, FAILED, RUNNING = "done", "pruned", "failed", "running"


class Trial(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line of the table. ``value``: the objective, the mean over ``runs`` of one training a seed,
    None where it is no number; ``second``: that of a second objective; ``spread``: the standard
    deviation of ``value`` over several; ``epochs``: of each run; ``state``: done, pruned or failed,
    which ``error`` explains."""

    trial: int
    values: dict[str, Any]
    state: str
    value: float | None
    second: float | None = None
    spread: float | None = None
    epochs: tuple[int, ...] = ()
    weights_sha256: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    error: str = ""


class Started(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="sweep_started"):
    """``trials``: how many there will be; ``minimizes``: whether a smaller value is better;
    ``second``: a second objective, empty where there is none."""

    sweep: str
    preset: str
    objective: str
    at: str
    minimizes: bool
    trials: int
    workers: int
    second: str = ""
    second_minimizes: bool = True


class Advanced(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="run_advanced"):
    """A run of a trial has come to ``epochs`` epochs, and ``is_training`` or rests there: ``done``
    of the ``total`` epochs that the sweep takes, as far as that is known."""

    trial: int
    run: str
    epochs: int
    done: int
    total: int
    is_training: bool = False


class WorkerLost(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="worker_lost"):
    """The worker that trained this run has died, ``how``; another one goes on with it."""

    trial: int
    run: str
    how: str


class TrialEnded(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="trial_ended"):
    """A line of the table."""

    trial: Trial


class Ended(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="sweep_ended"):
    """``reason``: completed, or time_limit; ``best``: the trial's number, None where none has a
    value, and of two objectives the best by the first; ``front``: of two, the trials of the Pareto
    front, the best by the first one first; ``sha256``: of the table, the same however many workers
    made it."""

    reason: str
    best: int | None
    sha256: str
    seconds: float
    front: tuple[int, ...] = ()


SweepEvent = Started | Advanced | WorkerLost | TrialEnded | Ended


def digest(table: list[Trial]) -> str:
    """The SHA-256 of what the trials came to, names of runs aside: they say when it began."""
    lines = [msgspec.json.encode(msgspec.structs.replace(trial, runs=())) for trial in table]
    return hashlib.sha256(b"\n".join(lines)).hexdigest()


def best_of(table: list[Trial], minimizes: bool) -> Trial | None:
    """Of the trials that had all their epochs, the best; the first of those that are equal."""
    known = [trial for trial in table if trial.state == DONE and trial.value is not None]
    sign = 1 if minimizes else -1
    return min(known, key=lambda trial: (sign * (trial.value or 0.0), trial.trial), default=None)


def front(table: list[Trial], goals: Sequence[Goal]) -> tuple[int, ...]:
    """Of two objectives, the numbers of the trials that none is better than; else none."""
    if len(goals) == 1:
        return ()
    first, second = goals
    points = {
        trial.trial: (first.sign * trial.value, second.sign * trial.second)
        for trial in table
        if trial.state == DONE and trial.value is not None and trial.second is not None
    }
    return tuple(front_of(points))
