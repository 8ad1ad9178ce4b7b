"""The trainer: a generator of events. Headless is a loop over it, a test is a list of it."""

import math
import time
from collections.abc import Iterator
from functools import cached_property

import numpy as np

from tuidl.backends.base import ArrayDataset, BatchPlan, StepChunk
from tuidl.core.errors import SaveError, out_of_memory
from tuidl.data.dataset import Split
from tuidl.kernels.clock import SEED, STEP
from tuidl.model.model import Model
from tuidl.preset.schema import Preset
from tuidl.protocol import events
from tuidl.protocol.edits import At
from tuidl.protocol.events import Event, Place
from tuidl.protocol.snapshot import Snapshot
from tuidl.training import event_builders, snapshots
from tuidl.training.checkpointer import Checkpointer
from tuidl.training.chunks import ChunkRunner
from tuidl.training.compatibility import require_fitting
from tuidl.training.divergence import DivergedError, diverged_event, left_not_finite, not_finite
from tuidl.training.early_stopping import EarlyStopper
from tuidl.training.edits import Edits
from tuidl.training.evaluation import Evaluation, evaluate
from tuidl.training.gradient_norms import gradient_norms
from tuidl.training.interruption import Interrupter
from tuidl.training.learning_rate import LearningRate
from tuidl.training.progress import TrainProgress
from tuidl.training.shuffling import permutation

SECONDS_BETWEEN_PROGRESS = 0.05


