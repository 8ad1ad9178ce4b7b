"""Scores with intervals and baselines, and the tables beside them, as records."""

import math

import numpy as np

from tuidl.core.lazy import Array
from tuidl.judging import ranking as curves
from tuidl.judging.classes import Classes
from tuidl.judging.counts import confusion
from tuidl.judging.judged import Judged
from tuidl.judging.labels import Labels
from tuidl.judging.places import Places
from tuidl.judging.records import (
    Calibration,
    CalibrationBin,
    ClassScores,
    Confusion,
    RankingCurves,
    Residuals,
    Score,
)
from tuidl.judging.regression import Numbers
from tuidl.judging.resampling import interval

MOST_POINTS = 200
"""Of a curve in a report."""
MOST_RESIDUALS = 2000
MOST_CONFUSED = 1000
"""Classes of a confusion matrix."""
MOST_CURVES = 20
"""Classes whose curves are in a report."""
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def known(value: float) -> float | None:
    """None where it is not a finite number, as JSON has no other."""
    return float(value) if math.isfinite(value) else None


def score_of(name: str, value: float, drawn: Array | None, baseline: float) -> Score:
    """``drawn`` (times,): the score in each resample."""
    low, high = (interval(drawn) if drawn is not None else None) or (None, None)
    return Score(name, known(value), low, high, known(baseline))


def scores_of(
    points: dict[str, Array], drawn: dict[str, Array], baseline: dict[str, Array]
) -> tuple[Score, ...]:
    """Those of all examples together."""
    return tuple(
        score_of(name, float(value), drawn.get(name), float(baseline[name]))
        for name, value in points.items()
        if value.ndim == 0
    )


def classes_of(
    judged: Judged,
    points: dict[str, Array],
    drawn: dict[str, Array],
    baseline: dict[str, Array],
) -> tuple[ClassScores, ...]:
    """Those of each class or label."""
    scored = judged.scored
    if not isinstance(scored, Classes | Labels | Places):
        return ()
    counts = scored.counts(np.ones((1, len(scored.true))))
    names = [name for name, value in points.items() if value.ndim == 1]
    return tuple(
        ClassScores(
            label, round(float(counts.true[0, i])), round(float(counts.given[0, i])),
            tuple(
                score_of(
                    name, points[name][i], _of_class(drawn, name, i), baseline[name][i]
                )
                for name in names
            ),
        )
        for i, label in enumerate(judged.names)
    )  # fmt: skip


def _of_class(drawn: dict[str, Array], name: str, i: int) -> Array | None:
    """A score of one class in each resample; None where it was not resampled."""
    return drawn[name][:, i] if name in drawn else None


def confusion_of(judged: Judged) -> Confusion | None:
    """None where there are no classes, or too many."""
    scored, size = judged.scored, len(judged.names)
    if size > MOST_CONFUSED or not isinstance(scored, Classes | Places):
        return None
    true, given = scored.true.ravel(), scored.chosen.ravel()
    if isinstance(scored, Places):
        counted = scored.valid.ravel() > 0
        true, given = true[counted], given[counted]
    table = confusion(true, given, size)
    return Confusion(judged.names, tuple(tuple(row) for row in table.tolist()))


def curves_of(judged: Judged, positive: int) -> tuple[RankingCurves, ...]:
    """Of the positive of two classes, or of every class or label that has examples for and
    against; none where there are very many."""
    scored = judged.scored
    if not isinstance(scored, Classes | Labels) or len(judged.names) > MOST_CURVES:
        return ()
    is_binary = isinstance(scored, Classes) and scored.count == 2
    places = [positive] if is_binary else range(len(judged.names))
    pairs = ((judged.names[i], scored.rankings[i]) for i in places)
    return tuple(_curves(*pair) for pair in pairs if 0 < pair[1].positive.mean() < 1)


def _curves(name: str, ranking: curves.Ranking) -> RankingCurves:
    """ROC and precision-recall curves of one class, thinned to MOST_POINTS."""
    false, true, thresholds = curves.roc_curve(ranking)
    precision = curves.precision_recall_curve(ranking)[0][::-1]
    chosen = np.arange(len(thresholds))
    if len(thresholds) > MOST_POINTS:
        chosen = np.unique(np.linspace(0, len(thresholds) - 1, MOST_POINTS).round().astype(int))
    return RankingCurves(
        name,
        tuple(known(value) for value in thresholds[chosen].tolist()),
        tuple(false[chosen].tolist()), tuple(true[chosen].tolist()),
        tuple(precision[chosen].tolist()),
        len(chosen) == len(thresholds),
    )  # fmt: skip


def calibration_of(judged: Judged, positive: int) -> Calibration | None:
    """How often what is said to be likely happens, by bins; None where nothing is a probability."""
    scored = judged.scored
    if not isinstance(scored, Classes | Labels):
        return None
    bins = scored.bins(np.ones((1, len(scored.true))))
    said, happened = (part[0].tolist() for part in bins.curve())
    edges = np.linspace(0, 1, len(said) + 1).tolist()
    of = "the class given" if isinstance(scored, Classes) else "all labels"
    if isinstance(scored, Classes) and scored.count == 2:
        of = judged.names[positive]
    rows = zip(edges[:-1], edges[1:], bins.count[0].tolist(), said, happened, strict=True)
    return Calibration(
        of,
        tuple(
            CalibrationBin(low, high, round(count), known(s), known(h))
            for low, high, count, s, h in rows
        ),
    )


def residuals_of(judged: Judged, names: tuple[str, ...], seed: int) -> tuple[Residuals, ...]:
    """Of each output, up to a few; of very many none."""
    scored = judged.scored
    if not isinstance(scored, Numbers) or scored.true.shape[1] > MOST_CURVES:
        return ()
    count = len(scored.true)
    chosen = np.arange(count)
    if count > MOST_RESIDUALS:
        random = np.random.Generator(np.random.Philox(key=seed))
        chosen = np.sort(random.choice(count, MOST_RESIDUALS, replace=False))
    left = -scored.off
    return tuple(
        Residuals(
            name, tuple(scored.predicted[chosen, i].tolist()), tuple(left[chosen, i].tolist()),
            tuple(np.quantile(left[:, i], QUANTILES).tolist()), len(chosen) == count,
        )
        for i, name in enumerate(names)
    )  # fmt: skip
