"""One axis of parallel coordinates: where each value lies on it, and what is written beside it."""

import math
from dataclasses import dataclass
from functools import cached_property

from tuidl.charts.scale import LARGEST, Scale, scaled, short
from tuidl.core.lazy import Array, np

FEW_VALUES = 8
"""Different numbers up to which each has a tick of its own, in the place of round ones."""
UNSET = 0.1
"""The share of an axis, from below, that is kept for values that are not set."""
LONGEST_WHOLE = 7
"""Characters of a whole number that is written with all its digits."""


@dataclass(frozen=True, eq=False)
class Upright:
    """``values`` (``(lines,)``): NaN where a line has none. ``words``: the names of 0, 1, 2 …,
    where it has such; ``log``: equal factors are equally far. ``kept``: the lowest and highest
    value of the range that counts."""

    name: str
    values: Array
    words: tuple[str, ...] = ()
    log: bool = False
    kept: tuple[float, float] | None = None

    @cached_property
    def different(self) -> list[float]:
        """The finite values in order, each once."""
        known = self.values[np.isfinite(self.values)]
        found: list[float] = np.unique(known[known > 0] if self.log else known).tolist()
        return found

    @cached_property
    def scale(self) -> Scale:
        return scaled([*self.different, *map(float, range(len(self.words)))], 1, log=self.log)

    @cached_property
    def heights(self) -> Array:
        """Where the values lie, from 0 below to 1, ``(lines,)``; those that are not set all at 0,
        beneath the others."""
        return self.places(self.values)

    @property
    def has_unset(self) -> bool:
        return len(self.different) > 0 and not bool(np.isfinite(self._exponents(self.values)).all())

    def places(self, values: Array) -> Array:
        """The same of any values, ``(n,)`` to ``(n,)``."""
        scale, low = self.scale, UNSET if self.has_unset else 0.0
        shares = (self._exponents(values) - scale.low) / (scale.high - scale.low)
        known = np.isfinite(shares)
        return np.where(known, low + (1 - low) * np.clip(np.where(known, shares, 0.0), 0, 1), 0.0)

    def _exponents(self, values: Array) -> Array:
        with np.errstate(invalid="ignore", divide="ignore"):
            found = np.clip(values, -LARGEST, LARGEST)
            found = np.log10(np.where(found > 0, found, np.nan)) if self.log else found
        return np.where(np.isfinite(values), found, np.nan)

    @cached_property
    def is_inside(self) -> Array:
        """Whether each value lies in the range that counts, ``(lines,)``."""
        if self.kept is None:
            return np.ones(len(self.values), bool)
        with np.errstate(invalid="ignore"):
            return (self.values >= self.kept[0]) & (self.values <= self.kept[1])

    def ticks(self, about: int) -> list[tuple[float, str]]:
        """Heights and labels, some ``about`` of them: all words, or all of few numbers, or round
        ones."""
        if self.words:
            marks = [(float(n), word) for n, word in enumerate(self.words)]
        elif len(self.different) <= FEW_VALUES:
            marks = [(value, number_text(value)) for value in self.different]
        else:
            round_ones = self.scale.ticks(max(about, 2))
            marks = list(zip(round_ones, self.scale.labels(round_ones), strict=True))
        places = self.places(np.array([value for value, _ in marks], dtype=float)).tolist()
        unset = [(0.0, "–")] if self.has_unset else []
        return unset + [(place, label) for place, (_, label) in zip(places, marks, strict=True)]

    def text(self, line: int) -> str:
        """The value of a line in words."""
        value = float(self.values[line])
        if math.isnan(value):
            return "–"
        return self.words[int(value)] if self.words else number_text(value)


def number_text(value: float) -> str:
    """In few characters; a whole number, such as a seed or a size, with all its digits."""
    if value.is_integer() and len(text := f"{value:.0f}") <= LONGEST_WHOLE:
        return text
    return short(value, 4)
