"""The trials of a sweep and their runs while it goes on, and what they come to."""

import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, stdev

from tuidl.core.errors import RunError
from tuidl.preset.schema import Preset
from tuidl.storage.folder import RunFolder
from tuidl.sweeps import records
from tuidl.sweeps.outcomes import Outcome
from tuidl.sweeps.pruning import Curve, place_of, value_of
from tuidl.sweeps.records import Trial
from tuidl.sweeps.space import Value
from tuidl.sweeps.spec import Sweep


@dataclass
class SweptRun:
    """One training of a trial."""

    trial: int
    path: Path
    preset: Preset
    outcome: Outcome = field(default_factory=Outcome)
    counted: int = 0
    """Epochs that the bar has counted."""
    is_open: bool = False
    """Whether it is to be trained, or is just now."""

    @property
    def epochs(self) -> int:
        return self.preset.training.epochs


@dataclass
class SweptTrial:
    """A trial while its batch is trained. ``error``: why it failed."""

    number: int
    values: dict[str, Value]
    runs: list[SweptRun] = field(default_factory=list)
    error: str = ""
    is_pruned: bool = False

    @property
    def epochs(self) -> int:
        """The most that one of its runs takes."""
        return max((run.epochs for run in self.runs), default=0)

    @property
    def has_ended(self) -> bool:
        return all(run.outcome.ended for run in self.runs)

    @property
    def is_open(self) -> bool:
        """Whether one of its runs is still to be trained."""
        return any(run.is_open for run in self.runs)

    @property
    def has_begun(self) -> bool:
        """Whether one of its runs has an epoch."""
        return any(run.counted for run in self.runs)

    @property
    def curve(self) -> list[float]:
        """The mean over its runs by epoch, as far as all of them are."""
        return _mean([run.outcome.curve for run in self.runs])

    @property
    def second(self) -> list[float]:
        """The same of a second objective."""
        return _mean([run.outcome.second for run in self.runs]) or [math.nan] * len(self.curve)


def _mean(curves: Sequence[Curve]) -> list[float]:
    return [fmean(values) for values in zip(*curves, strict=False)]


def values_of(trial: SweptTrial, sweep: Sweep) -> tuple[float, ...]:
    """By objective, of the epoch that counts: smaller is better; NaN where there is none."""
    place = None if trial.error else place_of(trial.curve, sweep.at)
    if place is None:
        return (math.nan,) * len(sweep.goals)
    return (trial.curve[place], trial.second[place])[: len(sweep.goals)]


def give_up(trial: SweptTrial) -> None:
    """Its runs say that they were pruned. One that cannot be read, or was deleted, is left as it
    is. Raises SaveError."""
    for run in trial.runs:
        with suppress(RunError):
            RunFolder(run.path).give_up()


def row_of(trial: SweptTrial, sweep: Sweep) -> Trial:
    """A trial that has ended, as a line of the table."""
    values = [
        goal.sign * value if math.isfinite(value) else None
        for goal, value in zip(sweep.goals, values_of(trial, sweep), strict=True)
    ]
    each = [value_of(run.outcome.curve, sweep.at) for run in trial.runs]
    has_spread = len(each) > 1 and all(map(math.isfinite, each))
    state = records.PRUNED if trial.is_pruned else records.DONE
    return Trial(
        trial=trial.number,
        values=trial.values,
        state=records.FAILED if trial.error else state,
        value=values[0],
        second=values[1] if len(values) > 1 else None,
        spread=stdev(each) if has_spread else None,
        epochs=tuple(len(run.outcome.curve) for run in trial.runs),
        weights_sha256=tuple(run.outcome.weights_sha256 for run in trial.runs),
        runs=tuple(run.path.name for run in trial.runs),
        error=trial.error,
    )
