"""A judgement as sections of tables, the same for text and Markdown."""

from collections.abc import Iterator
from dataclasses import replace

from tuidl.judging import class_sections as of_classes
from tuidl.judging import example_sections as of_examples
from tuidl.judging.records import Judgement, Score
from tuidl.judging.section import INTERVAL, MOST_LISTED, Section, value_cells
from tuidl.judging.wording import UNDEFINED, called, interval_text, written

AVERAGES = ("_macro", "_micro", "_weighted")
"""Ends of the names of means over classes."""
MEANS = ("overlap_macro", "roc_area_macro", "average_precision_macro", "f1_macro")
"""Those of them that stand among the scores."""
OF_POSITIVE = ("precision", "recall", "f1", "roc_area", "average_precision")
"""Scores of the positive class, which stand in their place where there is one."""


def heading(judgement: Judgement) -> list[str]:
    """What was judged, on which examples, and how."""
    unit = f" in {judgement.unit}" if judgement.unit else ""
    target = f", predicting {judgement.target}{unit}" if judgement.target else ""
    lines = [
        f"{judgement.run} (preset {judgement.preset}{target}; {judgement.weights} weights)",
        f"examples: {judgement.data}",
        f"baseline: {judgement.baseline}",
    ]
    if judgement.resamples:
        what = "examples" if judgement.groups is None else f"{judgement.groups:,} groups"
        lines.append(
            f"95% intervals: percentile bootstrap, {judgement.resamples:,} resamples of {what}, "
            f"seed {judgement.seed}"
        )
    return [*lines, *(f"note: {note}" for note in judgement.notes)]


def sections(judgement: Judgement) -> Iterator[Section]:
    """All that has something to show; without columns of intervals where none were made."""
    for section in _sections(judgement):
        yield section if judgement.resamples else section.without(INTERVAL)


def _sections(judgement: Judgement) -> Iterator[Section]:
    made = {
        "scores": (_scores, of_classes.averages),
        "class": (of_classes.classes,),
        "confusion": (of_classes.confusion,),
        "calibration": (of_classes.calibration,),
        "thresholds": (of_classes.thresholds,),
        "residuals": (of_examples.residuals,),
        "worst": (of_examples.worst,),
        "slices": (of_examples.slices,),
        "columns": (of_examples.importance,),
        "against": (_comparison,),
    }
    for topic, makers in made.items():
        for maker in makers:
            yield from (replace(section, topic=topic) for section in maker(judgement))


def _scores(judgement: Judgement) -> Iterator[Section]:
    shown = [s for s in judgement.scores if not s.name.endswith(AVERAGES) or s.name in MEANS]
    if judgement.positive:
        found = {c.name: c for c in judgement.classes}[judgement.positive]
        shown = [s for s in shown if s.name not in MEANS]
        shown += [s for s in found.scores if s.name in OF_POSITIVE]
    rows = [[called(s.name), *value_cells(s), written(s.name, s.baseline)] for s in shown]
    of = f" (positive: {judgement.positive})" if judgement.positive else ""
    yield Section(f"Scores{of}", [["score", "value", INTERVAL, "baseline"], *rows])


def _comparison(judgement: Judgement) -> Iterator[Section]:
    found = judgement.comparison
    if found is None:
        return
    shown = [d for d in found.differences if _is_shown(d.name, judgement)][:MOST_LISTED]
    rows = []
    for d in shown:
        name = d.name.partition(" of ")[0]
        interval = interval_text(Score(name, d.difference, d.low, d.high))
        texts = [written(name, value) for value in (d.first, d.second, d.difference)]
        p = UNDEFINED if d.p is None else f"{d.p:.3g}"
        rows.append([called(name), *texts, interval, p])
    test = found.mcnemar
    below = "" if test is None else (
        f"Right by the first alone: {test.only_first:,}, by the second alone: "
        f"{test.only_second:,}; McNemar's exact p {test.p:.3g}."
    )  # fmt: skip
    head = ["score", "first", "second", "difference", INTERVAL, "p"]
    yield Section(f"Against {found.other}, the second", [head, *rows], (0,), below)


def _is_shown(name: str, judgement: Judgement) -> bool:
    """Without means over classes and single classes, but for the positive of two."""
    kind, _, of = name.partition(" of ")
    if of:
        return of == judgement.positive and kind in OF_POSITIVE
    return not name.endswith(AVERAGES) or (name in MEANS and not judgement.positive)
