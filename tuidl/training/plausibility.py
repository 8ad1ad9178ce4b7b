"""What a checkpoint says of the run, held against what a run of this preset can have come to.

A checkpoint is whole where its SHA-256 is right, but that can be computed by anyone.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from tuidl.protocol.events import RunEnded, Scores
from tuidl.protocol.snapshot import BestEpoch, Known, State, Watched
from tuidl.training.loss_level import PATIENCE

MOST_EDITS = 1 << 50
MOST_EPOCHS = 10_000_000
WHOLE = ("completed", "stopped_early")


@dataclass(frozen=True)
class Limits:
    """Of a run: epochs, steps of each, folds (None without); names of its scores; objectives;
    whether anything is held out, and whether the schedule watches for a plateau."""

    epochs: int
    steps: int
    folds: int | None
    scores: frozenset[str]
    objectives: int
    validates: bool
    has_plateau: bool
    is_changed: bool = False
    """Whether the preset changed while it trained: epochs were cut short, with other steps."""


def implausible(state: State, limits: Limits) -> str:
    """``field: what was expected, and what is there``, of the first that cannot be; else empty."""
    return next(_problems(state, limits), "")


def implausible_fold(state: State, folds: int | None) -> str:
    """The same of the fold alone, which must be known before there is a trainer for it."""
    return next(_fold_problems(state, folds), "")


def _problems(state: State, limits: Limits) -> Iterator[str]:
    yield from _fold_problems(state, limits.folds)
    yield from _place_problems(state, limits)
    yield from _number("seconds", state.seconds)
    yield from _number("epoch_seconds", state.epoch_seconds)
    if state.level is not None:
        yield from _number("level", state.level)
    yield from _int("jumped", state.jumped, 0, PATIENCE)
    if not (math.isfinite(state.learning_rate) and state.learning_rate > 0):
        yield f"learning_rate: expected a number > 0, got {state.learning_rate}"
    yield from _number("plateau_factor", state.plateau_factor, most=1.0)
    yield from _int("edits", state.edits, 0, MOST_EDITS)
    yield from _watched("stopping", state.stopping, state.epochs)
    if (state.plateau is not None) != limits.has_plateau:
        yield f"plateau: expected {'one' if limits.has_plateau else 'none'}, as in the preset"
    if state.plateau is not None:
        yield from _watched("plateau", state.plateau, state.epochs)
    yield from _inserted(state, limits)
    yield from _epoch_scores(state, limits)
    for layer, norm in (state.gradient_norms or {}).items():
        if norm is not None:
            yield from _number(f"gradient_norms.{layer[:40]}", norm)
    if state.best is not None:
        yield from _best(state.best, state.epochs, limits)
    for i, ended in enumerate(state.ended):
        yield from _ended(f"ended[{i}]", ended, limits)


def _fold_problems(state: State, folds: int | None) -> Iterator[str]:
    if folds is None:
        if state.fold is not None:
            yield f"fold: expected none, got {state.fold}"
        if state.ended:
            yield f"ended: expected none, got {len(state.ended)}"
        return
    if state.fold is None:
        yield f"fold: expected 1 to {folds}, got none"
        return
    yield from _int("fold", state.fold, 1, folds)
    yield from _int("ended", len(state.ended), state.fold - 1, state.fold - 1)


def _place_problems(state: State, limits: Limits) -> Iterator[str]:
    epochs = limits.epochs
    if state.all_epochs is not None:
        yield from _int("all_epochs", state.all_epochs, epochs + 1, MOST_EPOCHS)
        epochs = state.all_epochs
    yield from _int("epoch", state.epoch, 1, epochs)
    yield from _int("step", state.step, 0, limits.steps)
    last = state.epoch if state.step == limits.steps else state.epoch - 1
    yield from _int("epochs", state.epochs, state.epoch - 1, last)
    if limits.is_changed:
        yield from _int("changes", state.changes, 1, MOST_EDITS)
        yield from _int("updates", state.updates, state.step, MOST_EDITS)
        return
    updates = (state.epoch - 1) * limits.steps + state.step
    yield from _int("updates", state.updates, updates, updates)


def _inserted(state: State, limits: Limits) -> Iterator[str]:
    """Steps out of turn come one behind the other."""
    end = 0
    for start, number, steps in state.inserted:
        yield from _int("inserted.updates", start, end, MOST_EDITS)
        yield from _int("inserted.objective", number, 0, limits.objectives - 1)
        yield from _int("inserted.steps", steps, 1, MOST_EDITS)
        end = start + steps


def _epoch_scores(state: State, limits: Limits) -> Iterator[str]:
    cut = limits.is_changed and state.train is None
    if not cut and (state.train is None) != (state.epochs == 0):
        yield f"train: expected {'none' if state.train else 'scores'} after {state.epochs} epochs"
    is_wanted = state.epochs > 0 and limits.validates
    if not cut and (state.validation is None) == is_wanted:
        yield f"validation: expected {'scores' if is_wanted else 'none'}"
    yield from _scores("train", state.train, limits)
    yield from _scores("validation", state.validation, limits)


def _best(best: BestEpoch, epochs: int, limits: Limits) -> Iterator[str]:
    yield from _int("best.epoch", best.epoch, 1, epochs)
    if (best.validation is not None) != limits.validates:
        yield f"best.validation: expected {'scores' if limits.validates else 'none'}"
    yield from _scores("best.train", best.train, limits)
    yield from _scores("best.validation", best.validation, limits)


def _ended(name: str, ended: RunEnded, limits: Limits) -> Iterator[str]:
    if ended.reason not in WHOLE:
        yield f"{name}.reason: expected one of {', '.join(WHOLE)}, got {ended.reason[:40]!r}"
    yield from _int(f"{name}.epochs", ended.epochs, 1, limits.epochs)
    yield from _number(f"{name}.seconds", ended.seconds)
    for part in ("train", "validation", "test"):
        yield from _scores(f"{name}.{part}", getattr(ended, part), limits)


def _scores(name: str, found: Known | Scores | None, limits: Limits) -> Iterator[str]:
    if found is None:
        return
    if found.keys() != limits.scores:
        wrong = sorted(found.keys() ^ limits.scores)[0]
        missing = "is missing" if wrong in limits.scores else "is none of the preset's scores"
        yield f"{name}: {wrong[:40]!r} {missing}"
    for score, value in found.items():
        if value is not None and not math.isfinite(value):
            yield f"{name}.{score[:40]}: expected a number, got {value}"


def _watched(name: str, watched: Watched, epochs: int) -> Iterator[str]:
    yield from _int(f"{name}.waited", watched.waited, 0, epochs)
    if watched.best is not None:
        yield from _number(f"{name}.best", watched.best, least=-math.inf)


def _int(name: str, value: int, least: int, most: int) -> Iterator[str]:
    if not least <= value <= most:
        wanted = f"{least:,}" if least == most else f"{least:,} to {most:,}"
        yield f"{name}: expected {wanted}, got {value:,}"


def _number(name: str, value: float, least: float = 0.0, most: float = math.inf) -> Iterator[str]:
    if not (math.isfinite(value) and least <= value <= most):
        yield f"{name}: expected a number of at least {least:g}, got {value}"
