"""Sections of a judgement that only networks with classes have."""

from collections.abc import Iterator, Sequence

from tuidl.judging.records import ClassScores, Confusion, Judgement, Score
from tuidl.judging.section import Section
from tuidl.judging.wording import UNDEFINED, called, is_percentage, number, written

MOST_CLASSES = 30
"""Classes that are listed."""
MOST_CONFUSED = 10
"""Classes of a confusion matrix that is shown in full; of more, the most frequent mistakes."""
WIDEST = 56
"""Characters of the classes' names above the columns together; longer ones are numbered."""


def averages(judgement: Judgement) -> Iterator[Section]:
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


def classes(judgement: Judgement) -> Iterator[Section]:
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


def confusion(judgement: Judgement) -> Iterator[Section]:
    table = judgement.confusion
    if table is not None:
        is_readable = len(table.names) <= MOST_CONFUSED
        yield from _matrix(table) if is_readable else _mistakes(table)


def _matrix(table: Confusion) -> Iterator[Section]:
    names = list(table.names)
    heads = names
    if sum(len(name) + 2 for name in names) > WIDEST:
        heads = [str(i) for i in range(1, len(names) + 1)]
        names = [f"{i} {name}" for i, name in zip(heads, names, strict=True)]
    rows = [[name, *map(str, row)] for name, row in zip(names, table.counts, strict=True)]
    yield Section("Confusion: rows are true, columns given", [["true", *heads], *rows])


def _mistakes(table: Confusion) -> Iterator[Section]:
    found = [
        (count, table.names[i], table.names[j])
        for i, row in enumerate(table.counts)
        for j, count in enumerate(row)
        if i != j and count
    ]
    found.sort(key=lambda mistake: -mistake[0])
    rows = [[true, given, str(count)] for count, true, given in found[:MOST_CONFUSED]]
    if rows:
        yield Section("Most frequent mistakes", [["true", "given", "times"], *rows], (0, 1))


def calibration(judgement: Judgement) -> Iterator[Section]:
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


def thresholds(judgement: Judgement) -> Iterator[Section]:
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
