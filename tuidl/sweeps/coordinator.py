"""A sweep from its first trial to its table.

The coordinator is the only process that decides. It asks for values batch by batch and has the runs
of a batch trained (``training.py``); what the trials came to is what the folders of their runs say.
So the table is the same for any number of workers; and a sweep that was killed is begun again in
the same way, where runs that are there already have nothing left to do.
"""

import time
from collections.abc import Iterator

from tuidl.core.errors import PresetError
from tuidl.sweeps import records
from tuidl.sweeps.folder import PRESET, SWEEP, SweepFolder
from tuidl.sweeps.members import SweptRun, SweptTrial, give_up, row_of, values_of
from tuidl.sweeps.presets import Presets
from tuidl.sweeps.pruning import Curve
from tuidl.sweeps.records import SweepEvent, Trial
from tuidl.sweeps.searching import Result, search_for
from tuidl.sweeps.space import Value
from tuidl.sweeps.spec import Sweep, parse
from tuidl.sweeps.training import BatchTraining, Progress, Workers

SECONDS_BETWEEN_WRITES = 2.0
"""Of the table, while trials end."""


class Coordinator:
    """``threads``: of each worker."""

    def __init__(self, folder: SweepFolder, pool: Workers, threads: int = 1) -> None:
        self.folder, self._pool, self._threads = folder, pool, threads
        self._source = str(folder.path / SWEEP)
        self.sweep: Sweep = parse(folder.text(SWEEP), self._source)
        self._origin = folder.origin
        self._presets = Presets(self.sweep, self._source, folder.text(PRESET), self._origin)
        self.table: list[Trial] = []
        self._written = 0.0

    def run(self) -> Iterator[SweepEvent]:
        """Trials end in any order; of the table they are in theirs. Raises TuidlError where the
        sweep cannot begin or be written down."""
        began, sweep = time.monotonic(), self.sweep
        search = search_for(sweep, self._source, self.folder.study)
        yield self._started(search.trials)
        size = self._batch(search.trials)
        progress = Progress(self._planned(search.trials, size))
        until = began + sweep.time_limit if sweep.time_limit else None
        earlier: list[Curve] = []
        for start in range(0, search.trials, size):
            if until is not None and time.monotonic() > until:
                break
            numbers = range(start, min(start + size, search.trials))
            asked = search.ask(numbers)
            batch = [self._trial(n, values) for n, values in zip(numbers, asked, strict=True)]
            training = BatchTraining(
                batch, sweep, self._pool, earlier, progress, self._origin.folder, self._threads
            )
            yield from self._noted(training.run(until))
            earlier += [trial.curve for trial in batch if trial.curve]
            search.tell({trial.number: self._result(trial) for trial in batch})
        yield self._ended(len(self.table) == search.trials, time.monotonic() - began)

    def _started(self, trials: int) -> records.Started:
        first, *more = self.sweep.goals
        return records.Started(
            sweep=self.folder.name, preset=self._origin.preset, objective=first.name,
            at=self.sweep.at, minimizes=first.minimizes, trials=trials,
            workers=min(self._pool.size, trials * self.sweep.seeds),
            second=more[0].name if more else "", second_minimizes=not more or more[0].minimizes,
        )  # fmt: skip

    def _batch(self, trials: int) -> int:
        """How many trials are compared with each other, or told of, at a time."""
        learns = self.sweep.method == "tpe" or self.sweep.pruner.type == "median"
        return min(self.sweep.batch, trials) if learns else trials

    def _planned(self, trials: int, size: int) -> int:
        """Epochs of all runs, as far as they are known before."""
        planned, epochs = self.sweep.pruner.planned, self._presets.base.training.epochs
        whole, rest = divmod(trials, size)
        return self.sweep.seeds * (whole * planned(size, epochs) + planned(rest, epochs))

    def _trial(self, number: int, values: dict[str, Value]) -> SweptTrial:
        trial = SweptTrial(number, values)
        try:
            for repeat in range(self.sweep.seeds):
                preset = self._presets.of(number, repeat, values)
                trial.runs.append(SweptRun(number, self.folder.run(number, repeat), preset))
        except PresetError as error:
            trial.error = error.problem
        return trial

    def _result(self, trial: SweptTrial) -> Result:
        names = [run.path.name for run in trial.runs]
        return Result(values_of(trial, self.sweep), trial.curve, trial.is_pruned, names)

    def _noted(self, events: Iterator[SweptTrial | SweepEvent]) -> Iterator[SweepEvent]:
        """Write down the trials that end."""
        for event in events:
            if not isinstance(event, SweptTrial):
                yield event
                continue
            if event.is_pruned:
                give_up(event)
            row = row_of(event, self.sweep)
            self.table.append(row)
            if time.monotonic() - self._written > SECONDS_BETWEEN_WRITES:
                self._write()
            yield records.TrialEnded(trial=row)

    def _write(self) -> None:
        self.table.sort(key=lambda trial: trial.trial)
        self.folder.write_results(self.table)
        self._written = time.monotonic()

    def _ended(self, has_all: bool, seconds: float) -> records.Ended:
        self._write()
        front = records.front(self.table, self.sweep.goals)
        best = records.best_of(self.table, self.sweep.goals[0].minimizes)
        return records.Ended(
            reason="completed" if has_all else "time_limit",
            best=front[0] if front else None if best is None else best.trial,
            sha256=records.digest(self.table), seconds=seconds, front=front,
        )  # fmt: skip
