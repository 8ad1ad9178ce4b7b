"""The main score of examples that have something in common."""

from collections.abc import Iterator

import numpy as np

from tuidl.core.errors import DataError, suggestion
from tuidl.core.lazy import Array
from tuidl.data.tables.raw import RawColumn, text_of
from tuidl.judging.judged import Judged
from tuidl.judging.records import SliceScore
from tuidl.judging.resampling import point, resamples
from tuidl.judging.scoring import score_of
from tuidl.judging.subject import Subject

SMALL = 30
"""Examples below which a slice says little."""
MOST_VALUES = 20
"""Values of a column that have a slice each; the rarer ones are together."""
MOST_NUMBERS = 10
"""Different numbers that have a slice each; more are cut into quarters."""
REPEATED = 2
"""Rows of each text, on average, from which on texts are values that have a slice each."""
NO_VALUE = "(no value)"


def column_of(subject: Subject, name: str) -> RawColumn:
    """A column of the examples, as the file has it. Raises DataError."""
    origin = subject.origin
    if origin is None or origin.table is None or origin.rows is None:
        raise DataError(f"{name!r}: these examples are no rows of a table, so they have no columns")
    names = [column.name for column in origin.table.columns]
    if name not in names:
        raise DataError(f"no column {name!r}{suggestion(name, names[:50])}")
    column, rows = origin.table.columns[names.index(name)], origin.rows
    return RawColumn(column.name, column.numbers[rows], column.texts, column.codes[rows])


def slices_of(
    judged: Judged, subject: Subject, columns: tuple[str, ...], times: int, seed: int
) -> tuple[SliceScore, ...]:
    """By each of the columns; intervals are over ``times`` resamples of all examples. Raises
    DataError."""
    found = [
        (column, value, members)
        for column in columns
        for value, members in parts_of(column_of(subject, column))
    ]
    if not found:
        return ()
    masks = np.stack([members for _, _, members in found]).astype(np.float64)
    values = judged.scored.main(masks)
    drawn: list[list[Array]] = [[] for _ in found]
    for weights in resamples(len(subject), times, seed, subject.groups):
        for part, mask in zip(drawn, masks, strict=True):
            part.append(judged.scored.main(weights * mask))
    whole = float(point(lambda w: {"main": judged.scored.main(w)}, len(subject))["main"])
    return tuple(
        SliceScore(
            column, value, int(members.sum()), bool(members.sum() < SMALL),
            score_of(judged.main, float(score), np.concatenate(part) if part else None, whole),
        )
        for (column, value, members), score, part in zip(found, values, drawn, strict=True)
    )  # fmt: skip


def parts_of(column: RawColumn) -> Iterator[tuple[str, Array]]:
    """Values, or ranges of numbers, each with the examples (n,) that have it."""
    is_number = column.codes < 0
    numbers = np.unique(column.numbers[is_number])
    if len(numbers) > MOST_NUMBERS:
        yield from _quarters(column.numbers, is_number)
    else:
        for number in numbers.tolist():
            yield text_of(number), is_number & (column.numbers == number)
    counts = np.bincount(column.codes[~is_number], minlength=len(column.texts))
    if np.count_nonzero(counts) > max(MOST_VALUES, counts.sum() / REPEATED):
        yield from _by_length(column, is_number)
        return
    order = np.argsort(-counts, kind="stable")
    kept = [code for code in order[:MOST_VALUES].tolist() if counts[code]]
    for code in kept:
        yield column.texts[code] or NO_VALUE, column.codes == code
    rest = ~is_number & ~np.isin(column.codes, kept)
    if rest.any():
        yield f"({len(np.unique(column.codes[rest])):,} others)", rest


def _by_length(column: RawColumn, is_number: Array) -> Iterator[tuple[str, Array]]:
    """Texts that hardly repeat, in quarters by their number of words; those without any apart."""
    words = np.array([*(len(text.split()) for text in column.texts), 0])[column.codes]
    for name, members in _quarters(words.astype(np.float64), ~is_number & (words > 0), whole=True):
        yield f"{name} words", members
    if (empty := ~is_number & (words == 0)).any():
        yield NO_VALUE, empty


def _quarters(numbers: Array, is_number: Array, whole: bool = False) -> Iterator[tuple[str, Array]]:
    """Ranges that hold about a quarter of the numbers each; ``whole`` ones have no fractions."""
    edges = np.quantile(numbers[is_number], [0, 0.25, 0.5, 0.75, 1])
    edges = np.unique(np.floor(edges) if whole else edges)
    for i, (low, high) in enumerate(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)):
        above = numbers >= low if i == 0 else numbers > low
        name = f"{low:.6g} to {high:.6g}" if i == 0 else f"above {low:.6g} to {high:.6g}"
        yield name, is_number & above & (numbers <= high)
