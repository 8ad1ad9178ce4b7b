"""A sweep from its first trial to its table.

The coordinator is the only process that decides. It asks for values batch by batch, has the runs of
a batch trained to the next epoch at which trials are compared, and looks at what their folders say
then. So the table is the same for any number of workers; and a sweep that was killed is begun again
in the same way, where runs that are there already have nothing left to do.
"""

import math
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import fmean, stdev
from typing import Protocol

from tuidl.core.errors import PresetError
from tuidl.preset.schema import Preset
from tuidl.sweeps import records
from tuidl.sweeps.folder import PRESET, SWEEP, SweepFolder
from tuidl.sweeps.jobs import Answer, Job
from tuidl.sweeps.outcomes import Outcome, outcome_of
from tuidl.sweeps.presets import Presets
from tuidl.sweeps.pruning import Curve, place_of, value_of
from tuidl.sweeps.records import SweepEvent, Trial
from tuidl.sweeps.searching import search_for
from tuidl.sweeps.space import Value
from tuidl.sweeps.spec import Sweep, parse


@dataclass
class _Run:
    """One training of a trial."""

    trial: int
    path: Path
    preset: Preset
    outcome: Outcome = field(default_factory=Outcome)
    counted: int = 0
    """Epochs that the bar has counted."""

    @property
    def epochs(self) -> int:
        return self.preset.training.epochs


@dataclass
class _Trial:
    number: int
    values: dict[str, Value]
    runs: list[_Run] = field(default_factory=list)
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
    def curve(self) -> list[float]:
        """The mean over its runs by epoch, as far as all of them are."""
        return _mean([run.outcome.curve for run in self.runs])

    @property
    def second(self) -> list[float]:
        """The same of a second objective."""
        return _mean([run.outcome.second for run in self.runs]) or [math.nan] * len(self.curve)


def _mean(curves: Sequence[Curve]) -> list[float]:
    return [fmean(values) for values in zip(*curves, strict=False)]


class Workers(Protocol):
    """What trains: processes here, or a cluster."""

    @property
    def size(self) -> int:
        """Jobs that are done at a time."""

    def run(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Answer]]:
        """Carry out jobs; yields each with its answer as soon as it is there."""


