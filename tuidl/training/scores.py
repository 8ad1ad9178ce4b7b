"""Sums over examples -> loss and metrics."""

import numpy as np

from tuidl.backends.base import Array, ArrayDataset
from tuidl.compiler.graph import Graph
from tuidl.compiler.program import Program
from tuidl.nn.metrics import METRICS, Sums, classes_of
from tuidl.protocol.events import MOST_CONFUSED, Scores, Table


def score_names(program: Program) -> list[str]:
    """The loss, and those of the preset's metrics that are one number."""
    metrics = program.graph.preset.training.metrics
    return ["loss", *(name for name in metrics if METRICS[name].finish is not None)]


def scores_of(program: Program, totals: Array, feed: ArrayDataset) -> Scores:
    """The loss and the preset's metrics from their ``totals`` over the feed's examples."""
    scores: Scores = {"loss": float(totals[0]) / len(feed)}
    for name in score_names(program)[1:]:
        metric = METRICS[name]
        if metric.finish is not None:
            sums = Sums(_tally(program, totals, metric.tally), len(feed), feed.total_squares)
            scores[name] = metric.finish(sums)
    return scores


def confusion_of(program: Program, totals: Array) -> Table | None:
    """How often each true class (row) was given each class, if the preset asks for that, and
    unless there are more than ``MOST_CONFUSED``."""
    graph = program.graph
    if "confusion_matrix" not in graph.preset.training.metrics or too_many_classes(graph):
        return None
    table = Sums(_tally(program, totals, "confusion"), 0, np.zeros(0)).confusion
    return [[round(count) for count in row] for row in table.tolist()]


def too_many_classes(graph: Graph) -> str:
    """What to say where the confusion matrix that the preset asks for is left out; else nothing."""
    count = classes_of(graph.spec)
    if "confusion_matrix" not in graph.preset.training.metrics or count <= MOST_CONFUSED:
        return ""
    return (
        f"training.metrics: the confusion matrix of {count:,} classes is left out, which has at "
        f"most {MOST_CONFUSED}; 'tuidl predict' says what each example is taken for"
    )


def _tally(program: Program, totals: Array, name: str) -> Array:
    start, size = program.statistics[name]
    return np.asarray(totals[start : start + size], np.float64)
