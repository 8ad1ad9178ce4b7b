"""What a trial's run came to, as its folder says."""

import math
from dataclasses import dataclass
from pathlib import Path

from tuidl.core.errors import RunError
from tuidl.core.own_files import is_there
from tuidl.protocol.events import EpochEnded, RunEnded, RunFailed
from tuidl.runs.reading import stream_events
from tuidl.storage.contents import RUN
from tuidl.storage.folder import DONE, RunFolder
from tuidl.sweeps.goals import Goal
from tuidl.sweeps.spec import Sweep


@dataclass(frozen=True)
class Outcome:
    """``curve``: the objective by epoch, smaller is better, NaN where it is not finite; ``second``:
    that of a second one. ``ended``: whether it has all its epochs, or was stopped early as its
    preset says. ``error``: why it ended without a result."""

    curve: tuple[float, ...] = ()
    ended: bool = False
    weights_sha256: str = ""
    error: str = ""
    second: tuple[float, ...] = ()

    def has(self, epochs: int, most: int) -> bool:
        """Whether there is nothing left to do up to so many epochs of the ``most`` that it takes.
        One that was killed, or whose disk was full, behind its last epoch is still to end."""
        return self.ended or bool(self.error) or (epochs <= len(self.curve) and epochs < most)


def outcome_of(run: Path, sweep: Sweep) -> Outcome:
    """How far the run is. Raises RunError where its folder cannot be read, or where it has no such
    score."""
    if not is_there(run / RUN):
        return Outcome()
    folder = RunFolder(run)
    told: list[EpochEnded | RunEnded] = []
    for event in stream_events(folder.log) if is_there(folder.log) else ():
        if isinstance(event, EpochEnded) and event.fold is None:
            told.append(event)
    summary = folder.summary
    ended = summary.ended if summary else None
    if isinstance(ended, RunEnded) and ended.reason in DONE and ended.folds:
        told = [ended]  # a cross-validation counts by its mean alone
    curve, *more = (tuple(_value(event, goal) for event in told) for goal in sweep.goals)
    second = more[0] if more else ()
    if isinstance(ended, RunFailed):
        # One that something outside stopped can go on from where it was saved.
        return Outcome(curve, error="" if ended.resume else ended.error, second=second)
    if isinstance(ended, RunEnded) and ended.reason in DONE:
        return Outcome(curve, True, ended.weights_sha256, second=second)
    return Outcome(curve, second=second)


def _value(event: EpochEnded | RunEnded, goal: Goal) -> float:
    """The objective, turned so that smaller is better. Raises RunError."""
    scores = event.validation if goal.part == "validation" else event.train
    if scores is None:
        raise RunError(f"objective {goal.name}: the data has no {goal.part} part")
    if goal.score not in scores:
        known = ", ".join(f"{goal.part}.{name}" for name in scores)
        raise RunError(f"objective: no score {goal.name!r} (valid: {known})")
    value = scores[goal.score]
    return goal.sign * value if math.isfinite(value) else math.nan
