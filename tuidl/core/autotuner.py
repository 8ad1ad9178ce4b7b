"""Which of several ways to do the same work is fastest just now, found out while working."""

from collections.abc import Sequence
from typing import Generic, TypeVar

SECONDS_BETWEEN_TRIALS = 1.0
NEWS = 0.3
"""Share of a new measurement in what is known of a way."""
MARGIN = 0.95
"""Another way must take less than this share of the time, so that nothing swings to and fro."""

Way = TypeVar("Way")


class Autotuner(Generic[Way]):
    """Chooses among ``choices``; ``chosen`` is what to begin with."""

    def __init__(self, choices: Sequence[Way], chosen: Way) -> None:
        self.choices, self.chosen = list(choices), chosen
        self._seconds: dict[Way, float] = {}
        self._trial: Way | None = None
        self._last_trial = 0.0
        self._turn = 0

    def next(self, now: float) -> Way:
        """For the next piece of work; now and then another one than the best, to compare.

        ``now``: seconds of a clock that only goes forward.
        """
        self._trial = None
        if len(self.choices) > 1 and now - self._last_trial >= SECONDS_BETWEEN_TRIALS:
            others = [choice for choice in self.choices if choice != self.chosen]
            self._trial = others[self._turn % len(others)]
            self._turn += 1
            self._last_trial = now
        return self.chosen if self._trial is None else self._trial

    def drop(self, way: Way) -> None:
        """Never take it again. Raises ValueError where it is the last."""
        if len(self.choices) == 1:
            raise ValueError("the last way")
        self.choices.remove(way)
        self._seconds.pop(way, None)
        if way == self.chosen:
            self.chosen = min(self.choices, key=lambda w: self._seconds.get(w, float("inf")))

    def record(self, way: Way, seconds: float) -> None:
        """What a unit of work took that way."""
        before = self._seconds.get(way, seconds)
        self._seconds[way] = before + NEWS * (seconds - before)
        if way == self._trial:
            self._seconds[way] = seconds  # what was measured long ago says little
        known = self._seconds
        best = min(known, key=known.__getitem__)
        if best != self.chosen and known[best] < MARGIN * known.get(self.chosen, float("inf")):
            self.chosen = best
