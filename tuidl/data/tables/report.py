"""How a table was read: a line for each column, with what was guessed and the key for it."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace

from tuidl.data.tables.column_report import ColumnReport, TableReport
from tuidl.data.tables.described import (
    described,
    input_report,
    picture_report,
    target_report,
    text_report,
)
from tuidl.data.tables.fields import Reading
from tuidl.data.tables.giveaways import giveaway
from tuidl.data.tables.kinds import read_column
from tuidl.data.tables.odd_rows import total_note
from tuidl.data.tables.raw import RawTable

MOST_WORDS = 5
"""Texts that were taken as gaps and are named."""

if TYPE_CHECKING:
    from tuidl.data.table import Feature, Table
    from tuidl.data.tables.text_columns import TextFeature


def report_of(table: "Table", texts: Sequence["TextFeature"]) -> TableReport:
    """Of a table that can be learned from. ``texts``: what was learned of its columns of text."""
    chosen, reports = table.chosen, {}
    for place, feature in zip(chosen.inputs, table.features, strict=True):
        reports[place] = _with_giveaways(
            input_report(table.raw.columns[place], feature), table, feature
        )
    for place, column in zip(chosen.pictures, table.pictures, strict=True):
        reports[place] = picture_report(column)
    for place, text in zip(chosen.texts, texts, strict=True):
        reports[place] = text_report(table.raw.columns[place], text)
    for place, target in zip(chosen.targets, table.all_targets, strict=False):
        reports[place] = target_report(table, place, target.read, target.values)
    for place, column in enumerate(table.raw.columns):
        if place in chosen.beside:
            use = "" if place not in chosen.weights else "how much a row counts in the loss"
            role = "weight" if use else "group"
            reports[place] = ColumnReport(name=column.name, role=role, kind=role, becomes=use)
        elif place in chosen.left_out:
            report = described(column, read_column(column, chosen.settings[place]))
            reports[place] = ColumnReport(
                name=column.name,
                role="left out",
                kind=report.kind,
                becomes=f"left out: {chosen.left_out[place]}",
            )
    columns = tuple(reports[place] for place in sorted(reports))
    rows = len(table.raw.lines)
    return TableReport(columns=columns, rows=rows, used=len(table.rows), notes=tuple(_notes(table)))


def _with_giveaways(report: ColumnReport, table: "Table", feature: "Feature") -> ColumnReport:
    """With what is to be said where the input says a target itself."""
    if feature.reading.is_said:
        return report
    places = zip(table.chosen.targets, table.all_targets, strict=False)
    found = (
        giveaway(
            feature.values, target.values, table.raw.columns[place].name, bool(target.read.classes)
        )
        for place, target in places
    )
    return replace(report, guesses=(*report.guesses, *filter(None, found)))


def described_table(raw: RawTable, readings: Sequence[Reading]) -> TableReport:
    """Of any table, before a target is chosen, by how each column was read: those that cannot be
    learned from have a ``problem``."""
    columns = tuple(described(*each) for each in zip(raw.columns, readings, strict=True))
    rows = len(raw.lines)
    total = total_note(raw)
    notes = (*raw.notes, total) if total else raw.notes
    return TableReport(columns=columns, rows=rows, used=rows, notes=notes)


def _notes(table: "Table") -> Iterator[str]:
    yield from table.raw.notes
    if total := total_note(table.raw):
        yield total
    lacking = [np.isnan(target.read.values) for target in table.all_targets]
    target = int(np.any(lacking, axis=0).sum())
    rows = len(table.raw.lines)
    if target:
        has, words = ("has" if target == 1 else "have"), _gap_words(table)
        listed = f" ({', '.join(words)})" if words else ""
        yield (
            f"{target:,} of {rows:,} rows {has} no target{listed} and "
            f"{'is' if target == 1 else 'are'} left out"
        )
    if dropped := rows - target - len(table.rows):
        yield f"{dropped:,} of {rows:,} rows have gaps and are left out (missing = 'drop_rows')"


def _gap_words(table: "Table") -> list[str]:
    """Texts of targets that were taken as gaps: null is a number in German."""
    columns = [table.raw.columns[place] for place in table.chosen.targets]
    read = [target.read for target in table.all_targets]
    words = {
        column.texts[code]
        for column, target in zip(columns, read, strict=False)
        for code in np.unique(column.codes[np.isnan(target.values)]).tolist()
        if code >= 0
    }
    return [repr(word) for word in sorted(words) if word.strip()][:MOST_WORDS]