class Trainer:
    """Trains a preset's network on its data; ``run`` may be called once.

    ``standing``, ``rates`` and ``stopper`` hold where it stands; ``fold`` and, where there are
    several, the ``edits`` that they share are set from outside.
    """

    def __init__(
        self,
        preset: Preset,
        model: Model | None = None,
        *,
        backend: str = "cpu",
        threads: int | None = None,
        interrupter: Interrupter | None = None,
        keeper: Checkpointer | None = None,
        split: Split | None = None,
    ) -> None:
        """Load the data and lay out the model; nothing is compiled yet.

        A ``model`` given is trained on from the parameters it has; a ``split`` given stands in for
        the preset's own; a ``keeper`` gets a snapshot every now and then, and knows the first
        weights of a run that began from another one's. Raises TuidlError.
        """
        self.preset = preset
        self.interrupter, self.keeper = interrupter or Interrupter(), keeper or Checkpointer()
        split = split or preset.data.split()
        batch = preset.training.batch_for(len(split.train))
        if model is not None:
            require_fitting(model, preset, batch)
            if threads is not None:
                model.engine.use_threads(threads)
        start = self.keeper.start
        self.model = model or Model(
            preset, batch=batch, backend=backend, threads=threads, start=start
        )
        self.keeper.started_from(self.model.start)
        self.program, self.engine = self.model.program, self.model.engine
        self.train_feed = self.model.feed(split.train.x, split.train.y)
        self.held_out = {
            name: self.model.feed(part.x, part.y)
            for name, part in (("validation", split.validation), ("test", split.test))
        }
        self.batches = BatchPlan.of(self.program.train, batch, len(self.train_feed))
        self.steps = self.batches.steps(len(self.train_feed))
        stop = self.engine.stop  # without the trainer, which would outlive its run in a cycle
        self.interrupter.on_stop = lambda: stop.fill(1)
        is_free = threads is None and model is None and self.program.shards > 1
        most_threads = self.engine.threads if is_free else 1
        self.stretches = ChunkRunner(self.engine, self.batches, most_threads)
        self.rates = LearningRate(preset.optimizer, preset.training.epochs, self.steps)
        self.stopper = EarlyStopper(preset.training.stopping)
        self.standing = TrainProgress(np.zeros(sum(n for _, n in self.program.statistics.values())))
        self.fold: int | None = None
        self.resumed: Place | None = None
        self.edits = Edits()
        self._last_progress = 0.0
        self._saved: tuple[At, int, int] | None = None
        self.interrupter.attach(self)

    @property
    def place(self) -> tuple[int, int]:
        """The epoch and how many of its steps are done."""
        return self.standing.epoch, self.standing.step

    @property
    def here(self) -> At:
        """The same with the fold, as edits have it."""
        return self.fold or 1, *self.place

    @property
    def updates(self) -> int:
        """Steps done in the whole run."""
        return int(self.engine.clock[STEP])

    @cached_property
    def data_sha256(self) -> str:
        """Over the training examples."""
        return snapshots.fingerprint(self.train_feed.x, self.train_feed.y)

    def resume(self, snapshot: Snapshot) -> None:
        """Go on from there, to the same end. Raises RunError where it is of something else."""
        snapshots.put_back(self, snapshot)
        epoch, step = self.place
        if self.standing.epochs == epoch:
            epoch, step = epoch + 1, 0
        self.resumed = Place(epoch=epoch, step=step, fold=self.fold)
        self.edits.go_on_from((self.fold or 1, epoch, step), snapshot.state.edits)
        self._saved = (self.here, self.standing.epochs, snapshot.state.edits)

    def edit(self, key: str, value: float) -> events.Edited:
        """Change a value from the next step on; ``optimizer.learning_rate`` is the only one."""
        self.rates.base = value
        return self.edits.new(self.here, self.fold, key, value)

    def run(self) -> Iterator[Event]:
        """Train to the end, a stop or a failure; the last event says which.

        Raises DataError where the model is being trained by another run.
        """
        with self.model.in_training():
            yield from self._run()

    def _run(self) -> Iterator[Event]:
        with self.model.turns.turn():
            self.engine.clock[SEED] = self.preset.training.seed
        yield event_builders.started(self)
        yield from event_builders.compiling(self)
        self.interrupter.listening = True
        try:
            yield from self._train()
        except DivergedError as diverged:
            self._diverged()
            yield diverged.event
        except (SaveError, MemoryError) as error:
            epoch, step = self.place
            text = out_of_memory(error) if isinstance(error, MemoryError) else str(error)
            yield events.RunFailed(error=text, where={"epoch": epoch, "step": step})

    def _diverged(self) -> None:
        """Have the keeper go back to before the loss exploded."""
        if self._saved is not None:
            self.keeper.diverged(self.standing.level.has_held)

    def _train(self) -> Iterator[Event]:
        standing = self.standing
        while not (reason := self._reason_to_end()):
            standing.begin_next()
            yield from self._train_epoch()
            if standing.step == self.steps:
                yield from self._end_epoch()
        yield from self._save()
        last = self._ended(reason)
        if isinstance(last, events.RunFailed):
            self._diverged()
        yield last

    def _reason_to_end(self) -> str:
        if self.standing.epochs >= self.preset.training.epochs:
            return "completed"
        if self.stopper.is_over:
            return "stopped_early"
        return self.interrupter.reason or ""

    def _train_epoch(self) -> Iterator[Event]:
        """Do the steps of the epoch that are left, unless somebody stops it."""
        standing, feed = self.standing, self.ordered(self.standing.epoch)
        while standing.step < self.steps:
            yield from self._repeat_edits()
            allowed = self._allowed()
            with self.model.turns.work():
                self.engine.stop.fill(0)
                if self.interrupter.reason:
                    return
                stretch, done, seconds = self._stretch(feed, allowed)
            if not done:
                continue
            self.interrupter.did(done, standing.loss)
            if self._progress_is_due():
                yield event_builders.progress(self, stretch, done, seconds)
            if self.keeper.is_due(self.updates) and not self._is_at_its_end:
                yield from self._save()

    def _stretch(self, feed: ArrayDataset, allowed: int) -> tuple[StepChunk, int, float]:
        """Do some steps: what they left, how many they were, and the seconds they took.

        What is to be read of the last step's memory is read here, as others may use it afterwards.
        """
        standing = self.standing
        count = min(self.stretches.steps, allowed)
        rates = self.rates.of(standing.epoch, standing.step, count)
        stretch = StepChunk(standing.step, rates, standing.totals, np.zeros(count))
        done, seconds = self.stretches.run(feed, stretch)
        standing.did(done, stretch.losses)
        standing.worked(seconds)
        if done < count and not math.isfinite(stretch.losses[done]):
            raise DivergedError(diverged_event(self, float(stretch.losses[done])))
        if standing.step == self.steps:
            standing.norms = gradient_norms(self.model)
        return stretch, done, seconds

    @property
    def _is_at_its_end(self) -> bool:
        """Whether no step is left: then the run is saved in a moment, with its last scores."""
        is_last = self.standing.epoch == self.preset.training.epochs
        return is_last and self.standing.step == self.steps

    def _allowed(self) -> int:
        """How many steps may be done next."""
        left = self.interrupter.allowed(self.steps - self.standing.step)
        left = self.keeper.allowed(self.updates, left)
        to_the_next = self.edits.steps_to(self.here)
        return left if to_the_next is None else min(left, to_the_next)

    def _repeat_edits(self) -> Iterator[Event]:
        for edit in self.edits.due(self.here):
            self.rates.base = edit.value
            yield edit

    def _end_epoch(self) -> Iterator[Event]:
        """Look at how it went; where somebody stops that, the epoch has not ended."""
        standing = self.standing
        with self.model.turns.turn():
            started = time.perf_counter()
            held_out = evaluate(self.model, self.held_out["validation"], self.interrupter)
            standing.worked(time.perf_counter() - started)
            if held_out.was_stopped:
                return
            event = event_builders.epoch_ended(self, held_out)
            standing.epochs, standing.train = event.epoch, event.train
            standing.validation = event.validation
            self.rates.epoch_ended(event.validation)
            self.stopper.epoch_ended(self.model, event.epoch, event.train, event.validation)
        yield event

    def _save(self) -> Iterator[Event]:
        """Hand the keeper a snapshot, unless the last update left something not finite."""
        if not self.keeper.keeps:
            return
        with self.model.turns.turn():
            standing_now = (self.here, self.standing.epochs, self.edits.made_at(self.here))
            if self._saved == standing_now or not_finite(self):
                return
            self.standing.level.look()
            self.keeper.save(snapshots.take(self))
            self._saved = standing_now
        epoch, step = self.place
        yield events.Saved(epoch=epoch, step=step, fold=self.fold)

    def _ended(self, reason: str) -> Event:
        """The last event, unless the very last update left something not finite."""
        with self.model.turns.turn():
            return self._judged(reason)

    def _judged(self, reason: str) -> Event:
        self.engine.stop.fill(0)
        best = self.stopper.restore(self.model)
        judged = evaluate(self.model, self.held_out["test"], self.interrupter)
        test = judged.scores
        if test is None:
            judged = evaluate(self.model, self.held_out["validation"], self.interrupter)
        event = event_builders.ended(self, reason, best, Evaluation(test, judged.confusion))
        return left_not_finite(self, event.validation, test) or event

    def ordered(self, epoch: int) -> ArrayDataset:
        """The training examples in an epoch's order."""
        feed, training = self.train_feed, self.preset.training
        if not training.shuffle or self.batches.batch >= len(feed):
            return feed
        return ArrayDataset(feed.x, feed.y, permutation(len(feed), training.seed, epoch))

    def _progress_is_due(self) -> bool:
        now = time.perf_counter()
        if now - self._last_progress < SECONDS_BETWEEN_PROGRESS:
            return False
        self._last_progress = now
        return True
