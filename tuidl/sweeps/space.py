"""What a sweep tries: the values of each setting, and drawing some of them."""

import math
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import numpy as np
from msgspec import Meta, field

from tuidl.core.config import Config

Value = bool | int | float | str | list[Any]
DIGITS = 6
"""Significant digits of a number that is drawn: enough for a setting, and short to write down."""
MOST_POINTS = 10_000
LARGEST, LARGEST_WHOLE = 1e300, 1 << 53
"""Numbers of a range at most, in size: beyond them neither its width nor its whole numbers are
exact."""


class Choices(Config, frozen=True):
    """A setting with a list of values, each as likely as another. ``when``: see ``applies``."""

    choices: Annotated[tuple[Value, ...], Meta(min_length=1)]
    when: dict[str, Value] = field(default_factory=dict)

    def draw(self, random: np.random.Generator) -> Value:
        """One value."""
        return self.choices[int(random.integers(len(self.choices)))]

    def grid(self) -> list[Value]:
        """All values."""
        return list(self.choices)


class Range(Config, frozen=True):
    """A setting with numbers from ``low`` to ``high``, both included; whole ones where both are.

    ``log``: drawn evenly by its logarithm. ``step``: only ``low`` plus multiples of it. ``points``:
    for a grid, so many values, evenly spread.
    """

    low: int | float
    high: int | float
    log: bool = False
    step: int | float | None = None
    points: Annotated[int, Meta(ge=2, le=MOST_POINTS)] | None = None
    when: dict[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise ValueError(f"low ({self.low}) must be below high ({self.high})")
        if self.log and self.low <= 0:
            raise ValueError(f"log needs a low above 0, got {self.low}")
        for number in (self.low, self.high):
            if abs(number) > (most := LARGEST if isinstance(number, float) else LARGEST_WHOLE):
                raise ValueError(f"expected numbers from {-most} to {most}, got {_brief(number)}")
        if self.step is not None:
            self._require_step(self.step)

    def _require_step(self, step: float) -> None:
        if self.log or step <= 0:
            raise ValueError("step must be above 0, and goes without log")
        if step > self.high - self.low:
            raise ValueError(f"step ({step}) leaves nothing but low: high - low is smaller")
        if (self.high - self.low) / step > LARGEST_WHOLE:
            raise ValueError(f"step ({step}) is too small for the range")

    @property
    def is_whole(self) -> bool:
        """Whether values are whole numbers."""
        return all(isinstance(part, int) for part in (self.low, self.high, self.step or 0))

    def draw(self, random: np.random.Generator) -> Value:
        """One number; each place of the range is as likely as another."""
        if self.step is not None:
            return self.tidy(self.low + int(random.integers(self._steps + 1)) * self.step)
        low, high = float(self.low), float(self.high) + (1 if self.is_whole else 0)
        if self.log:
            number = math.exp(random.uniform(math.log(low), math.log(high)))
        else:
            number = random.uniform(low, high)
        return self.tidy(min(math.floor(number), self.high) if self.is_whole else number)

    def grid(self) -> list[Value]:
        """All numbers of a grid. Raises ValueError where it is not said which."""
        if self.step is not None:
            if self._steps >= MOST_POINTS:
                raise ValueError(f"step ({self.step}) gives more than {MOST_POINTS:,} values")
            return [self.tidy(self.low + i * self.step) for i in range(self._steps + 1)]
        if self.points is not None:
            spread = np.geomspace if self.log else np.linspace
            numbers = [float(number) for number in spread(self.low, self.high, self.points)]
            rounded = [round(n) if self.is_whole else n for n in numbers]
            return list(dict.fromkeys(self.tidy(number) for number in rounded))
        if not self.is_whole or self.log or self.high - self.low >= MOST_POINTS:
            raise ValueError("a grid needs points = N, step = X or choices = [...]")
        return list(range(int(self.low), int(self.high) + 1))

    @property
    def _steps(self) -> int:
        return math.floor((self.high - self.low) / (self.step or 1) + 1e-9)

    def tidy(self, number: float) -> int | float:
        """A number as it is written down: whole, or of few digits, and within the range."""
        if self.is_whole:
            return int(number)
        return min(max(float(f"{number:.{DIGITS}g}"), self.low), self.high)


Setting = Choices | Range


def _brief(number: float) -> str:
    return f"{number}" if abs(number) < 10**20 or isinstance(number, float) else "a larger one"


def may_be(setting: Setting, wanted: Value) -> bool:
    """Whether a setting can have the value that a ``when`` waits for, or one of a list."""
    allowed = wanted if isinstance(wanted, list) else [wanted]
    if isinstance(setting, Choices):
        return any(value in setting.choices for value in allowed)
    numbers = [value for value in allowed if isinstance(value, int | float)]
    return any(setting.low <= number <= setting.high for number in numbers)


def applies(setting: Setting, values: Mapping[str, Value]) -> bool:
    """Whether a setting counts beside the ``values`` of those before it: only where each that its
    ``when`` names has that value, or one of a list. Elsewhere the preset's own value stands."""
    for key, wanted in setting.when.items():
        allowed = wanted if isinstance(wanted, list) else [wanted]
        if key not in values or values[key] not in allowed:
            return False
    return True


def drawn(space: Mapping[str, Setting], seed: int, trial: int) -> dict[str, Value]:
    """The values of a random trial. They follow from the seed, the trial's number and each
    setting's place alone, so no other trial and no condition changes them."""
    values: dict[str, Value] = {}
    for place, (key, setting) in enumerate(space.items()):
        if applies(setting, values):
            values[key] = setting.draw(np.random.default_rng([seed, trial, place]))
    return values


def combinations(space: Mapping[str, Setting]) -> Iterator[dict[str, Value]]:
    """Every combination of the grids' values, the last setting changing fastest. Raises
    ValueError with the key of a range that has no grid."""
    grids: dict[str, list[Value]] = {}
    for key, setting in space.items():
        try:
            grids[key] = setting.grid()
        except ValueError as error:
            raise ValueError(f"{key}: {error}") from None
    yield from _below(space, grids, {}, list(space))


def _below(
    space: Mapping[str, Setting],
    grids: Mapping[str, list[Value]],
    values: dict[str, Value],
    left: list[str],
) -> Iterator[dict[str, Value]]:
    """Combinations that begin with ``values``; ``left``: the keys that have no value yet."""
    if not left:
        yield values
        return
    key, rest = left[0], left[1:]
    if not applies(space[key], values):
        yield from _below(space, grids, values, rest)
        return
    for value in grids[key]:
        yield from _below(space, grids, {**values, key: value}, rest)
