"""Sums over examples -> loss and metrics."""

from collections.abc import Sequence
from typing import Any

from tuidl.events import Scores
from tuidl.metrics import METRICS
from tuidl.program import Program


def scores_of(program: Program, totals: Sequence[float] | Any, examples: int) -> Scores:
    """The loss and the preset's metrics from their ``totals`` over so many examples."""
    outputs = program.graph.spec.outputs
    scores: Scores = {}
    for name, (start, size) in program.statistics.items():
        sums = [float(value) for value in totals[start : start + size]]
        is_loss = name == "loss"
        scores[name] = (
            sums[0] / examples if is_loss else METRICS[name].finish(sums, examples, outputs)
        )
    return scores
