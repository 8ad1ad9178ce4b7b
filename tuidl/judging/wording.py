"""What scores are called, how their values are written, and what must be said beside them."""

import math

import numpy as np

from tuidl.judging.boxes import Boxes
from tuidl.judging.classes import Classes
from tuidl.judging.clusters import Clustered
from tuidl.judging.judged import Judged
from tuidl.judging.labels import Labels
from tuidl.judging.places import Places
from tuidl.judging.records import Score
from tuidl.judging.regression import MOST_SORTED, Numbers
from tuidl.judging.subject import Subject

NAMES = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "matthews": "Matthews' correlation",
    "kappa": "Cohen's kappa",
    "log_loss": "log loss (nats)",
    "brier": "Brier score",
    "calibration_error": "calibration error",
    "overlap_macro": "mean overlap (IoU)",
    "box_iou": "mean overlap of boxes (IoU)",
    "found_50": "class right, IoU from 50%",
    "found_75": "class right, IoU from 75%",
    "exact_match": "all labels right",
    "sequence_accuracy": "sequence accuracy",
    "hamming_loss": "labels wrong",
    "cross_entropy": "cross-entropy (nats)",
    "divergence": "KL divergence (nats)",
    "roc_area_macro": "ROC area, mean",
    "average_precision_macro": "average precision, mean",
    "ari": "adjusted Rand index",
    "nmi": "mutual information (normalised)",
    "squared_distance": "squared distance to the centre, mean",
    "inertia": "inertia (the sum of these)",
    "mae": "mean absolute error",
    "rmse": "root mean squared error",
    "median_absolute_error": "median absolute error",
    "max_error": "largest error",
    "mape": "mean absolute % error",
    "r2": "r2",
    "explained_variance": "explained variance",
    "roc_area": "ROC area",
    "average_precision": "average precision",
    "overlap": "overlap",
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
}  # fmt: skip
PERCENTAGES = {
    "accuracy", "balanced_accuracy", "exact_match", "sequence_accuracy", "hamming_loss", "mape",
    "precision", "recall", "f1", "overlap", "overlap_macro", "box_iou", "found_50", "found_75",
    "calibration_error",
}  # fmt: skip
"""Scores that are shares, written as percentages."""
UNDEFINED = "-"
LOPSIDED = 0.8
"""Share of the most frequent class from which on it is worth a word."""
FEW = 30
"""Examples, or groups of them, below which intervals are worth a word."""


def called(name: str) -> str:
    """A score in words."""
    if name in NAMES:
        return NAMES[name]
    if name.startswith("top_"):
        return f"top-{name.split('_')[1]} accuracy"
    kind, _, average = name.rpartition("_")
    return f"{NAMES.get(kind, kind)}, {average}"


def is_percentage(name: str) -> bool:
    kind = name.rpartition("_")[0]
    return name in PERCENTAGES or kind in ("precision", "recall", "f1") or name.startswith("top_")


def written(name: str, value: float | None) -> str:
    """A value of the score."""
    if value is None:
        return UNDEFINED
    return f"{value:.1%}" if is_percentage(name) else number(value)


def number(value: float | None) -> str:
    """Four digits, so that columns stay narrow; more where whole numbers have them."""
    if value is None:
        return UNDEFINED
    return f"{value:,.0f}" if abs(value) >= 10_000 and math.isfinite(value) else f"{value:.4g}"


def interval_text(score: Score) -> str:
    if score.low is None or score.high is None:
        return UNDEFINED
    return f"{written(score.name, score.low)} to {written(score.name, score.high)}"


def baseline_text(judged: Judged) -> str:
    """What the baseline is."""
    match judged.scored:
        case Clustered():
            return "one cluster for all"
        case Classes():
            shares = judged.scored.baseline().shares[0]
            most = judged.names[int(shares.argmax())]
            return f"always {most!r} ({shares.max():.1%} here), each class as likely as it is here"
        case Boxes():
            return "always the mean box, each class as likely as it is here"
        case Places():
            return "always the most frequent class, each as likely as it is in these places"
        case Labels():
            return "each label as likely as it is here"
        case Numbers():
            return "always the mean here; for absolute errors, the median"
    return "the mean shares here"


def output_names(judged: Judged, target: str) -> tuple[str, ...]:
    """Of numbers."""
    if not isinstance(judged.scored, Numbers):
        return ()
    width = judged.scored.true.shape[1]
    return (target or "target",) if width == 1 else tuple(f"output {i + 1}" for i in range(width))


def notes_of(judged: Judged, subject: Subject, resamples: int) -> tuple[str, ...]:
    """What should be known before a score is believed."""
    notes = list(subject.notes)
    if len(subject) < FEW:
        notes.append(f"{len(subject)} examples are few: intervals are too narrow, if anything")
    if subject.groups is not None:
        notes.append(f"intervals draw whole groups of examples: {subject.grouped_by}")
        if (groups := len(set(subject.groups.tolist()))) < FEW:
            notes.append(
                f"{groups} groups are few: intervals are too narrow, the more so the fewer"
            )
    if judged.right is not None and judged.right.all() | (~judged.right).all():
        kind = "wrong" if judged.right.all() else "right"
        most = 1 - 0.05 ** (1 / len(subject))
        notes.append(
            f"none of {len(subject):,} is {kind}, so resampling gives no interval; at 95% at most "
            f"{most:.1%} of new examples are (exact binomial)"
        )
    scored = judged.scored
    if isinstance(scored, Classes):
        counts = np.bincount(scored.true, minlength=scored.count)
        if absent := [n for n, count in zip(judged.names, counts, strict=True) if not count]:
            shown = ", ".join(absent[:5]) + (", ..." if len(absent) > 5 else "")
            notes.append(f"no examples of: {shown}; means over classes leave these out")
        if counts.max() >= LOPSIDED * counts.sum():
            notes.append("one class is most of the examples: look at more than the accuracy")
    if isinstance(scored, Classes | Labels) and not judged.resamples_areas(resamples):
        notes.append(
            f"no intervals of areas below curves: {len(judged.names):,} curves of {len(subject):,} "
            f"examples take too long {resamples:,} times; --resamples asks for fewer"
        )
    if isinstance(scored, Numbers) and not scored.true.all():
        notes.append("no mean absolute % error: some true values are 0")
    if isinstance(scored, Numbers) and scored.true.shape[1] > MOST_SORTED:
        notes.append(f"no median error: there are more than {MOST_SORTED} outputs")
    return tuple(notes)
