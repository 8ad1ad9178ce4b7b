"""What a sweep wants: a score of a part, small or large; or two, of which none counts more."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tuidl.core.errors import suggestion
from tuidl.runs.ranking import smaller_is_better

Direction = Literal["", "minimize", "maximize"]
PARTS = ("validation", "train")
MOST = 2


@dataclass(frozen=True)
class Goal:
    """``name``: as the sweep file has it, ``part`` and ``score`` with a dot between."""

    name: str
    part: str
    score: str
    minimizes: bool

    @property
    def sign(self) -> int:
        """What turns the score so that smaller is better."""
        return 1 if self.minimizes else -1


def goal_of(name: str, direction: Direction) -> Goal:
    """By ``direction``, or by what the score is: smaller errors are better. Raises ValueError."""
    part, _, score = name.partition(".")
    if part == "test":
        raise ValueError(
            "objective: settings that are chosen by the test part make its score worthless; "
            "take validation"
        )
    if part not in PARTS or not score:
        near = suggestion(name, [f"{known}.{score or 'loss'}" for known in PARTS])
        raise ValueError(f"objective: expected validation.SCORE, got {name!r}{near}")
    minimizes = direction == "minimize" if direction else smaller_is_better(score)
    return Goal(name, part, score, minimizes)


def goals_of(
    names: str | Sequence[str], directions: Direction | Sequence[Direction]
) -> tuple[Goal, ...]:
    """One goal or two. Raises ValueError."""
    listed = [names] if isinstance(names, str) else list(names)
    ways = [directions] if isinstance(directions, str) else list(directions)
    if not 1 <= len(listed) <= MOST:
        raise ValueError(f"objective: expected one or a list of two, got {len(listed)}")
    if len(set(listed)) < len(listed):
        raise ValueError(f"objective: {listed[0]!r} twice")
    if ways == [""]:
        ways = [""] * len(listed)
    if len(ways) != len(listed):
        raise ValueError(
            f"direction: expected {len(listed)}, one for each objective, got {len(ways)}"
        )
    return tuple(goal_of(name, way) for name, way in zip(listed, ways, strict=True))


def front_of(points: Mapping[int, Sequence[float]]) -> list[int]:
    """The Pareto front of points of two values of which smaller is better: those that no other one
    is as good as in both and better in one. In the order of the first value."""

    front: list[int] = []
    order = sorted(points, key=lambda number: (*points[number], number))
    lowest, last = math.inf, None
    for number in order:  # of those with as small a first value, the smallest second one is first
        point = list(points[number])
        if point[-1] < lowest or point == last:
            front.append(number)
            lowest, last = point[-1], point
    return front
