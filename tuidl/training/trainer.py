"""The trainer: a generator of events. Headless is a loop over it, a test is a list of it."""

import math
import time
from collections.abc import Iterator

import numpy as np

from tuidl.backends.base import ArrayDataset, StepChunk
from tuidl.compiler.embedded import require_rows
from tuidl.core.errors import SaveError, out_of_memory
from tuidl.core.names import new_run_name
from tuidl.data.dataset import Split
from tuidl.kernels.step_state import SEED
from tuidl.model.model import Model
from tuidl.preset.schema import Preset
from tuidl.protocol import events
from tuidl.protocol.commands import EPOCHS
from tuidl.protocol.edits import At
from tuidl.protocol.events import Event, Place
from tuidl.protocol.snapshot import Snapshot
from tuidl.training import event_builders, snapshots
from tuidl.training.checkpointer import Checkpointer
from tuidl.training.chunks import ChunkRunner
from tuidl.training.compatibility import require_fitting
from tuidl.training.divergence import DivergedError, diverged_event, left_not_finite, not_finite
from tuidl.training.edits import Edits
from tuidl.training.evaluation import Evaluation, evaluate
from tuidl.training.gradient_norms import gradient_norms
from tuidl.training.interruption import Interrupter
from tuidl.training.notices import notices_of
from tuidl.training.state import TrainState

SECONDS_BETWEEN_PROGRESS = 0.05


