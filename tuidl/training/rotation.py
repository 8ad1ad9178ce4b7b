"""Which of several objectives has its turn at each step."""

from dataclasses import dataclass, replace

import numpy as np

from tuidl.backends.base import Turns
from tuidl.core.lazy import Array

Inserted = tuple[int, int, int]
"""After how many steps of the run, which objective, how many steps."""


@dataclass(frozen=True)
class Rotation:
    """``turns``: how many steps in a row each objective has. Steps are counted over the run, so
    that where a turn stands follows from the number of steps done, and from what the user
    ``inserted``: steps of one objective out of turn, in order; the turns go on behind them."""

    turns: tuple[int, ...]
    inserted: tuple[Inserted, ...] = ()

    @property
    def cycle(self) -> int:
        """Steps until the first objective has its turn again."""
        return sum(self.turns)

    def with_steps(self, updates: int, number: int, steps: int) -> "Rotation":
        """With so many steps of an objective after ``updates`` steps, behind those that were
        inserted before."""
        known, start = self.inserted, updates
        if known and (end := known[-1][0] + known[-1][2]) >= updates:
            start = end
            if known[-1][1] == number:
                known, (start, _, before) = known[:-1], known[-1]
                steps += before
        return replace(self, inserted=(*known, (start, number, steps)))

    def at(self, updates: int) -> tuple[int, int]:
        """Whose turn it is after so many steps, and how many steps are left of it."""
        until = None
        for start, number, steps in self.inserted:
            if start <= updates < start + steps:
                return number, start + steps - updates
            if updates < start:
                until = start - updates
                break
        place = (updates - self._inserted_before(updates)) % self.cycle
        for number, turn in enumerate(self.turns):
            if place < turn:
                left = turn - place
                return number, left if until is None else min(left, until)
            place -= turn
        raise AssertionError

    def numbers(self, updates: int, count: int) -> Array:
        """(count,) whose turn it is at each of the steps after ``updates`` steps."""
        until = updates + count
        if any(start < until and updates < start + steps for start, _, steps in self.inserted):
            return np.array([self.at(updates + k)[0] for k in range(count)], np.int64)
        cycle = np.repeat(np.arange(len(self.turns)), self.turns)
        place = (updates - self._inserted_before(updates)) % self.cycle
        return np.resize(np.roll(cycle, -place), count).astype(np.int64)

    def after(self, updates: int, count: int) -> Turns:
        """Of the next ``count`` steps after ``updates`` steps."""
        before = [self.steps_of(number, updates) for number in range(len(self.turns))]
        return Turns(self.numbers(updates, count), np.array(before, np.float64))

    def steps_of(self, number: int, updates: int) -> int:
        """How many of the first ``updates`` steps were those of an objective."""
        whole, place = divmod(updates - self._inserted_before(updates), self.cycle)
        before = sum(self.turns[:number])
        in_turn = whole * self.turns[number] + min(max(place - before, 0), self.turns[number])
        return in_turn + self._inserted_before(updates, number)

    def _inserted_before(self, updates: int, number: int | None = None) -> int:
        """Inserted steps, of one objective or all, among the first ``updates`` steps."""
        return sum(
            min(max(updates - start, 0), steps)
            for start, whose, steps in self.inserted
            if number in (None, whose)
        )
