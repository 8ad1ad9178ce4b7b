"""Scores of runs beside their settings: columns to plot, and how much a setting says of a score."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tuidl.core.lazy import Array, np
from tuidl.logs.measures import best_is
from tuidl.logs.whole import AXES, LogReader, measures_in
from tuidl.runs.labelling import NO_NEWS, Settings, is_seed
from tuidl.runs.overlaying import Member
from tuidl.runs.settings import differing

PART, FEWEST_PARTS, MOST_PARTS = 5, 3, 8
"""Runs in each part of a setting with many values, and how many parts there are."""


@dataclass(frozen=True)
class Importance:
    """``share``: of the score's variance that the setting explains, from 0 to 1, corrected for
    chance; NaN where that cannot be said. ``of_ranks``: the same of the scores' ranks, over which
    some very bad runs have no power. ``rank``: Spearman's correlation of score and setting, from -1
    to 1; NaN for what is no number. ``values``: how many different ones there are."""

    key: str
    share: float
    of_ranks: float
    rank: float
    values: int
    runs: int


def scores_of(members: Sequence[Member]) -> dict[str, list[float]]:
    """Scores of all runs by name, NaN where a run has none: the last and the best value of each
    measure of the logs, and scores on the test part."""
    found: dict[str, list[float]] = {}
    for name in measures_in([one.reader.whole for one in members]):
        way = best_is(name)
        if not way or "gradient" in name or "steps" in name:
            continue
        ends = [_ends(one.reader, name, way) for one in members]
        found[name] = [last for last, _ in ends]
        found[f"best {name}"] = [best for _, best in ends]
    tests = dict.fromkeys(key for one in members for key in one.results if key.startswith("test"))
    tested = {key: [one.results.get(key, math.nan) for one in members] for key in tests}
    return tested | found


def _ends(reader: LogReader, measure: str, way: str) -> tuple[float, float]:
    """The last finite value, and the best."""
    axis = next(iter(reader.axes(measure)), AXES[0])
    curve = reader.arrays(measure, axis)
    if curve is None or not np.isfinite(curve[1]).any():
        return math.nan, math.nan
    values = curve[1][np.isfinite(curve[1])]
    return float(values[-1]), float(values.min() if way == "lowest" else values.max())


def settings_that_differ(tables: Sequence[Settings]) -> list[str]:
    """Numbers first, then texts, the shortest before longer ones, and seeds at the end: what can
    be read on an axis comes before what cannot."""
    known = [table for table in tables if table]
    found = [(key, values) for key, values in differing(known) if key not in NO_NEWS]

    def place(one: tuple[str, list[str]]) -> tuple[bool, int]:
        key, values = one
        is_number = as_numbers([table.get(key) for table in known]) is not None
        return is_seed(key), 0 if is_number else max(map(len, values))

    return [key for key, _ in sorted(found, key=place)]


def values_of(values: Sequence[Any]) -> tuple[list[float], list[str]]:
    """One setting of each run as numbers, NaN where it is not set. Where some are no numbers, their
    places among the texts of all, which come second."""
    numbers = as_numbers(values)
    if numbers is not None:
        return numbers, []
    words = sorted({str(value) for value in values if value is not None})
    return [math.nan if v is None else float(words.index(str(v))) for v in values], words


def as_numbers(values: Sequence[Any]) -> list[float] | None:
    """The values as numbers, NaN for what is not set; None where one of them is none."""
    known = [value for value in values if value is not None]
    if not known or not all(_is_number(value) for value in known):
        return None
    return [math.nan if value is None else float(value) for value in values]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def importances(tables: Sequence[Settings], scores: Sequence[float]) -> list[Importance]:
    """Of each setting that differs, the most important first; only runs with a score count."""
    kept = [n for n, score in enumerate(scores) if math.isfinite(score) and tables[n]]
    values = np.array([scores[n] for n in kept])
    found = [
        _importance(key, [tables[n].get(key) for n in kept], values)
        for key in settings_that_differ([tables[n] for n in kept])
    ]
    return sorted(found, key=lambda one: (math.isnan(one.share), -one.share))


def _importance(key: str, values: list[Any], scores: Array) -> Importance:
    """Of one setting, by its ``values`` and the ``scores`` (runs,): the larger of two shares, that
    between groups of equal values (of similar ones where most numbers differ) and, of such
    numbers, that of a line through the ranks."""
    numbers = as_numbers(values)
    rank = math.nan
    if numbers is not None:
        is_set = np.isfinite(numbers)
        rank = rank_correlation(np.array(numbers)[is_set], scores[is_set])
    groups, line = [str(value) for value in values], math.nan
    count = len(set(groups))
    if numbers is not None and 2 * count > len(values):  # too many for groups: by their order
        groups, line = in_parts(np.array(numbers)), corrected(rank**2, len(scores), 2)

    def share(of: Array) -> float:
        found = corrected(explained(groups, of), len(of), len(set(groups))) if groups else math.nan
        return float(np.fmax(found, line))

    return Importance(key, share(scores), share(ranks(scores)), rank, count, len(scores))


def in_parts(numbers: Array) -> list[str]:
    """For each number which of some equally large parts of all it lies in, what is not set in one
    of its own; empty where there are too few. So a setting counts also where its middle is best."""
    is_set = np.isfinite(numbers)
    parts = min(int(is_set.sum()) // PART, MOST_PARTS)
    if parts < FEWEST_PARTS:
        return []
    place = ranks(numbers[is_set]) / (is_set.sum() + 1) * parts
    found = np.full(len(numbers), -1)
    found[is_set] = place.astype(int)
    return [str(part) for part in found.tolist()]


def explained(groups: Sequence[str], scores: Array) -> float:
    """The share of the variance that lies between groups (eta squared)."""
    total = float(((scores - scores.mean()) ** 2).sum())
    if total == 0:
        return math.nan
    names = np.array(groups)
    inside = sum(
        float(((part - part.mean()) ** 2).sum())
        for part in (scores[names == name] for name in set(groups))
    )
    return 1.0 - inside / total


def corrected(share: float, runs: int, parameters: int) -> float:
    """A share without what ``parameters`` free numbers (means of groups, or a line's two) explain
    of ``runs`` by mere chance: 0 is expected where a setting does nothing (epsilon squared)."""
    if runs <= parameters or math.isnan(share):
        return math.nan
    return max(1.0 - (1.0 - share) * (runs - 1) / (runs - parameters), 0.0)


def rank_correlation(x: Array, y: Array) -> float:
    """Spearman's; equal values share the mean of their ranks. NaN where one never varies."""
    if len(x) < 3:
        return math.nan
    a, b = ranks(x), ranks(y)
    a, b = a - a.mean(), b - b.mean()
    size = math.sqrt(float((a**2).sum()) * float((b**2).sum()))
    return float((a * b).sum()) / size if size else math.nan


def ranks(values: Array) -> Array:
    """From 1; equal values get the mean of theirs."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(count)
    found: Array = (ends - (count - 1) / 2)[place]
    return found
