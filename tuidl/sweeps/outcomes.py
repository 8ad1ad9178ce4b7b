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
from tuidl.sweeps.spec import Sweep


@dataclass(frozen=True)
class Outcome:
    """``curve``: the objective by epoch, smaller is better, NaN where it is not finite. ``ended``:
    whether it has all its epochs, or was stopped early as its preset says. ``error``: why it ended
    without a result."""

    curve: tuple[float, ...] = ()
    ended: bool = False
    weights_sha256: str = ""
    error: str = ""

    def has(self, epochs: int) -> bool:
        """Whether there is nothing left to do up to so many epochs."""
        return self.ended or bool(self.error) or len(self.curve) >= epochs


def outcome_of(run: Path, sweep: Sweep) -> Outcome:
    """How far the run is. Raises RunError where its folder cannot be read, or where it has no such
    score."""
    if not is_there(run / RUN):
        return Outcome()
    folder = RunFolder(run)
    curve: list[float] = []
    for event in stream_events(folder.log) if is_there(folder.log) else ():
        if isinstance(event, EpochEnded) and event.fold is None:
            curve.append(_value(event, sweep))
    summary = folder.summary
    ended = summary.ended if summary else None
    if isinstance(ended, RunFailed):
        # One that something outside stopped can go on from where it was saved.
        return Outcome(tuple(curve), error="" if ended.resume else ended.error)
    if isinstance(ended, RunEnded) and ended.reason in DONE:
        if ended.folds:  # a cross-validation counts by its mean alone
            curve = [_value(ended, sweep)]
        return Outcome(tuple(curve), True, ended.weights_sha256)
    return Outcome(tuple(curve))


def _value(event: EpochEnded | RunEnded, sweep: Sweep) -> float:
    """The objective, turned so that smaller is better. Raises RunError."""
    scores = event.validation if sweep.part == "validation" else event.train
    if scores is None:
        raise RunError(f"objective {sweep.objective}: the data has no {sweep.part} part")
    if sweep.score not in scores:
        known = ", ".join(f"{sweep.part}.{name}" for name in scores)
        raise RunError(f"objective: no score {sweep.objective!r} (valid: {known})")
    value = scores[sweep.score]
    return (value if sweep.minimizes else -value) if math.isfinite(value) else math.nan
