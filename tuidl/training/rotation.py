"""Which of several objectives has its turn at each step."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rotation:
    """``turns``: how many steps in a row each objective has. Steps are counted over the run, so
    that where a turn stands follows from the number of steps done alone."""

    turns: tuple[int, ...]

    @property
    def cycle(self) -> int:
        """Steps until the first objective has its turn again."""
        return sum(self.turns)

    def at(self, updates: int) -> tuple[int, int]:
        """Whose turn it is after so many steps, and how many steps are left of it."""
        place = updates % self.cycle
        for number, turn in enumerate(self.turns):
            if place < turn:
                return number, turn - place
            place -= turn
        raise AssertionError

    def steps_of(self, number: int, updates: int) -> int:
        """How many of the first ``updates`` steps were those of an objective."""
        whole, place = divmod(updates, self.cycle)
        before = sum(self.turns[:number])
        return whole * self.turns[number] + min(max(place - before, 0), self.turns[number])
