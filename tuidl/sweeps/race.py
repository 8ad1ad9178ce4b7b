"""The trials of a batch on their way from one comparison to the next.

A trial goes on, or ends, as soon as that is certain, whatever becomes of those that are still on
their way: workers wait as little as they can, and yet who goes on is the same for any number.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tuidl.sweeps.pruning import Curve, Pruner, value_of


class Verdict(NamedTuple):
    """What becomes of a trial that was compared."""

    trial: int
    goes_on: bool


@dataclass
class _Comparison:
    """``values``: of the trials that have come to it; ``earlier``: those of earlier batches there;
    ``lost``: how many failed on the way to it; ``judged``: of whom it is known what they do."""

    stop: int
    earlier: list[float]
    values: dict[int, float] = field(default_factory=dict)
    lost: int = 0
    judged: set[int] = field(default_factory=set)


class Race:
    """``epochs``: the most that one of the ``trials`` takes; ``earlier``: curves of the trials of
    earlier batches; ``at``: which epoch counts, see ``value_of``."""

    def __init__(
        self,
        pruner: Pruner,
        epochs: int,
        trials: Iterable[int],
        earlier: Sequence[Curve] = (),
        at: str = "best",
    ) -> None:
        self._pruner, self._at, self._stops = pruner, at, pruner.stops(epochs)
        self._place = dict.fromkeys(trials, 0)
        self._trials = len(self._place)
        self._comparisons = [
            _Comparison(stop, [value_of(c[:stop], at) for c in earlier if len(c) >= stop])
            for stop in self._stops[:-1]
        ]

    def stop_of(self, trial: int) -> int:
        """The epoch that the trial is to come to next."""
        return self._stops[self._place[trial]]

    def is_at_start(self, trial: int) -> bool:
        """Whether it was never compared."""
        return self._place[trial] == 0

    def is_last(self, trial: int) -> bool:
        """Whether the trial has ended when it comes to its next stop."""
        return self._place[trial] == len(self._comparisons)

    def arrive(self, trial: int, curve: Curve) -> list[Verdict]:
        """A trial has come to its stop. Returns what becomes of those of whom it is certain now;
        ``stop_of`` is the next one of those that go on."""
        if not self.is_last(trial):
            there = self._comparisons[self._place[trial]]
            there.values[trial] = value_of(curve[: there.stop], self._at)
        return self._judge()

    def leave(self, trial: int) -> list[Verdict]:
        """A trial that will not come to its stop, as it failed or may no longer begin; returns what
        ``arrive`` does."""
        if not self.is_last(trial):
            self._comparisons[self._place[trial]].lost += 1
        return self._judge()

    def _judge(self) -> list[Verdict]:
        """Of each comparison, the trials of which something is certain by now. How many come to it
        at most follows from the comparison before."""
        found, most = [], self._trials
        for place, there in enumerate(self._comparisons):
            most -= there.lost
            to_come = most - len(there.values)
            kept, ended = self._pruner.decided(there.values, to_come, there.earlier)
            for trial in (t for t in kept if t not in there.judged):
                self._place[trial] = place + 1
                found.append(Verdict(trial, True))
            found += [Verdict(trial, False) for trial in ended if trial not in there.judged]
            there.judged.update(kept, ended)
            most = self._pruner.most_kept(most)
        return found
