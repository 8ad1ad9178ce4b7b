"""What a trainer says of itself."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tuidl.backends.base import StepChunk
from tuidl.core.names import file_name
from tuidl.protocol import events
from tuidl.protocol.events import Event
from tuidl.training.early_stopping import Best
from tuidl.training.scores import scores_of

if TYPE_CHECKING:
    from tuidl.training.evaluation import Evaluation
    from tuidl.training.trainer import Trainer


def new_name(preset: str) -> str:
    """A run's name: the preset's, and when it began (UTC)."""
    return f"{file_name(preset, 'run')}-{datetime.now(UTC):%Y%m%d-%H%M%S}"


def started(trainer: "Trainer") -> Event:
    training = trainer.preset.training
    return events.RunStarted(
        run=trainer.keeper.run or new_name(trainer.preset.name),
        preset=trainer.preset.name,
        seed=training.seed,
        backend=trainer.model.backend,
        threads=trainer.engine.threads,
        shards=trainer.program.shards,
        parameters=trainer.program.graph.parameter_count,
        epochs=training.epochs,
        batch_size=trainer.batches.batch,
        examples={
            "train": len(trainer.train_feed),
            **{name: len(feed) for name, feed in trainer.held_out.items()},
        },
        resumed=trainer.resumed,
        device=trainer.engine.device,
    )


def compiling(trainer: "Trainer") -> Iterator[Event]:
    """Compile what is not compiled yet."""
    began = time.perf_counter()
    for step in trainer.model.prepare():
        yield events.Compiling(done=step.done, total=step.total, kernel=step.kernel)
    seconds = time.perf_counter() - began
    yield events.Compiled(seconds=seconds, cached=trainer.engine.from_cache)


def progress(trainer: "Trainer", stretch: StepChunk, done: int, seconds: float) -> Event:
    return events.Progress(
        epoch=trainer.standing.epoch,
        step=trainer.standing.step,
        steps=trainer.steps,
        loss=float(stretch.losses[done - 1]),
        examples_per_second=done * trainer.batches.batch / max(seconds, 1e-9),
        learning_rate=float(stretch.rates[done - 1]),
    )


def epoch_ended(trainer: "Trainer", held_out: "Evaluation") -> events.EpochEnded:
    standing = trainer.standing
    return events.EpochEnded(
        epoch=standing.epoch,
        seconds=standing.epoch_seconds,
        train=scores_of(trainer.program, standing.totals, trainer.train_feed),
        validation=held_out.scores,
        learning_rate=float(trainer.rates.of(standing.epoch, trainer.steps - 1, 1)[0]),
        gradient_norms=standing.norms or {},
        confusion=held_out.confusion,
    )


def ended(
    trainer: "Trainer", reason: str, best: Best | None, test: "Evaluation"
) -> events.RunEnded:
    """``best``: what the parameters were set back to."""
    scored = best or trainer.standing
    return events.RunEnded(
        reason=reason,
        epochs=trainer.standing.epochs,
        seconds=trainer.standing.seconds,
        train=scored.train,
        validation=scored.validation,
        test=test.scores,
        weights_sha256=trainer.model.weights_sha256,
        best_epoch=best.epoch if best else None,
        confusion=test.confusion,
    )
