"""A judgement as sections of tables, the same for text and Markdown."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tuidl.judging.records import ClassScores, Judgement, Kind, Score
from tuidl.judging.wording import UNDEFINED, called, interval_text, is_percentage, number, written

Rows = Sequence[Sequence[str]]

MOST_CLASSES = 30
"""Classes that are listed."""
MOST_LISTED = 30
"""Columns and differences that are listed."""
MOST_CONFUSED = 10
"""Classes of a confusion matrix that is shown in full; of more, the most frequent mistakes."""
INTERVAL = "95% interval"
AVERAGES = ("_macro", "_micro", "_weighted")
WIDEST = 56
"""Characters of the classes' names above the columns together; longer ones are numbered."""


@dataclass(frozen=True)
class Section:
    """``rows``: a heading and what is below it. ``left``: columns that are aligned left.
    ``below``: a sentence that explains them. ``topic``: what pages are made by."""

    title: str
    rows: Rows
    left: tuple[int, ...] = (0,)
    below: str = ""
    topic: str = ""


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
        head = section.rows[0]
        if judgement.resamples or INTERVAL not in head:
            yield section
            continue
        place = head.index(INTERVAL)
        yield replace(section, rows=[[*row[:place], *row[place + 1 :]] for row in section.rows])


def _sections(judgement: Judgement) -> Iterator[Section]:
    made = {
        "scores": (_scores, _averages),
        "class": (_classes,),
        "confusion": (_confusion,),
        "calibration": (_calibration,),
        "thresholds": (_thresholds,),
        "residuals": (_residuals,),
        "worst": (_worst,),
        "slices": (_slices,),
        "columns": (_importance,),
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
    rows = [[called(s.name), *_cells(s), written(s.name, s.baseline)] for s in shown]
    of = f" (positive: {judgement.positive})" if judgement.positive else ""
    yield Section(f"Scores{of}", [["score", "value", INTERVAL, "baseline"], *rows])


MEANS = ("overlap_macro", "roc_area_macro", "average_precision_macro", "f1_macro")
OF_POSITIVE = ("precision", "recall", "f1", "roc_area", "average_precision")


def _cells(score: Score) -> tuple[str, str]:
    return written(score.name, score.value), interval_text(score)


def _averages(judgement: Judgement) -> Iterator[Section]:
    known = {score.name: score for score in judgement.scores}
    if "f1_macro" not in known or judgement.positive:
        return
    kinds = ("precision", "recall", "f1")
    rows = [
        [average, *(_with_interval(known[f"{kind}_{average}"]) for kind in kinds)]
        for average in ("macro", "micro", "weighted")
    ]
    yield Section("Means over classes", [["mean", *map(called, kinds)], *rows])


def _with_interval(score: Score) -> str:
    text = written(score.name, score.value)
    if score.low is None or score.value is None:
        return text
    low, high = (_short(score.name, end) for end in (score.low, score.high))
    return f"{text} ({low}-{high})"


def _short(name: str, value: float | None) -> str:
    """So that three intervals fit beside each other."""
    if value is None:
        return UNDEFINED
    return f"{100 * value:.0f}" if is_percentage(name) else f"{value:.3g}"


def _classes(judgement: Judgement) -> Iterator[Section]:
    found = judgement.classes
    if len(found) > MOST_CLASSES:
        found = tuple(each for each in found if each.are or each.given)[:MOST_CLASSES]
    if not found:
        return
    more = len(judgement.classes) - len(found)
    below = f"and {more:,} more; all of them with --json" if more else ""
    for kinds in (("precision", "recall", "f1"), ("roc_area", "average_precision", "overlap")):
        names = [name for name in kinds if name in {s.name for s in found[0].scores}]
        if names:
            rows = [_class_row(each, names) for each in found]
            title = "By class" if "precision" in names else "By class, against all others"
            yield Section(title, [["class", "true", "given", *map(called, names)], *rows], (0,),
                          below)  # fmt: skip


def _class_row(each: ClassScores, names: Sequence[str]) -> list[str]:
    known = {score.name: score for score in each.scores}
    counts = [each.name, f"{each.are:,}", f"{each.given:,}"]
    if not each.are and not each.given:
        return [*counts, *(UNDEFINED for _ in names)]
    return [*counts, *(_with_interval(known[name]) for name in names)]


def _confusion(judgement: Judgement) -> Iterator[Section]:
    table = judgement.confusion
    if table is None:
        return
    if len(table.names) <= MOST_CONFUSED:
        names = list(table.names)
        heads = names
        if sum(len(name) + 2 for name in names) > WIDEST:
            heads = [str(i) for i in range(1, len(names) + 1)]
            names = [f"{i} {name}" for i, name in zip(heads, names, strict=True)]
        rows = [[name, *map(str, row)] for name, row in zip(names, table.counts, strict=True)]
        yield Section("Confusion: rows are true, columns given", [["true", *heads], *rows])
        return
    mistakes = [
        (count, table.names[i], table.names[j])
        for i, row in enumerate(table.counts)
        for j, count in enumerate(row)
        if i != j and count
    ]
    mistakes.sort(key=lambda mistake: -mistake[0])
    rows = [[true, given, str(count)] for count, true, given in mistakes[:MOST_CONFUSED]]
    if rows:
        yield Section("Most frequent mistakes", [["true", "given", "times"], *rows], (0, 1))


def _calibration(judgement: Judgement) -> Iterator[Section]:
    found = judgement.calibration
    if found is None:
        return
    rows = [
        [f"{b.low:.0%} to {b.high:.0%}", f"{b.count:,}", _share(b.said), _share(b.happened)]
        for b in found.bins
        if b.count
    ]
    yield Section(
        f"Calibration: probability of {found.of}",
        [["probability", "examples", "mean said", "happened"], *rows],
    )


def _share(value: float | None) -> str:
    return UNDEFINED if value is None else f"{value:.1%}"


def _thresholds(judgement: Judgement) -> Iterator[Section]:
    found = judgement.thresholds
    if found is None:
        return
    head = ["from", "precision", "recall", "specificity", "F1", "Youden", "cost", "best by"]
    rows = [
        [
            "never" if row.threshold is None else f"{row.threshold:.4g}", _share(row.precision),
            _share(row.recall), _share(row.specificity), f"{row.f1:.3f}", number(row.youden),
            number(row.cost), ", ".join(row.best_by),
        ]
        for row in found.rows
    ]  # fmt: skip
    below = (
        f"Called {found.positive!r} from this probability on. Cost a mistake: "
        f"{found.costs[0]:g} false positive, {found.costs[1]:g} false negative. A threshold that "
        "is chosen here is judged too well here: choose on the validation part, report the test."
    )
    yield Section(f"Thresholds for {found.positive}", [head, *rows], (7,), below)


def _residuals(judgement: Judgement) -> Iterator[Section]:
    if not judgement.residuals:
        return
    head = ["output", "5%", "25%", "median", "75%", "95%"]
    rows = [[r.output, *map(number, r.quantiles)] for r in judgement.residuals[:MOST_LISTED]]
    yield Section("Residuals (true - predicted), quantiles", [head, *rows])


LOSSES: dict[Kind, str] = {"numbers": "error", "masks": "1 - IoU", "boxes": "1 - IoU",
                           "clusters": "squared distance"}  # fmt: skip
"""What the worst examples are the worst by."""


def _worst(judgement: Judgement) -> Iterator[Section]:
    if judgement.worst:
        table = [["example", "true", "predicted", LOSSES.get(judgement.kind, "loss")]]
        table += [[w.example, w.true, w.predicted, number(w.loss)] for w in judgement.worst]
        cut = not any(w.true for w in judgement.worst)  # clusters of examples without classes
        yield Section("Worst examples", [r[:1] + r[1 + cut :] for r in table], (0, 1, 2)[: 3 - cut])
        values = [
            [w.example, ", ".join(f"{name}={text}" for name, text in w.values.items())]
            for w in judgement.worst
            if w.values
        ]
        if values:
            yield Section("Their rows", [["example", "columns"], *values], (0, 1))


def _slices(judgement: Judgement) -> Iterator[Section]:
    for column in dict.fromkeys(s.column for s in judgement.slices):
        found = [s for s in judgement.slices if s.column == column]
        rows = [
            [s.value, f"{s.count:,}{' (few)' if s.small else ''}", *_cells(s.score)] for s in found
        ]
        head = [column, "examples", called(judgement.main), INTERVAL]
        whole = written(judgement.main, found[0].score.baseline)
        yield Section(f"By {column}", [head, *rows], (0,), f"All examples: {whole}.")


def _importance(judgement: Judgement) -> Iterator[Section]:
    found = judgement.importance
    if found is None:
        return
    rows = [
        [row.column, written(found.score, row.mean), written(found.score, row.deviation)]
        for row in found.columns[:MOST_LISTED]
    ]
    below = (
        f"How much worse the {called(found.score)} is when the column is shuffled, mean and "
        f"standard deviation of {found.repeats}. Columns that say the same share their worth."
    )
    yield Section(
        "Importance of columns", [["column", "worse by", "deviation"], *rows], (0,), below
    )


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
