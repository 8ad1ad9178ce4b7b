"""The table of thresholds: those that a rule chooses, and round ones between them."""

import math

from tuidl.judging.classes import Classes
from tuidl.judging.judged import Judged
from tuidl.judging.records import ThresholdRow, ThresholdTable
from tuidl.judging.scoring import known
from tuidl.judging.thresholds import By, Thresholds

ROUND = tuple(i / 10 for i in range(1, 10))
RULES: tuple[By, ...] = ("f1", "youden", "cost")


def thresholds_of(
    judged: Judged, positive: int, used: float | None, costs: tuple[float, float] | None
) -> ThresholdTable | None:
    """Of two classes. ``costs``: of a false positive and a false negative; 1 each where nothing is
    said of them, and then none is chosen by them."""
    scored = judged.scored
    if not isinstance(scored, Classes) or scored.count != 2:
        return None
    found = Thresholds.of(scored.shares[:, positive], scored.true == positive, costs or (1, 1))
    rules = RULES if costs else RULES[:2]
    best: dict[float, list[str]] = {}
    for rule in rules:
        best.setdefault(float(found.threshold[found.best(rule)]), []).append(rule)
    rows = {value: _row(found, value, ()) for value in ROUND}
    rows |= {value: _row(found, value, tuple(rules)) for value, rules in best.items()}
    ordered = tuple(row for _, row in sorted(rows.items()))
    return ThresholdTable(judged.names[positive], used, costs or (1, 1), ordered)


def _row(found: Thresholds, threshold: float, best_by: tuple[str, ...]) -> ThresholdRow:
    at = found.at(threshold) if math.isfinite(threshold) else 0
    values = (found.precision, found.recall, found.specificity, found.f1, found.youden, found.cost)
    precision, recall, specificity, f1, youden, cost = (float(part[at]) for part in values)
    return ThresholdRow(
        known(threshold), precision, known(recall), known(specificity), f1, known(youden), cost,
        best_by,
    )  # fmt: skip
