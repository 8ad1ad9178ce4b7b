"""The runs of a batch of trials are trained, from one comparison of trials to the next."""

import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from tuidl.core.errors import RunError
from tuidl.sweeps import records
from tuidl.sweeps.jobs import Job, Lost, Reached, Said
from tuidl.sweeps.members import SweptRun, SweptTrial
from tuidl.sweeps.outcomes import outcome_of
from tuidl.sweeps.pruning import Curve
from tuidl.sweeps.race import Race, Verdict
from tuidl.sweeps.records import SweepEvent
from tuidl.sweeps.spec import Sweep

Told = SweptTrial | SweepEvent
"""A trial that has ended, or what is said of those that go on."""


class Workers(Protocol):
    """What trains: processes here, or a cluster."""

    @property
    def size(self) -> int:
        """Jobs that are done at a time."""

    def run(self, waiting: deque[Job]) -> Iterator[tuple[Job, Said]]:
        """Carry out jobs; more may be added, and some taken away, while it goes on. Yields what
        becomes known of each, at last its answer."""


@dataclass
class Progress:
    """Epochs of all runs of a sweep: those that it takes as far as is known, and those done."""

    total: int
    done: int = 0

    def count(self, run: SweptRun, epochs: int) -> None:
        """So many epochs of a run are done."""
        self.done += max(epochs - run.counted, 0)
        run.counted = max(epochs, run.counted)
        self.total = max(self.total, self.done)

    def spare(self, epochs: int) -> None:
        """So many will not be trained."""
        self.total = max(self.total - epochs, self.done)


class BatchTraining:
    """``earlier``: curves of the trials of earlier batches; ``folder``: where relative paths of
    presets start; ``threads``: of each worker."""

    def __init__(
        self,
        batch: Sequence[SweptTrial],
        sweep: Sweep,
        workers: Workers,
        earlier: Sequence[Curve],
        progress: Progress,
        folder: str,
        threads: int,
    ) -> None:
        self._sweep, self._workers, self._progress = sweep, workers, progress
        self._folder, self._threads = folder, threads
        self._failed = [trial for trial in batch if trial.error]
        self._trials = {trial.number: trial for trial in batch if not trial.error}
        most = max((trial.epochs for trial in self._trials.values()), default=0)
        self._race = Race(sweep.pruner, most, self._trials, earlier, sweep.at)
        self._going = deque(self._trials)
        self._waiting: deque[Job] = deque()
        self._jobs: dict[Job, SweptRun] = {}

    def run(self, until: float | None) -> Iterator[Told]:
        """Train; ``until``: on the monotonic clock, after which no trial begins. Raises RunError
        where a run's folder cannot be read or written, or has no such score."""
        yield from map(self._end, self._failed)
        yield from self._send()
        for job, said in self._workers.run(self._waiting):
            yield from self._heard(job, said)
            if until is not None and time.monotonic() > until:
                yield from self._drop_those_not_begun()

    def _heard(self, job: Job, said: Said) -> Iterator[Told]:
        run = self._jobs[job]
        if isinstance(said, Lost):
            yield records.WorkerLost(trial=run.trial, run=run.path.name, how=said.how)
        elif isinstance(said, Reached):
            yield self._advanced(run, max(said.epochs, run.counted))
        elif said.is_outside:
            raise RunError(f"{run.path.name}: {said.error}")
        else:
            run.is_open, run.outcome = False, outcome_of(run.path, self._sweep)
            if not run.outcome.has(job.epochs, run.epochs):
                run.outcome = replace(run.outcome, error=said.error or "it ended too early")
            yield self._advanced(run, len(run.outcome.curve))
            yield from self._arrived(self._trials[run.trial])
            yield from self._send()

    def _send(self) -> Iterator[Told]:
        """Have trials that go on trained to their next stop, and those that were trained so far
        before go on from there."""
        while self._going:
            trial = self._trials[self._going.popleft()]
            for run in trial.runs:
                yield from self._open(run)
            yield from self._arrived(trial)

    def _open(self, run: SweptRun) -> Iterator[Told]:
        """Have one run of a trial trained to the trial's next stop; where its folder says that it
        has come so far, that is said at once."""
        until = min(self._race.stop_of(run.trial), run.epochs)
        is_first = self._race.is_at_start(run.trial)
        if is_first:
            run.outcome = outcome_of(run.path, self._sweep)
        if run.outcome.has(until, run.epochs):
            yield self._advanced(run, len(run.outcome.curve))
            return
        job = Job(
            preset=run.preset.to_toml(), folder=self._folder, run=str(run.path),
            epochs=until, threads=self._threads,
        )  # fmt: skip
        self._jobs[job], run.is_open = run, True
        if is_first:
            self._waiting.append(job)
        else:  # what takes longest is not to be left for the end
            self._waiting.appendleft(job)

    def _arrived(self, trial: SweptTrial) -> Iterator[Told]:
        """Where all runs of a trial have come to its stop, see which trials go on."""
        if trial.is_open:
            return
        trial.error = next((r.outcome.error for r in trial.runs if r.outcome.error), "")
        if trial.error or self._race.is_last(trial.number):
            yield self._end(trial)
        if trial.error:
            verdicts = self._race.leave(trial.number)
        else:
            verdicts = self._race.arrive(trial.number, trial.curve)
        yield from self._judge(verdicts)

    def _judge(self, verdicts: Iterable[Verdict]) -> Iterator[Told]:
        """Trials that go on wait for ``_send``; the others are pruned, unless they had all their
        epochs anyway."""
        for number, goes_on in verdicts:
            if goes_on:
                self._going.append(number)
                continue
            trial = self._trials[number]
            trial.is_pruned = not trial.has_ended
            yield self._end(trial)

    def _end(self, trial: SweptTrial) -> SweptTrial:
        """Epochs that the trial will not take are no longer counted on."""
        if self._sweep.pruner.type != "halving":  # there it is known before how many go on
            self._progress.spare(sum(run.epochs - run.counted for run in trial.runs))
        return trial

    def _drop_those_not_begun(self) -> Iterator[Told]:
        """Nothing of them is kept, and they are in no table."""
        waiting = Counter(self._jobs[job].trial for job in self._waiting)
        dropped = {
            number
            for number, runs in waiting.items()
            if runs == len(self._trials[number].runs) and not self._trials[number].has_begun
        }
        kept = [job for job in self._waiting if self._jobs[job].trial not in dropped]
        self._waiting.clear()
        self._waiting.extend(kept)
        for number in sorted(dropped):
            yield from self._judge(self._race.leave(number))
        yield from self._send()

    def _advanced(self, run: SweptRun, epochs: int) -> records.Advanced:
        """The event that a run has come to ``epochs``, with the epochs of the whole sweep."""
        self._progress.count(run, epochs)
        return records.Advanced(
            trial=run.trial, run=run.path.name, epochs=epochs, is_training=run.is_open,
            done=self._progress.done, total=self._progress.total,
        )  # fmt: skip
