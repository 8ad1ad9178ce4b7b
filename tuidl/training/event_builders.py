"""The events of a training, made from where it stands."""

import time
from collections.abc import Iterator

from tuidl.backends.base import Compiling
from tuidl.model.model import Model
from tuidl.protocol import events
from tuidl.protocol.commands import EPOCHS
from tuidl.protocol.events import Event
from tuidl.training.baseline import baseline_of
from tuidl.training.early_stopping import Best
from tuidl.training.evaluation import Evaluation
from tuidl.training.measured import measured
from tuidl.training.scores import classes_of_confusion, positive_of, scores_of
from tuidl.training.state import TrainState

TRUST = 0.2
"""Of all the work of compiling: how much of it done counts as much as what was expected of it."""


def started(state: TrainState, run: str) -> Event:
    training = state.preset.training
    return events.RunStarted(
        run=run,
        preset=state.preset.name,
        seed=training.seed,
        backend=state.model.backend,
        threads=state.engine.threads,
        shards=state.program.shards,
        parameters=state.program.graph.parameter_count,
        epochs=state.edits.planned(EPOCHS) or state.epochs,
        batch_size=state.batches.batch,
        examples={
            "train": len(state.train_feed),
            **{name: len(feed) for name, feed in state.held_out.items()},
        },
        resumed=state.resumed,
        device=state.engine.device,
        baseline=baseline_of(state) if state.fold is None else None,
        objectives=len(state.plans),
    )


def compiling(model: Model) -> Iterator[Event]:
    """Compile what is not compiled yet."""
    began = time.perf_counter()
    for step in model.prepare():
        yield events.Compiling(
            done=step.done,
            total=step.total,
            kernel=step.kernel,
            share=step.share,
            next_share=step.next_share,
            seconds_left=_seconds_left(step, time.perf_counter() - began),
        )
    seconds = time.perf_counter() - began
    yield events.Compiled(seconds=seconds, cached=model.engine.from_cache)
    yield from engine_notes(model)


def engine_notes(model: Model) -> Iterator[Event]:
    """What the engine has to say since this was asked last."""
    notes, model.engine.notes = model.engine.notes, []
    for note in notes:
        yield events.Notice(text=note)


def _seconds_left(step: Compiling, spent: float) -> float | None:
    """By what was expected, and the more is done the more by how long that took."""
    if step.seconds is None:
        return None
    taken = (spent + TRUST * step.seconds) / (step.share + TRUST)
    return taken * (1.0 - step.share)


def progress(state: TrainState) -> events.Progress:
    """Of the last step that was done, its loss of the first objective's last; where an epoch has
    only begun, that is the last one of the epoch before."""
    progress, steps = state.progress, state.steps
    has_begun = progress.step > 0 or progress.epoch == 1
    return events.Progress(
        epoch=progress.epoch if has_begun else progress.epoch - 1,
        step=progress.step if has_begun else steps,
        steps=steps,
        loss=progress.loss,
        examples_per_second=state.batches.batch / max(progress.step_seconds or 0.0, 1e-9),
        learning_rate=progress.rate or 0.0,
        fold=state.fold,
    )


def frame(state: TrainState, number: int, *, is_over: bool) -> events.Frame:
    """Where the run stands; no loss before a step was done."""
    (epoch, step), progress = state.place, state.progress
    restores = state.preset.training.stopping
    best = state.stopper.best if is_over and restores and restores.restore_best else None
    speed = progress.step_seconds
    return events.Frame(
        id=number,
        epoch=epoch,
        step=step,
        steps=state.steps,
        fold=state.fold,
        loss=None if progress.rate is None else progress.loss,
        learning_rate=_rate_in_force(state),
        examples_per_second=state.batches.batch / speed if speed else None,
        seconds=progress.seconds,
        step_seconds=speed,
        evaluation_seconds=progress.evaluation_seconds,
        weights_of=best.epoch if best else None,
        updates=state.updates,
    )


def _rate_in_force(state: TrainState) -> float:
    """That of the last step, as it would be now: a live edit counts at once."""
    epoch, step = state.place
    if step == 0 and epoch > 1:
        epoch, step = epoch - 1, state.steps
    return state.learning_rate(epoch, max(step - 1, 0))


def epoch_ended(state: TrainState, held_out: Evaluation) -> events.EpochEnded:
    progress = state.progress
    counted = scores_of(state.program, progress.totals, state.train_feed)
    return events.EpochEnded(
        epoch=progress.epoch,
        seconds=progress.epoch_seconds,
        train=counted | measured(state.model, state.train_feed),
        validation=held_out.scores,
        learning_rate=state.learning_rate(progress.epoch, state.steps - 1),
        gradient_norms=progress.norms or {},
        confusion=held_out.confusion,
    )


def ended(state: TrainState, reason: str, best: Best | None, test: Evaluation) -> events.RunEnded:
    """``best``: what the parameters were set back to."""
    scored = best or state.progress
    return events.RunEnded(
        reason=reason,
        epochs=state.progress.epochs,
        seconds=state.progress.seconds,
        train=scored.train,
        validation=scored.validation,
        test=test.scores,
        weights_sha256=state.model.weights_sha256,
        best_epoch=best.epoch if best else None,
        best_by=state.stopper.watch.patience.monitor if best else "",
        confusion=test.confusion,
        classes=classes_of_confusion(state.program.graph) if test.confusion else (),
        positive=positive_of(state.program.graph),
        baseline=baseline_of(state),
    )
