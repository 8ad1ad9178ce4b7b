"""Sums over examples -> loss and metrics."""

import numpy as np

from tuidl.backends.base import Array, Feed
from tuidl.events import Scores, Table
from tuidl.metrics import METRICS, Sums
from tuidl.program import Program


def score_names(program: Program) -> list[str]:
    """The loss, and those of the preset's metrics that are one number."""
    metrics = program.graph.preset.training.metrics
    return ["loss", *(name for name in metrics if METRICS[name].finish is not None)]


def scores_of(program: Program, totals: Array, feed: Feed) -> Scores:
    """The loss and the preset's metrics from their ``totals`` over the feed's examples."""
    scores: Scores = {"loss": float(totals[0]) / len(feed)}
    for name in score_names(program)[1:]:
        metric = METRICS[name]
        if metric.finish is not None:
            sums = Sums(_tally(program, totals, metric.tally), len(feed), feed.spread)
            scores[name] = metric.finish(sums)
    return scores


def confusion_of(program: Program, totals: Array) -> Table | None:
    """How often each true class (row) was given each class, if the preset asks for that."""
    if "confusion_matrix" not in program.graph.preset.training.metrics:
        return None
    table = Sums(_tally(program, totals, "confusion"), 0, 0.0).confusion
    return [[round(count) for count in row] for row in table.tolist()]


def _tally(program: Program, totals: Array, name: str) -> Array:
    start, size = program.statistics[name]
    return np.asarray(totals[start : start + size], np.float64)
