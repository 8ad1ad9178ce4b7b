"""Snapshots of a training: taking one, and going on from one."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from tuidl.compiler.arena import ParameterSlot
from tuidl.core.errors import RunError
from tuidl.core.lazy import Array
from tuidl.kernels.step_state import STEP
from tuidl.model.model import Model
from tuidl.nn.monitoring import Watch
from tuidl.protocol.events import Scores
from tuidl.protocol.snapshot import (
    FORMAT,
    BestEpoch,
    Known,
    SavedRate,
    Snapshot,
    State,
    Stored,
    Watched,
    known,
    scores,
)
from tuidl.training.early_stopping import Best
from tuidl.training.learning_rate import LearningRate
from tuidl.training.loss_level import Level
from tuidl.training.plausibility import Limits, implausible
from tuidl.training.progress import TrainProgress
from tuidl.training.scores import score_names
from tuidl.training.state import TrainState

PARAMETERS, BEST, TOTALS = "parameters", "best", "totals"


def take(state: TrainState) -> Snapshot:
    """All that a training needs to go on, as views of its memory: good until its next step."""
    progress, rates, stopper = state.progress, state.rates, state.stopper
    saved = State(
        epoch=progress.epoch,
        step=progress.step,
        updates=state.updates,
        epochs=progress.epochs,
        seconds=progress.seconds,
        epoch_seconds=progress.epoch_seconds,
        train=known(progress.train),
        validation=known(progress.validation),
        gradient_norms=known(progress.norms),
        learning_rate=rates.base,
        plateau_factor=rates.plateau_factor,
        plateau=_watched(rates.watch) if rates.watch else None,
        stopping=_watched(stopper.watch),
        best=_best_epoch(stopper.best) if stopper.best else None,
        data_sha256=state.data_sha256,
        preprocessing_sha256=state.preprocessing_sha256,
        weights_sha256=state.model.weights_sha256,
        edits=state.edits.made_at(state.here),
        level=progress.level.level,
        jumped=progress.level.jumped,
        further_rates=tuple(map(_saved_rate, state.learning_rates[1:])),
        inserted=state.rotation.inserted,
        preset=state.preset.to_toml() if state.changes else None,
        changes=state.changes,
        all_epochs=None if state.epochs == state.preset.training.epochs else state.epochs,
    )
    return Snapshot(saved, _arrays(state))


def restore(state: TrainState, snapshot: Snapshot) -> None:
    """Put a new training where the snapshot was taken.

    Raises RunError where it is of another network, other data or another version.
    """
    saved = snapshot.state
    if saved.format != FORMAT:
        raise RunError(f"the checkpoint has format {saved.format}, this tuidl reads {FORMAT}")
    _require_same_data(state, saved)
    if problem := implausible(saved, limits_of(state)):
        raise RunError(problem)
    state.lengthen(saved.all_epochs or state.preset.training.epochs)
    state.rotation = replace(state.rotation, inserted=saved.inserted)
    _restore_arrays(state, snapshot)
    if state.model.weights_sha256 != saved.weights_sha256:
        raise RunError("the checkpoint's weights are not those that it names")
    state.engine.step_state[STEP] = saved.updates
    _restore_progress(state.progress, saved)
    _restore_rates(state, saved)
    _restore_watch(state.stopper.watch, saved.stopping)
    if saved.best:
        state.stopper.best = _restored_best(state.model, saved.best, snapshot.under(BEST))


def _require_same_data(state: TrainState, saved: State) -> None:
    """Raise RunError where the examples are others, or what was learned from them is."""
    learned = (None, state.preprocessing_sha256, state.first_preprocessing_sha256)
    if saved.preprocessing_sha256 in learned:
        if saved.data_sha256 == state.data_sha256:
            return
        if saved.data_sha256 == state.data_sha256_before_numbers:
            raise RunError(
                "data.augment: an older tuidl drew what this run saw by places in the batch; such "
                "a run predicts as before, but cannot go on: train it anew"
            )
    raise RunError("the data has changed since the run was saved")


def restore_memory(state: TrainState, snapshot: Snapshot) -> None:
    """Put back what the model's memory held when ``snapshot`` was taken of this very state, which
    is as it was then in all else."""
    with state.model.lock.hold():
        _restore_arrays(state, snapshot)
        state.engine.step_state[STEP] = snapshot.state.updates


def _saved_rate(rates: LearningRate) -> SavedRate:
    return SavedRate(
        base=rates.base,
        plateau_factor=rates.plateau_factor,
        plateau=_watched(rates.watch) if rates.watch else None,
    )


def _restore_rates(state: TrainState, saved: State) -> None:
    """Learning rates as they were set. Raises RunError where the preset has other objectives."""
    first = SavedRate(
        base=saved.learning_rate, plateau_factor=saved.plateau_factor, plateau=saved.plateau
    )
    known = (first, *saved.further_rates)
    if len(known) != len(state.learning_rates):
        wanted = len(state.learning_rates)
        raise RunError(f"the checkpoint holds {len(known)} learning rates, the preset has {wanted}")
    for rates, was in zip(state.learning_rates, known, strict=True):
        rates.base, rates.plateau_factor = was.base, was.plateau_factor
        if rates.watch and was.plateau:
            _restore_watch(rates.watch, was.plateau)


def limits_of(state: TrainState) -> Limits:
    """What a run of this preset can come to."""
    return Limits(
        epochs=state.preset.training.epochs,
        steps=state.steps,
        folds=state.preset.training.folds,
        scores=frozenset(score_names(state.program)),
        validates=bool(len(state.held_out["validation"])),
        has_plateau=state.rates.watch is not None,
        objectives=len(state.plans),
        is_changed=state.changes > 0,
    )


def _restore_progress(progress: TrainProgress, saved: State) -> None:
    progress.epoch, progress.step, progress.epochs = saved.epoch, saved.step, saved.epochs
    progress.seconds, progress.epoch_seconds = saved.seconds, saved.epoch_seconds
    progress.level = Level(saved.level, saved.jumped)
    progress.train, progress.validation = scores(saved.train), scores(saved.validation)
    progress.norms = scores(saved.gradient_norms)


def _arrays(state: TrainState) -> dict[str, Array]:
    found = {TOTALS: state.progress.totals}
    for prefix, group in _groups(state.model).items():
        found |= {f"{prefix}/{name}": values for name, values in group.items()}
    best = state.stopper.best
    return found | {
        f"{BEST}/{name}": values for name, values in (best.parameters if best else {}).items()
    }


def _groups(model: Model) -> dict[str, Mapping[str, Array]]:
    """Views of the parameters, and of each vector of the optimizer by the parameter it is for."""
    groups: dict[str, Mapping[str, Array]] = {PARAMETERS: model.parameters}
    for objective in model.program.objectives:
        prefix = f"{objective.name}." if objective.name else ""
        for vector, start in objective.state.items():
            groups[prefix + vector] = {
                slot.name: _slot_of(model, slot, start - objective.start)
                for slot in model.program.parameters
                if slot.trainable and objective.has(slot)
            }
    return groups


def _slot_of(model: Model, slot: ParameterSlot, start: int) -> Array:
    values: Array = model.engine.arena[start + slot.offset :][: slot.size].reshape(slot.shape)
    return values


def _restore_arrays(state: TrainState, snapshot: Snapshot) -> None:
    """Parameters, the optimizer's vectors and the epoch's sums. Raises RunError for what is
    missing, unknown or of another shape."""
    for prefix, group in _groups(state.model).items():
        found = snapshot.under(prefix)
        for name, values in group.items():
            _set(values, found.get(name), f"{prefix}/{name}")
        if stray := sorted(found.keys() - group.keys()):
            raise RunError(f"the checkpoint holds {prefix}/{stray[0]}, which the preset has not")
    totals = state.progress.totals
    _set(totals, snapshot.arrays.get(TOTALS), TOTALS)
    if not np.isfinite(totals).all() or (snapshot.state.step == 0 and totals.any()):
        expected = "numbers" if snapshot.state.step else "zeros before an epoch's first step"
        raise RunError(f"{TOTALS}: expected {expected}")


def _set(values: Array, found: Array | Stored | None, name: str) -> None:
    """Copy an array that was saved. Raises RunError where it is missing or of another shape."""
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


def _restore_watch(watch: Watch, watched: Watched) -> None:
    watch.best = math.nan if watched.best is None else watched.best
    watch.waited = watched.waited


def _best_epoch(best: Best) -> BestEpoch:
    train: Known | None = known(best.train)
    return BestEpoch(epoch=best.epoch, train=train or {}, validation=known(best.validation))


def _restored_best(model: Model, best: BestEpoch, arrays: dict[str, Any]) -> Best:
    own = {name: np.empty_like(values) for name, values in model.parameters.items()}
    for name, values in own.items():
        _set(values, arrays.get(name), f"{BEST}/{name}")
    train: Scores = scores(best.train) or {}
    return Best(best.epoch, train, scores(best.validation), own)
