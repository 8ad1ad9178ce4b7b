"""Sections of a judgement about examples and their columns: errors, the worst, slices."""

from collections.abc import Iterator

from tuidl.judging.records import Judgement, Kind, WorstExample
from tuidl.judging.section import INTERVAL, MOST_LISTED, Section, value_cells
from tuidl.judging.wording import called, number, written

LOSSES: dict[Kind, str] = {"numbers": "error", "masks": "1 - IoU", "boxes": "1 - IoU",
                           "clusters": "squared distance"}  # fmt: skip
"""What the worst examples are the worst by."""
TRUE = "true"


def residuals(judgement: Judgement) -> Iterator[Section]:
    if not judgement.residuals:
        return
    head = ["output", "5%", "25%", "median", "75%", "95%"]
    rows = [[r.output, *map(number, r.quantiles)] for r in judgement.residuals[:MOST_LISTED]]
    yield Section("Residuals (true - predicted), quantiles", [head, *rows])


def worst(judgement: Judgement) -> Iterator[Section]:
    found = judgement.worst
    if not found:
        return
    head = ["example", TRUE, "predicted", LOSSES.get(judgement.kind, "loss")]
    rows = [[each.example, each.true, each.predicted, number(each.loss)] for each in found]
    section = Section("Worst examples", [head, *rows], (0, 1, 2))
    has_truth = any(each.true for each in found)  # clusters of examples without classes have none
    yield section if has_truth else section.without(TRUE)
    if values := [[each.example, _values(each)] for each in found if each.values]:
        yield Section("Their rows", [["example", "columns"], *values], (0, 1))


def _values(example: WorstExample) -> str:
    return ", ".join(f"{name}={text}" for name, text in example.values.items())


def slices(judgement: Judgement) -> Iterator[Section]:
    for column in dict.fromkeys(s.column for s in judgement.slices):
        found = [s for s in judgement.slices if s.column == column]
        rows = [
            [s.value, f"{s.count:,}{' (few)' if s.small else ''}", *value_cells(s.score)]
            for s in found
        ]
        head = [column, "examples", called(judgement.main), INTERVAL]
        whole = written(judgement.main, found[0].score.baseline)
        yield Section(f"By {column}", [head, *rows], (0,), f"All examples: {whole}.")


def importance(judgement: Judgement) -> Iterator[Section]:
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
