"""From values to positions, round ticks and their labels."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

LARGEST, SMALLEST = 1e300, 1e-300
"""Values are held within the first, so that no difference of two becomes infinite; differences
below the second have no steps between them."""
MORE_TICKS = 2
"""Ticks beyond those asked for, at most, where coarser steps leave fewer than two."""
FAR = 9.0
"""Sizes of a scale beyond its ends at which all that is farther is."""


@dataclass(frozen=True)
class Scale:
    """Maps values from ``low`` to ``high`` to whole positions 0 to ``size`` - 1.

    ``low`` and ``high`` are exponents of ten where ``log`` is set.
    """

    low: float
    high: float
    size: int
    log: bool = False

    def place(self, value: float) -> int | None:
        """The position, or None for what is not finite, or has no logarithm."""
        return self.places((value,))[0]

    def places(self, values: Iterable[float]) -> list[int | None]:
        """The position of each of many: curves have hundreds of points."""
        least = 0.0 if self.log else -math.inf
        low, span, last, log = self.low, self.high - self.low, self.size - 1, self.log
        made: list[int | None] = []
        for value in values:
            if not least < value < math.inf:
                made.append(None)
                continue
            if not -LARGEST < value < LARGEST:
                value = math.copysign(LARGEST, value)
            share = ((math.log10(value) if log else value) - low) / span
            if not -FAR < share < FAR:
                share = math.copysign(FAR, share)
            made.append(round(share * last))
        return made

    def value(self, position: float) -> float:
        """The value at a position."""
        value = self.low + (self.high - self.low) * position / max(self.size - 1, 1)
        return 10.0 ** min(max(value, -300), 300) if self.log else value

    def ticks(self, about: int) -> list[float]:
        if self.log:
            return log_ticks(self.low, self.high, about)
        return round_ticks(self.low, self.high, max(about, 1))

    def labels(self, ticks: Sequence[float]) -> list[str]:
        """Powers of ten each in few characters, others all with the same decimals."""
        return [short(tick) for tick in ticks] if self.log else tick_labels(ticks)


def scaled(values: Iterable[float], size: int, *, log: bool = False, room: float = 0.0) -> Scale:
    """A scale over all finite values, with a share of ``room`` at both ends.

    A single value gets room around it; none at all, 0 to 1.
    """
    kept = [v for v in values if math.isfinite(v) and not (log and v <= 0)]
    low, high = (min(kept), max(kept)) if kept else (1.0, 10.0) if log else (0.0, 1.0)
    low, high = (min(max(end, -LARGEST), LARGEST) for end in (low, high))
    if log:
        low, high = math.log10(low), math.log10(high)
    if high - low <= 1e-12 * max(abs(low), abs(high)):
        more = 0.5 if log else abs(low) * 0.1 or 1.0
        low, high = low - more, high + more
    extra = (high - low) * room
    return Scale(low - extra, high + extra, size, log)


def round_ticks(low: float, high: float, about: int) -> list[float]:
    """Some ``about`` round numbers (1, 2 or 5 times a power of ten) from ``low`` to ``high``; at
    least two where two are asked for, as one says nothing of the scale."""
    span = high - low
    if not math.isfinite(span) or span < SMALLEST:
        return [low]
    power = 10.0 ** math.floor(math.log10(span / about))
    steps = [power * m for m in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20)]
    place = next(i for i, step in enumerate(steps) if span / step <= about)
    ticks = _multiples(steps[place], low, high)
    while len(ticks) < min(about, 2) and place:
        place -= 1
        ticks = _multiples(steps[place], low, high)
    return ticks if len(ticks) <= about + MORE_TICKS else ticks[::2]


def _multiples(step: float, low: float, high: float) -> list[float]:
    """Those from ``low`` to ``high``."""
    first = math.ceil(low / step - 1e-9)
    digits = max(12, 2 - math.floor(math.log10(step)))
    return [round(i * step, digits) for i in range(first, math.floor(high / step + 1e-9) + 1)]


def log_ticks(low: float, high: float, about: int) -> list[float]:
    """Powers of ten between 10**low and 10**high; 2 and 5 times them where those are few."""
    decades = range(math.floor(low), math.ceil(high) + 1)
    skip = max(1, math.ceil((high - low) / max(about, 1)))
    factors: Sequence[int] = (1,) if high - low >= 1.8 else (1, 2, 5)
    ticks = [f * 10.0**d for d in decades if d % skip == 0 and abs(d) < 300 for f in factors]
    inside = [t for t in ticks if low - 1e-9 <= math.log10(t) <= high + 1e-9]
    if len(inside) >= min(about, 2):
        return inside
    return max(inside, round_ticks(10.0**low, 10.0**high, max(about, 1)), key=len)


def tick_labels(ticks: Sequence[float]) -> list[str]:
    """The ticks as text, all with as many decimals as their distance needs."""
    largest = max((abs(t) for t in ticks), default=0.0)
    if not ticks or largest == 0:
        return ["0"] * len(ticks)
    steps = [b - a for a, b in pairwise(ticks) if b > a]
    step = min(steps, default=largest)
    if largest >= 1e6 or largest < 1e-3:
        return [short(t) for t in ticks]
    decimals = min(max(0, -math.floor(math.log10(step) + 1e-9)), 6)
    return [f"{t:.{decimals}f}" for t in ticks]


def short(value: float, digits: int = 3) -> str:
    """A number in few characters: 0.0312, 12.5, 1.2e-7, 1e30."""
    if not math.isfinite(value):
        return str(value).replace("nan", "NaN")
    text = f"{value or 0.0:.{digits}g}"  # a zero with a sign is a zero to those who read it
    if "e" not in text:
        return text
    number, _, power = text.partition("e")
    return f"{number}e{int(power)}"


def compact(value: float) -> str:
    """A number in at most seven characters, with two digits that count: 0.12, 1.2e-4, 34000."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else short(value)
    if 0.01 <= abs(value) < 100:
        return f"{value:.2g}" if abs(value) < 10 else f"{value:.0f}"
    number, _, power = f"{value:.1e}".partition("e")
    return f"{value:.0f}" if 100 <= abs(value) < 1e5 else f"{number}e{int(power)}"


def readable(value: float, digits: int = 4) -> str:
    """A number of steady width while it changes: zeros at its end stay."""
    if not math.isfinite(value) or value == 0 or not 1e-4 <= abs(value) < 10**digits:
        return short(value, digits)
    return f"{value:#.{digits}g}".rstrip(".")
