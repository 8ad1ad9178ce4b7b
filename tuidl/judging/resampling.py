"""The bootstrap: how often each example is drawn in each resample, and intervals from that."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from tuidl.core.lazy import Array

Scores = Mapping[str, Array]
Scorer = Callable[[Array], Scores]
"""Weights (b, n) -> scores by name, each (b,) or (b, classes)."""

LEVEL = 0.95
AT_ONCE = 1 << 16
"""Weights that are held at once: they stay in the processor's cache."""
FEWEST = 0.5
"""Share of the resamples in which a score must be defined for an interval of it."""


def resamples(count: int, times: int, seed: int, groups: Array | None = None) -> Iterator[Array]:
    """How often each of ``count`` examples is drawn: weights (b, count), ``times`` rows in all.

    Examples are drawn with replacement, as many as there are (Efron 1979). ``groups`` (count,): of
    examples that belong together whole groups are drawn, as many as there are, since examples of
    one group are not independent (the cluster bootstrap). The same ``seed`` gives the same draws.
    """
    places = None
    if groups is not None:
        _, places = np.unique(groups, return_inverse=True)
    units = count if places is None else int(places.max()) + 1
    random = np.random.Generator(np.random.Philox(key=seed))
    step = max(AT_ONCE // max(count, units), 1)
    for first in range(0, times, step):
        rows = min(step, times - first)
        drawn = random.integers(0, units, (rows, units), dtype=np.int64)
        drawn += np.arange(rows)[:, None] * units
        counts = np.bincount(drawn.ravel(), minlength=rows * units).reshape(rows, units)
        weights = counts.astype(np.float64)
        yield weights if places is None else weights[:, places]


def resampled(
    score: Scorer, count: int, times: int, seed: int, groups: Array | None = None
) -> dict[str, Array]:
    """Each score in each resample, (times,) or (times, classes); empty where ``times`` is 0."""
    parts = [score(weights) for weights in resamples(count, times, seed, groups)]
    return {name: np.concatenate([p[name] for p in parts]) for name in parts[0]} if parts else {}


def point(score: Scorer, count: int) -> dict[str, Array]:
    """Each score of the examples as they are, () or (classes,)."""
    return {name: values[0] for name, values in score(np.ones((1, count))).items()}


def interval(values: Array, level: float = LEVEL) -> tuple[float, float] | None:
    """The middle ``level`` of a score (times,) over resamples: the percentile interval.

    Resamples in which the score is not defined (NaN) are left out; None where these are more than
    half. None too where all resamples agree: of examples that are all right, the bootstrap cannot
    say how rare a mistake may be.
    """
    known = values[np.isfinite(values)]
    if not len(known) or len(known) < FEWEST * len(values) or np.ptp(known) == 0:
        return None
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