class Coordinator:
    """``threads``: of each worker."""

    def __init__(self, folder: SweepFolder, pool: Workers, threads: int = 1) -> None:
        self.folder, self._pool, self._threads = folder, pool, threads
        self._source = str(folder.path / SWEEP)
        self.sweep: Sweep = parse(folder.text(SWEEP), self._source)
        self._origin = folder.origin
        self._presets = Presets(self.sweep, self._source, folder.text(PRESET), self._origin)
        self.table: list[Trial] = []
        self._done = self._total = 0
        """Epochs of all runs."""

    def run(self) -> Iterator[SweepEvent]:
        """Raises TuidlError where the sweep cannot begin or be written down."""
        began, sweep = time.monotonic(), self.sweep
        search = search_for(sweep, self._source, self.folder.study)
        yield self._started(search.trials)
        earlier: list[Curve] = []
        reason, size = "completed", self._batch(search.trials)
        for start in range(0, search.trials, size):
            if sweep.time_limit and time.monotonic() - began > sweep.time_limit:
                reason = "time_limit"
                break
            numbers = range(start, min(start + size, search.trials))
            asked = search.ask(numbers)
            batch = [self._trial(n, values) for n, values in zip(numbers, asked, strict=True)]
            yield from self._train(batch, earlier)
            for trial in batch:
                self.table.append(self._row(trial))
                yield records.TrialEnded(trial=self.table[-1])
            earlier += [trial.curve for trial in batch if trial.curve]
            values = {trial.number: self._values(trial) for trial in batch}
            search.tell(values, {trial.number for trial in batch if trial.is_pruned})
            self.folder.write_results(self.table)
        front = records.front(self.table, sweep.goals)
        best = records.best_of(self.table, sweep.goals[0].minimizes)
        yield records.Ended(
            reason=reason, best=front[0] if front else None if best is None else best.trial,
            sha256=records.digest(self.table), seconds=time.monotonic() - began, front=front,
        )  # fmt: skip

    def _started(self, trials: int) -> records.Started:
        self._total = trials * self.sweep.seeds * self._presets.base.training.epochs
        first, *more = self.sweep.goals
        return records.Started(
            sweep=self.folder.name, preset=self._origin.preset, objective=first.name,
            at=self.sweep.at, minimizes=first.minimizes, trials=trials, workers=self._pool.size,
            second=more[0].name if more else "", second_minimizes=not more or more[0].minimizes,
        )  # fmt: skip

    def _batch(self, trials: int) -> int:
        """How many trials are compared with each other, or told of, at a time."""
        learns = self.sweep.method == "tpe" or self.sweep.pruner.type == "median"
        return self.sweep.batch if learns else trials

    def _trial(self, number: int, values: dict[str, Value]) -> _Trial:
        trial = _Trial(number, values)
        try:
            for repeat in range(self.sweep.seeds):
                preset = self._presets.of(number, repeat, values)
                trial.runs.append(_Run(number, self.folder.run(number, repeat), preset))
        except PresetError as error:
            trial.error = error.problem
        return trial

    def _train(self, batch: list[_Trial], earlier: Sequence[Curve]) -> Iterator[SweepEvent]:
        """All trials of a batch, from one comparison to the next."""
        alive = [trial for trial in batch if not trial.error]
        pruner, most = self.sweep.pruner, max((t.epochs for t in alive), default=0)
        for stop in pruner.stops(most):
            yield from self._advance([run for trial in alive for run in trial.runs], stop)
            for trial in alive:
                trial.error = next((r.outcome.error for r in trial.runs if r.outcome.error), "")
            alive = [trial for trial in alive if not trial.error]
            if stop < most:
                curves = {trial.number: trial.curve for trial in alive}
                kept = pruner.kept(stop, curves, earlier, self.sweep.at)
                for trial in alive:
                    trial.is_pruned = trial.number not in kept and not trial.has_ended
                alive = [trial for trial in alive if trial.number in kept]

    def _advance(self, runs: list[_Run], stop: int) -> Iterator[SweepEvent]:
        """Have the runs trained until ``stop`` epochs, those that are not that far."""
        jobs: dict[Job, _Run] = {}
        for run in runs:
            until = min(stop, run.epochs)
            run.outcome = outcome_of(run.path, self.sweep)
            if run.outcome.has(until):
                yield self._advanced(run)
            else:
                jobs[self._job(run, until)] = run
        for job, answer in self._pool.run(jobs):
            run = jobs[job]
            run.outcome = outcome_of(run.path, self.sweep)
            if not run.outcome.has(job.epochs):
                run.outcome = replace(run.outcome, error=answer.error or "it ended too early")
            yield self._advanced(run)

    def _job(self, run: _Run, until: int) -> Job:
        return Job(
            preset=run.preset.to_toml(), folder=self._origin.folder, run=str(run.path),
            epochs=until, threads=self._threads,
        )  # fmt: skip

    def _advanced(self, run: _Run) -> records.Advanced:
        epochs = run.epochs if run.outcome.ended or run.outcome.error else len(run.outcome.curve)
        self._done += max(epochs - run.counted, 0)
        run.counted = max(epochs, run.counted)
        return records.Advanced(
            trial=run.trial, run=run.path.name, epochs=len(run.outcome.curve), done=self._done,
            total=max(self._total, self._done),
        )  # fmt: skip

    def _values(self, trial: _Trial) -> tuple[float, ...]:
        """By objective, of the epoch that counts: smaller is better; NaN where there is none."""
        place = None if trial.error else place_of(trial.curve, self.sweep.at)
        if place is None:
            return (math.nan,) * len(self.sweep.goals)
        return (trial.curve[place], trial.second[place])[: len(self.sweep.goals)]

    def _row(self, trial: _Trial) -> Trial:
        values = [
            goal.sign * value if math.isfinite(value) else None
            for goal, value in zip(self.sweep.goals, self._values(trial), strict=True)
        ]
        each = [value_of(run.outcome.curve, self.sweep.at) for run in trial.runs]
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