class Trainer:
    """Trains a preset's network on its data; ``run`` may be called once.

    ``state``: what is trained, and where the training stands.
    """

    def __init__(
        self,
        preset: Preset,
        model: Model | None = None,
        *,
        backend: str = "cpu",
        threads: int | None = None,
        interrupter: Interrupter | None = None,
        checkpointer: Checkpointer | None = None,
        split: Split | None = None,
        fold: int | None = None,
        edits: Edits | None = None,
    ) -> None:
        """Load the data and lay out the model; nothing is compiled yet.

        A ``model`` given is trained on from the parameters it has; a ``split`` given replaces
        the preset's own; a ``checkpointer`` gets a snapshot every now and then, and knows the first
        weights of a run that began from another one's. Raises TuidlError.
        """
        self.interrupter, self.checkpointer = (
            interrupter or Interrupter(),
            checkpointer or Checkpointer(),
        )
        split = split or preset.source.split()
        batch = preset.training.batch_for(len(split.train))
        is_free = threads is None and model is None
        if model is None:
            start = self.checkpointer.start
            model = Model(preset, batch=batch, backend=backend, threads=threads, start=start)
        else:
            _take_over(model, preset, batch, threads)
        require_rows(model.program.graph, split)
        is_saved = self.checkpointer.keeps
        self.state = TrainState.initial(preset, model, split, batch, fold, edits, is_saved=is_saved)
        self.checkpointer.prepare(model.start, self.state.preprocessing)
        most = model.engine.threads if is_free and model.program.shards > 1 else 1
        self.chunks = ChunkRunner(model.engine, most)
        stop = model.engine.stop  # without the trainer, which would outlive its run in a cycle
        self.interrupter.on_stop = lambda: stop.fill(1)
        self._last_progress = 0.0
        self._saved: tuple[At, int, int] | None = None
        self.interrupter.attach(self.state)

    @property
    def model(self) -> Model:
        return self.state.model

    @property
    def edits(self) -> Edits:
        return self.state.edits

    @property
    def fold(self) -> int | None:
        return self.state.fold

    def notices(self) -> list[str]:
        """What the user should know before it begins, a sentence each."""
        return notices_of(self.state)

    def resume(self, snapshot: Snapshot) -> None:
        """Go on from there, to the same end. Raises RunError where it is of something else."""
        state = self.state
        snapshots.restore(state, snapshot)
        _, epoch, step = here = state.next_place
        state.resumed = Place(epoch=epoch, step=step, fold=state.fold)
        state.edits.go_on_from(here, snapshot.state.edits)
        self._saved = self._saved_here()

    def run(self) -> Iterator[Event]:
        """Train to the end, a stop or a failure; the last event says which.

        Raises DataError where the model is being trained by another run.
        """
        with self.model.in_training():
            yield from self._run()

    def _run(self) -> Iterator[Event]:
        state = self.state
        with self.model.lock.hold():
            state.engine.step_state[SEED] = state.preset.training.seed
        yield event_builders.started(
            state, self.checkpointer.run or new_run_name(state.preset.name)
        )
        yield from event_builders.compiling(self.model)
        self.interrupter.listening = True
        try:
            yield from self._train()
        except DivergedError as diverged:
            self._withdraw()
            yield diverged.event
        except (SaveError, MemoryError) as error:
            epoch, step = state.place
            text = out_of_memory(error) if isinstance(error, MemoryError) else str(error)
            yield events.RunFailed(error=text, where={"epoch": epoch, "step": step})

    def _withdraw(self) -> None:
        """Remove the checkpoints that were saved since the loss exploded."""
        if self._saved is not None:
            self.checkpointer.diverged(self.state.progress.level.has_held)

    def _train(self) -> Iterator[Event]:
        progress = self.state.progress
        yield from self._lengthen()
        while not self._reason_to_end():
            progress.begin_next()
            yield from self._train_epoch()
            if progress.step == self.state.steps:
                yield from self._end_epoch()
                yield from self._lengthen()
                if self._save_is_due() and not self._reason_to_end():
                    yield from self._save()
        reason = self._reason_to_end()
        yield from self._save()
        last = self._ended(reason)
        if isinstance(last, events.RunFailed):
            self._withdraw()
        yield last

    def _reason_to_end(self) -> str:
        if self.state.progress.epochs >= self.state.epochs:
            return "completed"
        if self.state.stopper.is_over:
            return "stopped_early"
        return self.interrupter.reason or ""

    def _train_epoch(self) -> Iterator[Event]:
        """Do the steps of the epoch that are left, unless the run is stopped.

        A checkpoint that is due at the last step waits for the epoch's scores: it is one, not two.
        """
        state, progress = self.state, self.state.progress
        feed = state.ordered(progress.epoch)
        while progress.step < state.steps:
            yield from self._repeat_edits()
            allowed = self._allowed()
            with self.model.lock.exclusive():
                state.engine.stop.fill(0)
                if self.interrupter.reason:
                    return
                chunk, done, seconds = self._run_chunk(feed, allowed)
            if not done:
                continue
            self.interrupter.did(done, progress.loss)
            if self._progress_is_due():
                yield event_builders.progress(state, chunk, done, seconds)
            if progress.step < state.steps and self._save_is_due():
                yield from self._save()

    def _run_chunk(self, feed: ArrayDataset, allowed: int) -> tuple[StepChunk, int, float]:
        """Do some steps: what they left, how many they were, and the seconds they took.

        What is to be read of the last step's memory is read here, as others may use it afterwards.
        """
        state, progress = self.state, self.state.progress
        number, left = state.rotation.at(state.updates)
        count = min(self.chunks.steps, allowed)
        if len(state.plans) > 1:
            count = min(count, left)
        rates = state.learning_rates[number].of(progress.epoch, progress.step, count)
        chunk = StepChunk(progress.step, rates, progress.totals, np.zeros(count))
        with state.counting(number):
            done, seconds = self.chunks.run(state.plans[number], feed, chunk)
            progress.did(done, chunk.losses, is_first=number == 0)
            progress.worked(seconds)
            if done < count and not math.isfinite(chunk.losses[done]):
                raise DivergedError(diverged_event(state, number, float(chunk.losses[done])))
        if progress.step > state.steps - state.rotation.cycle:
            progress.norms = (progress.norms or {}) | gradient_norms(self.model, number)
        return chunk, done, seconds

    def _allowed(self) -> int:
        """How many steps may be done next."""
        state = self.state
        left = self.interrupter.allowed(state.steps - state.progress.step)
        left = self.checkpointer.allowed(state.updates, left)
        to_the_next = state.edits.steps_to(state.here)
        return left if to_the_next is None else min(left, to_the_next)

    def _repeat_edits(self, here: At | None = None) -> Iterator[Event]:
        for edit in self.state.edits.due(here or self.state.here):
            self.state.repeat(edit)
            yield edit

    def _lengthen(self) -> Iterator[Event]:
        """Where all epochs are done and the run was made longer, make that edit."""
        state = self.state
        is_over = state.progress.epochs >= state.epochs
        if is_over and state.edits.planned(EPOCHS, by=state.next_place):
            yield from self._repeat_edits(state.next_place)

    def _end_epoch(self) -> Iterator[Event]:
        """Evaluate it; where the run is stopped meanwhile, the epoch has not ended."""
        state, progress = self.state, self.state.progress
        with self.model.lock.hold():
            started = time.perf_counter()
            held_out = evaluate(self.model, state.held_out["validation"], self.interrupter)
            progress.worked(time.perf_counter() - started)
            if held_out.was_stopped:
                return
            event = event_builders.epoch_ended(state, held_out)
            progress.epochs, progress.train = event.epoch, event.train
            progress.validation = event.validation
            for rates in state.learning_rates:
                rates.epoch_ended(event.validation)
            state.stopper.epoch_ended(self.model, event.epoch, event.train, event.validation)
        yield event

    def _save_is_due(self) -> bool:
        return self.checkpointer.is_due(self.state.updates)

    def _saved_here(self) -> tuple[At, int, int]:
        """What a snapshot taken now is known by: two at the same place are the same."""
        state = self.state
        return state.next_place, state.progress.epochs, state.edits.made_at(state.here)

    def _save(self) -> Iterator[Event]:
        """Hand over a snapshot, unless the last update left a value that is not finite."""
        if not self.checkpointer.keeps:
            return
        with self.model.lock.hold():
            if self._saved == self._saved_here() or not_finite(self.model):
                return
            self.state.progress.level.look()
            self.checkpointer.save(snapshots.take(self.state))
            self._saved = self._saved_here()
        epoch, step = self.state.place
        yield events.Saved(epoch=epoch, step=step, fold=self.state.fold)

    def _ended(self, reason: str) -> Event:
        """The last event, unless the very last update left something not finite."""
        state = self.state
        with self.model.lock.hold():
            state.engine.stop.fill(0)
            best = state.stopper.restore(self.model)
            judged = evaluate(self.model, state.held_out["test"], self.interrupter)
            test = judged.scores
            if test is None:
                judged = evaluate(self.model, state.held_out["validation"], self.interrupter)
            event = event_builders.ended(state, reason, best, Evaluation(test, judged.confusion))
            return left_not_finite(state, event.validation, test) or event

    def _progress_is_due(self) -> bool:
        now = time.perf_counter()
        if now - self._last_progress < SECONDS_BETWEEN_PROGRESS:
            return False
        self._last_progress = now
        return True


def _take_over(model: Model, preset: Preset, batch: int, threads: int | None) -> None:
    """Train a model that was built before. Raises DataError where it does not fit the preset."""
    require_fitting(model, preset, batch)
    if threads is not None:
        model.engine.use_threads(threads)
