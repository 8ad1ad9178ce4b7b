"""Sums over examples -> loss and metrics."""

from collections.abc import Sequence
from typing import Any

from tuidl.backends.base import Feed
from tuidl.events import Scores
from tuidl.metrics import METRICS
from tuidl.program import Program


def scores_of(program: Program, totals: Sequence[float] | Any, feed: Feed) -> Scores:
    """The loss and the preset's metrics from their ``totals`` over the feed's examples."""
    scores: Scores = {}
    for name, (start, size) in program.statistics.items():
        sums = [float(value) for value in totals[start : start + size]]
        if name == "loss":
            scores[name] = sums[0] / len(feed)
        else:
            scores[name] = METRICS[name].finish(sums, len(feed), feed.spread)
    return scores
