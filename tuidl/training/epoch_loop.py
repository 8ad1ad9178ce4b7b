"""Steps and epochs of a training, one after the other: what a run and its repetition share."""

import math
import time
from collections.abc import Iterable, Iterator

import numpy as np

from tuidl.backends.base import StepChunk
from tuidl.core.lazy import Array
from tuidl.model.model import Model
from tuidl.protocol.commands import EPOCHS, PRESET
from tuidl.protocol.edits import At
from tuidl.protocol.events import EpochEnded, Event, Place
from tuidl.protocol.snapshot import Snapshot
from tuidl.training import event_builders, snapshots
from tuidl.training.binding import Binding
from tuidl.training.changing import repeated, take_on
from tuidl.training.checkpointer import Checkpointer
from tuidl.training.chunks import ChunkRunner
from tuidl.training.divergence import DivergedError, diverged_event
from tuidl.training.edits import Edits
from tuidl.training.evaluation import evaluate
from tuidl.training.first_centers import draw_centers
from tuidl.training.gradient_norms import gradient_norms
from tuidl.training.interruption import Interrupter
from tuidl.training.state import TrainState

SECONDS_BETWEEN_PROGRESS = 0.05


class EpochLoop:
    """Moves ``state`` on, edits included, until its epochs are done or ``interrupter`` stops it.

    Subclasses say what is kept on the way (``_keep``) and what the end is.
    """

    def __init__(
        self,
        state: TrainState,
        interrupter: Interrupter,
        checkpointer: Checkpointer,
        binding: Binding,
    ) -> None:
        self.state, self.interrupter = state, interrupter
        self.checkpointer, self.binding = checkpointer, binding
        self._first = state.preset
        self.is_new = True
        """Whether the model was made for this training, not trained before."""
        self._last_progress = 0.0

    @property
    def model(self) -> Model:
        return self.state.model

    @property
    def chunks(self) -> ChunkRunner:
        return self.binding.chunks

    @property
    def edits(self) -> Edits:
        return self.state.edits

    @property
    def fold(self) -> int | None:
        return self.state.fold

    def resume(self, snapshot: Snapshot) -> None:
        """Go on from there, to the same end. Raises RunError where it is of something else."""
        state = self.state
        take_on(state, self._first, snapshot.state)
        self.binding.follow(self.model)
        snapshots.restore(state, snapshot)
        _, epoch, step = here = state.next_place
        state.resumed = Place(epoch=epoch, step=step, fold=state.fold)
        state.edits.go_on_from(here, snapshot.state.edits)

    def _epochs(self) -> Iterator[Event]:
        """Train until there is a reason to end."""
        if self._begins:
            draw_centers(self.state)
        yield from self._lengthen()
        while not self._reason_to_end():
            self._begin_epoch()
            yield from self._train_epoch()
            if self.state.progress.step == self.state.steps:
                yield from self._end_epoch()
                yield from self._lengthen()
                if not self._reason_to_end():
                    yield from self._keep()

    def _begin_epoch(self) -> None:
        """On to the next epoch, where the last one has ended; centres may be drawn anew there."""
        progress = self.state.progress
        before = progress.epoch
        progress.begin_next()
        if progress.epoch > before:
            draw_centers(self.state, before)

    @property
    def _begins(self) -> bool:
        """Whether nothing was trained so far, on parameters that have their first values."""
        return self.state.updates == 0 and self.state.resumed is None and self.is_new

    def _keep(self) -> Iterator[Event]:
        """Keep what is due to be kept here; called between two chunks of steps."""
        yield from ()

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
        state = self.state
        while state.progress.step < state.steps:
            yield from self._repeat_edits()
            allowed, progress = self._allowed(), state.progress
            self.binding.follow(self.model)
            with self.model.lock.exclusive():
                state.engine.stop.fill(0)
                if self.interrupter.reason:
                    return
                done = self._run_chunk(allowed)
            if not done:
                continue
            self.interrupter.did(done, progress.loss)
            if self._progress_is_due():
                progress.reported = state.place
                yield event_builders.progress(state)
            if progress.step < state.steps:
                yield from self._keep()

    def _run_chunk(self, allowed: int) -> int:
        """Do some steps, and say how many they were.

        What is to be read of the last step's memory is read here, as others may use it afterwards.
        """
        state, progress = self.state, self.state.progress
        count = min(self.chunks.steps, allowed)
        if len(state.plans) > 1:
            return self._run_turns(count)
        rates = state.rates.of(progress.epoch, progress.step, count)
        chunk = StepChunk(progress.step, rates, progress.totals, np.zeros(count))
        feed = state.ordered(progress.epoch)
        done, seconds = self.chunks.run(state.batches, feed, chunk)
        self._did(chunk, done, seconds, np.zeros(count, np.int64))
        if progress.step == state.steps:
            progress.norms = (progress.norms or {}) | gradient_norms(self.model, 0)
        return done

    def _run_turns(self, count: int) -> int:
        """The same of objectives that take turns. The last steps of an epoch are done one by one: a
        gradient is there to be read until the next objective's step."""
        state, progress = self.state, self.state.progress
        count = max(1, min(count, state.steps - state.rotation.cycle - progress.step))
        turns = state.rotation.after(state.updates, count)
        by_objective = np.stack(
            [rates.of(progress.epoch, progress.step, count) for rates in state.learning_rates]
        )
        rates = np.ascontiguousarray(by_objective[turns.numbers, np.arange(count)])
        chunk = StepChunk(progress.step, rates, progress.totals, np.zeros(count))
        with state.in_turn(turns):
            feed = state.ordered(progress.epoch)
            done, seconds = self.chunks.run_turns(state.plans, feed, chunk, turns)
            self._did(chunk, done, seconds, turns.numbers)
        if done and progress.step > state.steps - state.rotation.cycle:
            norms = gradient_norms(self.model, int(turns.numbers[0]))
            progress.norms = (progress.norms or {}) | norms
        return done

    def _did(self, chunk: StepChunk, done: int, seconds: float, numbers: Array) -> None:
        """Note so many steps, each of an objective. Raises DivergedError for a loss that is not
        finite."""
        state, progress, losses = self.state, self.state.progress, chunk.losses
        progress.did(done, losses, firsts=losses[:done][numbers[:done] == 0])
        progress.stepped(done, seconds)
        if done < len(losses) and not math.isfinite(losses[done]):
            raise DivergedError(diverged_event(state, int(numbers[done]), float(losses[done])))
        if done:
            progress.rate = float(chunk.rates[done - 1])

    def _allowed(self) -> int:
        """How many steps may be done next."""
        state = self.state
        left = self.interrupter.allowed(state.steps - state.progress.step)
        left = min(left, state.steps - state.progress.step)  # a command may have changed them
        left = self.checkpointer.allowed(state.updates, left)
        to_the_next = state.edits.steps_to(state.here)
        return left if to_the_next is None else min(left, to_the_next)

    def _repeat_edits(self, here: At | None = None) -> Iterator[Event]:
        for edit in self.state.edits.due(here or self.state.here):
            if edit.key == PRESET:
                yield from repeated(self.state, edit)
            else:
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
            progress.evaluated(time.perf_counter() - started)
            if held_out.was_stopped:
                return
            event = event_builders.epoch_ended(state, held_out)
            progress.epochs, progress.train = event.epoch, event.train
            progress.validation = event.validation
            for rates in state.learning_rates:
                rates.epoch_ended(event.validation)
            state.stopper.epoch_ended(self.model, event.epoch, event.train, event.validation)
        yield event
        yield from self._watch(event)

    def _watch(self, event: EpochEnded) -> Iterable[Event]:
        """What is to be said of an epoch that has ended; called where nothing is held."""
        return ()

    def _progress_is_due(self) -> bool:
        now = time.perf_counter()
        if now - self._last_progress < SECONDS_BETWEEN_PROGRESS:
            return False
        self._last_progress = now
        return True
