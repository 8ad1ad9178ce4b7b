"""A trainer at rest, and going on from there."""

import hashlib
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from tuidl.backends.base import Array
from tuidl.core.errors import RunError
from tuidl.kernels.clock import STEP
from tuidl.model.model import Model
from tuidl.nn.monitoring import Watch
from tuidl.protocol.events import Scores
from tuidl.protocol.snapshot import (
    FORMAT,
    BestEpoch,
    Known,
    Snapshot,
    State,
    Stored,
    Watched,
    known,
    scores,
)
from tuidl.training.early_stopping import Best
from tuidl.training.loss_level import Level
from tuidl.training.plausibility import Limits, implausible
from tuidl.training.scores import score_names

if TYPE_CHECKING:
    from tuidl.training.trainer import Trainer

PARAMETERS, BEST, TOTALS = "parameters", "best", "totals"


def take(trainer: "Trainer") -> Snapshot:
    """All that the trainer needs to go on, as views of its memory: good until its next step."""
    standing, rates, stopper = trainer.standing, trainer.rates, trainer.stopper
    state = State(
        epoch=standing.epoch,
        step=standing.step,
        updates=trainer.updates,
        epochs=standing.epochs,
        seconds=standing.seconds,
        epoch_seconds=standing.epoch_seconds,
        train=known(standing.train),
        validation=known(standing.validation),
        gradient_norms=known(standing.norms),
        learning_rate=rates.base,
        plateau_factor=rates.plateau_factor,
        plateau=_watched(rates.watch) if rates.watch else None,
        stopping=_watched(stopper.watch),
        best=_best_epoch(stopper.best) if stopper.best else None,
        data_sha256=trainer.data_sha256,
        weights_sha256=trainer.model.weights_sha256,
        edits=trainer.edits.made_at(trainer.here),
        level=standing.level.level,
        jumped=standing.level.jumped,
    )
    return Snapshot(state, _arrays(trainer))


def put_back(trainer: "Trainer", snapshot: Snapshot) -> None:
    """Have a fresh trainer stand where the snapshot was taken.

    Raises RunError where it is of another network, other data or another version.
    """
    state = snapshot.state
    if state.format != FORMAT:
        raise RunError(f"the checkpoint has format {state.format}, this tuidl reads {FORMAT}")
    if state.data_sha256 != trainer.data_sha256:
        raise RunError("the data has changed since the run was saved")
    if problem := implausible(state, limits_of(trainer)):
        raise RunError(problem)
    _set_arrays(trainer, snapshot)
    if trainer.model.weights_sha256 != state.weights_sha256:
        raise RunError("the checkpoint's weights are not those that it names")
    trainer.model.engine.clock[STEP] = state.updates
    standing, rates = trainer.standing, trainer.rates
    standing.epoch, standing.step, standing.epochs = state.epoch, state.step, state.epochs
    standing.seconds, standing.epoch_seconds = state.seconds, state.epoch_seconds
    standing.level = Level(state.level, state.jumped)
    standing.train, standing.validation = scores(state.train), scores(state.validation)
    standing.norms = scores(state.gradient_norms)
    rates.base, rates.plateau_factor = state.learning_rate, state.plateau_factor
    if rates.watch and state.plateau:
        _set_watch(rates.watch, state.plateau)
    _set_watch(trainer.stopper.watch, state.stopping)
    if state.best:
        _set_best(trainer, state.best, snapshot.under(BEST))


def limits_of(trainer: "Trainer") -> Limits:
    """What a run of the trainer's preset can come to."""
    return Limits(
        epochs=trainer.preset.training.epochs,
        steps=trainer.steps,
        folds=trainer.preset.training.folds,
        scores=frozenset(score_names(trainer.program)),
        validates=bool(len(trainer.held_out["validation"])),
        has_plateau=trainer.rates.watch is not None,
    )


def fingerprint(*arrays: Array) -> str:
    """SHA-256 over the arrays' bytes."""
    digest = hashlib.sha256()
    for values in arrays:
        digest.update(np.ascontiguousarray(values).data)
    return digest.hexdigest()


def _arrays(trainer: "Trainer") -> dict[str, Array]:
    found = {TOTALS: trainer.standing.totals}
    for prefix, group in _groups(trainer.model).items():
        found |= {f"{prefix}/{name}": values for name, values in group.items()}
    best = trainer.stopper.best
    return found | {
        f"{BEST}/{name}": values for name, values in (best.parameters if best else {}).items()
    }


def _groups(model: Model) -> dict[str, Mapping[str, Array]]:
    """Views of the parameters, and of each vector of the optimizer by the parameter it is for."""
    groups: dict[str, Mapping[str, Array]] = {PARAMETERS: model.parameters}
    for vector, start in model.program.state.items():
        groups[vector] = {
            slot.name: model.engine.arena[start + slot.offset :][: slot.size].reshape(slot.shape)
            for slot in model.program.parameters
            if slot.trainable
        }
    return groups


def _set_arrays(trainer: "Trainer", snapshot: Snapshot) -> None:
    for prefix, group in _groups(trainer.model).items():
        found = snapshot.under(prefix)
        for name, values in group.items():
            _set(values, found.get(name), f"{prefix}/{name}")
        if stray := sorted(found.keys() - group.keys()):
            raise RunError(f"the checkpoint holds {prefix}/{stray[0]}, which the preset has not")
    totals = trainer.standing.totals
    _set(totals, snapshot.arrays.get(TOTALS), TOTALS)
    if not np.isfinite(totals).all() or (snapshot.state.step == 0 and totals.any()):
        expected = "numbers" if snapshot.state.step else "zeros before an epoch's first step"
        raise RunError(f"{TOTALS}: expected {expected}")


def _set(values: Array, found: Array | Stored | None, name: str) -> None:
    if found is None:
        raise RunError(f"the checkpoint holds no {name}")
    if found.shape != values.shape or found.dtype != values.dtype:
        was, wanted = f"{found.dtype}{found.shape}", f"{values.dtype}{values.shape}"
        raise RunError(f"the checkpoint's {name} is {was}; the preset's is {wanted}")
    if isinstance(found, np.ndarray):
        values[...] = found
    else:
        found.read_into(values)


def _watched(watch: Watch) -> Watched:
    return Watched(best=None if math.isnan(watch.best) else watch.best, waited=watch.waited)


def _set_watch(watch: Watch, watched: Watched) -> None:
    watch.best = math.nan if watched.best is None else watched.best
    watch.waited = watched.waited


def _best_epoch(best: Best) -> BestEpoch:
    train: Known | None = known(best.train)
    return BestEpoch(epoch=best.epoch, train=train or {}, validation=known(best.validation))


def _set_best(trainer: "Trainer", best: BestEpoch, arrays: dict[str, Any]) -> None:
    own = {name: np.empty_like(values) for name, values in trainer.model.parameters.items()}
    for name, values in own.items():
        _set(values, arrays.get(name), f"{BEST}/{name}")
    train: Scores = scores(best.train) or {}
    trainer.stopper.best = Best(best.epoch, train, scores(best.validation), own)
