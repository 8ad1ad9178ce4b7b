"""How the columns of a table were read, as plain records for the screen and as lines of text."""

from collections.abc import Sequence

import msgspec

from tuidl.protocol.formatting import columns

LONGEST = 72
"""Characters of what a column has."""


class ColumnReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``role``: "input", "target", "group", "weight" or "left out". ``kind``: number, category,
    date, text. ``values``: their range or the commonest. ``gaps``: rows without a value.
    ``becomes``: what is made of the column. ``guesses``: what may be meant otherwise, a sentence
    each, and ``key`` the settings that overrule. ``problem``: why it cannot be learned from, and
    ``remedies``."""

    name: str
    role: str
    kind: str
    values: str = ""
    gaps: int = 0
    becomes: str = ""
    guesses: tuple[str, ...] = ()
    key: str = ""
    problem: str = ""
    remedies: tuple[str, ...] = ()


class TableReport(msgspec.Struct, frozen=True, kw_only=True):
    """``rows``: of the file; ``used``: those that become examples; ``notes``: what else was
    done."""

    columns: tuple[ColumnReport, ...]
    rows: int
    used: int
    notes: tuple[str, ...] = ()


def lines(report: TableReport, most: int | None = None) -> list[str]:
    """A line for each column and, below it, one for each guess; after ``most`` columns the rest is
    counted."""
    shown = report.columns if most is None else report.columns[:most]
    rows = [("column", "is", "values", "gaps", "becomes"), *map(_row, shown)]
    heading, *others = columns(rows, aligned_left=(0, 1, 2, 4))
    found = [heading]
    for line, column in zip(others, shown, strict=True):
        found.append(line)
        found += [f"    guess: {guess}" for guess in _sentences(column)]
    if left := len(report.columns) - len(shown):
        found.append(f"and {left:,} columns more; tuidl show lists all")
    return [*found, *report.notes]


def _row(column: ColumnReport) -> Sequence[str]:
    gaps = f"{column.gaps:,}" if column.gaps else ""
    kind = column.kind if column.role != "target" else f"target, {column.kind}"
    return (column.name[:LONGEST], kind, column.values, gaps, column.becomes)


def _sentences(column: ColumnReport) -> list[str]:
    return [
        f"{guess} ({column.key} = {{...}})" if column.key else guess for guess in column.guesses
    ]
