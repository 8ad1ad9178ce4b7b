"""The trainer: a generator of events. Headless is a loop over it, a test is a list of it."""

from collections.abc import Iterable, Iterator

from tuidl.compiler.embedded import require_rows
from tuidl.compiler.target_ranges import require_targets
from tuidl.core.errors import SaveError, out_of_memory
from tuidl.core.names import new_run_name
from tuidl.data.dataset import Split
from tuidl.kernels.step_state import SEED
from tuidl.model.model import Model
from tuidl.preset.schema import Preset
from tuidl.protocol import events
from tuidl.protocol.edits import At
from tuidl.protocol.events import Event
from tuidl.protocol.snapshot import Snapshot
from tuidl.training import event_builders, snapshots
from tuidl.training.alarms import Alarms
from tuidl.training.binding import Binding
from tuidl.training.checkpointer import Checkpointer
from tuidl.training.compatibility import take_over
from tuidl.training.divergence import DivergedError, left_not_finite, not_finite
from tuidl.training.edits import Edits
from tuidl.training.epoch_loop import EpochLoop
from tuidl.training.evaluation import Evaluation, evaluate
from tuidl.training.first_centers import require_examples
from tuidl.training.interruption import Interrupter
from tuidl.training.notices import notices_of
from tuidl.training.state import TrainState


class Trainer(EpochLoop):
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
        interrupter, checkpointer = interrupter or Interrupter(), checkpointer or Checkpointer()
        split = split or preset.source.split()
        batch = preset.training.batch_for(len(split.train))
        is_new, is_free = model is None, threads is None and model is None
        if model is None:
            start = checkpointer.start
            model = Model(preset, batch=batch, backend=backend, threads=threads, start=start)
        else:
            take_over(model, preset, batch, threads)
        require_rows(model.program.graph, split)
        require_targets(model.program.graph.heads, split)
        is_saved = checkpointer.keeps
        state = TrainState.initial(preset, model, split, batch, fold, edits, is_saved=is_saved)
        require_examples(state)
        checkpointer.prepare(model.start, state.preprocessing)
        binding = Binding(model, interrupter, is_free=is_free)
        super().__init__(state, interrupter, checkpointer, binding)
        self.is_new = is_new
        self._saved: tuple[At, int, int] | None = None
        self.alarms = Alarms(preset.alerts, lambda: checkpointer.place)
        self.interrupter.attach(self.state)

    def resume(self, snapshot: Snapshot) -> None:
        super().resume(snapshot)
        self._saved = self._saved_here()

    def notices(self) -> list[str]:
        """What the user should know before it begins, a sentence each."""
        return notices_of(self.state)

    def run(self) -> Iterator[Event]:
        """Train to the end, a stop or a failure; the last event says which.

        Raises DataError where the model is being trained by another run.
        """
        with self.binding.in_training():
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
            yield from self.alarms.failed(state, diverged.event)
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
        yield from self._epochs()
        reason = self._reason_to_end()
        yield from self._save()
        last = self._ended(reason)
        if isinstance(last, events.RunFailed):
            self._withdraw()
            yield from self.alarms.failed(self.state, last)
        yield last

    def _watch(self, event: events.EpochEnded) -> Iterable[Event]:
        yield from event_builders.engine_notes(self.model)
        yield from self.alarms.epoch_ended(self.state, event)

    def _keep(self) -> Iterator[Event]:
        self._keep_keyframe()
        if self.checkpointer.is_due(self.state.updates):
            yield from self._save()

    def _keep_keyframe(self) -> None:
        """Hand over a snapshot to go back to, where one is due and all values are finite."""
        progress = self.state.progress
        if not self.checkpointer.keyframe_is_due(
            self.state.updates, progress.seconds, progress.epochs
        ):
            return
        with self.model.lock.hold():
            if not not_finite(self.model):
                self.checkpointer.keep(snapshots.take(self.state))

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
