"""The last event of a run that diverged."""

import math
from dataclasses import dataclass

import numpy as np

from tuidl.core.lazy import Array
from tuidl.model.model import Model
from tuidl.protocol import events
from tuidl.protocol.events import RunFailed
from tuidl.training.advice import advice_for
from tuidl.training.diagnosis import first_non_finite
from tuidl.training.gradient_norms import PIECE, gradient_norms
from tuidl.training.state import TrainState

EXAMPLES_NAMED = 4


@dataclass
class DivergedError(Exception):
    """The loss of a step is not finite; ``event``: the last one of the run."""

    event: RunFailed


def diverged_event(state: TrainState, objective: int, loss: float) -> RunFailed:
    """The last event of a run whose next step has this ``loss``: where, in which layer, on which
    examples."""
    epoch, step = state.progress.epoch, state.progress.step + 1
    norms = events.finite(gradient_norms(state.model, objective))
    is_short = step == state.steps
    plan = state.plans[objective]
    rows = plan.short if is_short else plan.whole
    found = first_non_finite(state.model, plan.routine, rows)
    start = (step - 1) * state.batches.batch
    batch = state.ordered(epoch).order[start : start + state.batches.batch]
    named = ", ".join(map(str, batch[:EXAMPLES_NAMED])) + (
        ", …" if len(batch) > EXAMPLES_NAMED else ""
    )
    error = (
        f"the loss is {loss} at epoch {epoch}, step {step} (training examples {named}); "
        f"the first value that is not finite: {found}"
    )
    where: dict[str, int | str] = {
        "epoch": epoch,
        "step": step,
        "layer": found.layer,
        "phase": found.what,
        "batch": named,
    }
    rate = float(state.learning_rates[objective].of(epoch, step - 1, 1)[0])
    return RunFailed(
        error=error,
        where=where,
        gradient_norms=norms,
        learning_rate=rate,
        advice=advice_for(state) or _lower_rate(state, objective, rate),
    )


def _lower_rate(state: TrainState, objective: int, rate: float) -> str:
    """That a lower rate often helps, where each of several objectives has its own."""
    objectives = state.program.graph.objectives
    if len(objectives) == 1:
        return ""
    key = f"objectives.{objectives[objective].name}.optimizer.learning_rate"
    return f"a lower learning rate often helps, from the start: --set {key}={rate / 10:.3g}"


def left_not_finite(state: TrainState, *known: events.Scores | None) -> RunFailed | None:
    """The last event, where the very last update left something not finite; as a rule None."""
    name = not_finite(state.model)
    losses = [part["loss"] for part in known if part]
    if not name and all(math.isfinite(loss) for loss in losses):
        return None
    epoch, step, problem = state.progress.epochs, state.steps, name or "the held-out loss"
    where: dict[str, int | str] = {"epoch": epoch, "step": step, "layer": problem}
    error = f"after epoch {epoch}, step {step}: {problem} is not finite"
    return RunFailed(error=error, where=where, advice=advice_for(state))


def not_finite(model: Model) -> str:
    """A parameter that is not finite; nothing, as a rule."""
    for name, values in model.parameters.items():
        if not _are_finite(values.reshape(-1)):
            return name
    return ""


def _are_finite(vector: Array) -> bool:
    """Whether all are, looked at piece by piece."""
    starts = range(0, len(vector), PIECE)
    return all(bool(np.isfinite(vector[start : start + PIECE]).all()) for start in starts)
