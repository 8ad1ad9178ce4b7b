"""The events of a training, made from where it stands."""

import time
from collections.abc import Iterator

from tuidl.backends.base import StepChunk
from tuidl.model.model import Model
from tuidl.protocol import events
from tuidl.protocol.commands import EPOCHS
from tuidl.protocol.events import Event
from tuidl.training.baseline import baseline_of
from tuidl.training.early_stopping import Best
from tuidl.training.evaluation import Evaluation
from tuidl.training.scores import classes_of_confusion, positive_of, scores_of
from tuidl.training.state import TrainState


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
    )


def compiling(model: Model) -> Iterator[Event]:
    """Compile what is not compiled yet."""
    began = time.perf_counter()
    for step in model.prepare():
        yield events.Compiling(done=step.done, total=step.total, kernel=step.kernel)
    seconds = time.perf_counter() - began
    yield events.Compiled(seconds=seconds, cached=model.engine.from_cache)


def progress(state: TrainState, chunk: StepChunk, done: int, seconds: float) -> Event:
    return events.Progress(
        epoch=state.progress.epoch,
        step=state.progress.step,
        steps=state.steps,
        loss=float(chunk.losses[done - 1]),
        examples_per_second=done * state.batches.batch / max(seconds, 1e-9),
        learning_rate=float(chunk.rates[done - 1]),
    )


def epoch_ended(state: TrainState, held_out: Evaluation) -> events.EpochEnded:
    progress = state.progress
    return events.EpochEnded(
        epoch=progress.epoch,
        seconds=progress.epoch_seconds,
        train=scores_of(state.program, progress.totals, state.train_feed),
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
        confusion=test.confusion,
        classes=classes_of_confusion(state.program.graph) if test.confusion else (),
        positive=positive_of(state.program.graph),
        baseline=baseline_of(state),
    )
