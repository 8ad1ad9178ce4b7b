"""Sums over examples -> loss and metrics."""

import math

import numpy as np

from tuidl.backends.base import ArrayDataset
from tuidl.compiler.emission import EXAMPLES_SEEN, PENALTY
from tuidl.compiler.graph import Graph
from tuidl.compiler.head_emission import COUNTED, OWN, ROWS, is_plain
from tuidl.compiler.nodes import Head, Target
from tuidl.compiler.program import Program
from tuidl.core.lazy import Array
from tuidl.nn.metrics import METRICS, Sums, classes_of
from tuidl.protocol.events import MOST_CONFUSED, Scores, Table
from tuidl.training.measured import measured_names

CONFUSION = "confusion_matrix"
OF_ONE_CLASS = {"precision", "recall", "f1"}
"""Of two classes these look for one."""


def score_names(program: Program) -> list[str]:
    """All that is measured of a part after an epoch: losses, metrics that are one number, and what
    is no sum over examples."""
    return [*_counted_names(program), *measured_names(program.graph)]


def _counted_names(program: Program) -> list[str]:
    """The loss, and those of the preset's metrics that are one number.

    ``loss`` is the first objective's. Of several each has its own as ``objective.loss``, and so has
    each of several losses in an objective, as ``name.loss``.
    """
    graph = program.graph
    names = ["loss"]
    if len(graph.objectives) > 1:
        names += [f"{objective.name}.loss" for objective in graph.objectives]
    for head in graph.heads:
        if _is_shown(graph, head):
            names.append(head.score("loss"))
        names += [head.score(n) for n in head.metrics if METRICS[n].finish is not None]
    return list(dict.fromkeys(names))


def scores_of(program: Program, totals: Array, feed: ArrayDataset) -> Scores:
    """The loss and the preset's metrics from their ``totals`` over the feed's examples.

    NaN where nothing was counted: all answers masked, or an objective that had no turn.
    """
    graph = program.graph
    scores: Scores = dict.fromkeys(_counted_names(program), math.nan)
    if is_plain(graph):
        scores["loss"] = float(totals[0]) / len(feed)
    else:
        losses = [_loss_of(program, totals, objective) for objective in graph.objectives]
        scores["loss"] = losses[0]
        for objective, loss in zip(graph.objectives, losses, strict=True):
            if len(losses) > 1:
                scores[f"{objective.name}.loss"] = loss
    for head in graph.heads:
        if _is_shown(graph, head):
            scores[head.score("loss")] = _mean(program, totals, head)
        for name in head.metrics:
            metric = METRICS[name]
            if metric.finish is not None and (sums := _sums(program, totals, head, name, feed)):
                scores[head.score(name)] = metric.finish(sums)
    return scores


def _is_shown(graph: Graph, head: Head) -> bool:
    """Whether a head's own loss is a score beside its objective's."""
    return any(head in o.heads and len(o.heads) > 1 for o in graph.objectives)


def _loss_of(program: Program, totals: Array, objective: Target) -> float:
    """The weighted sum of an objective's mean losses, and its penalties on weights."""
    seen = float(_slots(program, totals, f"{objective.name}/{EXAMPLES_SEEN}")[0])
    if not seen:
        return math.nan
    penalty = float(_slots(program, totals, f"{objective.name}/{PENALTY}")[0]) / seen
    return penalty + sum(head.weight * _mean(program, totals, head) for head in objective.heads)


def _mean(program: Program, totals: Array, head: Head) -> float:
    """A head's mean loss over the answers that count."""
    rows = float(_slots(program, totals, head.slot(ROWS))[0])
    return float(_slots(program, totals, head.slot(OWN))[0]) / rows if rows else math.nan


def _sums(
    program: Program, totals: Array, head: Head, name: str, feed: ArrayDataset
) -> Sums | None:
    """What a metric is read from; None where no answer counts."""
    metric, graph = METRICS[name], program.graph
    answers: float = len(feed)
    if not is_plain(graph):
        counted = ROWS if head.weights is None else COUNTED
        answers = float(_slots(program, totals, head.slot(counted))[0])
    own = slice(head.start, head.start + head.spec.target_width)
    spread = None
    if head.mask is None:
        answers = metric.answers(round(answers), head.spec.rows)
    elif metric.of_classes:
        answers = round(answers)
    else:
        answers /= head.spec.rows
        spread = _weighted_squares(feed.y[:, own], feed.y[:, head.mask :][:, : head.spec.rows])
    if not answers:
        return None
    values = _slots(program, totals, head.slot(metric.tally))
    positive = head.spec.positive_place
    spread = feed.total_squares[own] if spread is None else spread
    return Sums(values, answers, spread, feed.target_units[own], positive)


def _weighted_squares(y: Array, weights: Array) -> Array:
    """Of each output (values of an example,) the targets' squared distances from their mean, both
    weighed by the ``weights`` (examples, answers)."""
    wide = np.repeat(weights, y.shape[1] // weights.shape[1], axis=1).astype(np.float64)
    known = np.where(wide != 0, y, 0)
    mean = (wide * known).sum(axis=0) / np.maximum(wide.sum(axis=0), np.finfo(float).tiny)
    return np.asarray((wide * (known - mean) ** 2).sum(axis=0))


def confusion_of(program: Program, totals: Array) -> Table | None:
    """How often each true class (row) was given each class, if the preset asks for that, and
    unless there are more than ``MOST_CONFUSED``."""
    head = _confused(program.graph)
    if head is None or too_many_classes(program.graph):
        return None
    sums = Sums(_slots(program, totals, head.slot("confusion")), 0, np.zeros(0))
    return [[round(count) for count in row] for row in sums.confusion.tolist()]


def classes_of_confusion(graph: Graph) -> tuple[str, ...]:
    """The names of the confusion matrix's classes; numbers where they have none."""
    head = _confused(graph)
    if head is None:
        return ()
    return head.spec.classes or tuple(str(i + 1) for i in range(classes_of(head.spec)))


def positive_of(graph: Graph) -> str:
    """The class that precision, recall and F1 are of; empty where they are asked of none of two."""
    for head in graph.heads:
        if len(head.spec.classes) == 2 and OF_ONE_CLASS & set(head.metrics):
            return head.spec.classes[head.spec.positive_place]
    return ""


def too_many_classes(graph: Graph) -> str:
    """What to say where the confusion matrix that the preset asks for is left out; else nothing."""
    head = _confused(graph)
    count = classes_of(head.spec) if head else 0
    if count <= MOST_CONFUSED:
        return ""
    return (
        f"training.metrics: the confusion matrix of {count:,} classes is left out, which has at "
        f"most {MOST_CONFUSED}; 'tuidl predict' says what each example is taken for"
    )


def _confused(graph: Graph) -> Head | None:
    """The first head that a confusion matrix is asked of."""
    return next((head for head in graph.heads if CONFUSION in head.metrics), None)


def _slots(program: Program, totals: Array, name: str) -> Array:
    start, size = program.statistics[name]
    return np.asarray(totals[start : start + size], np.float64)
