"""Columns of categories, and texts that are none."""

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np
from msgspec.structs import replace as msgspec_replace

from tuidl.data.table_layout import OTHER, InputColumn, NumberFormat
from tuidl.data.tables.date_text import days_of
from tuidl.data.tables.dressed import bare, fits
from tuidl.data.tables.encoding import values_of
from tuidl.data.tables.fields import SHOWN, Fields, Reading, row_of, toml
from tuidl.data.tables.gaps import is_gap
from tuidl.data.tables.number_text import numbers_of
from tuidl.data.tables.oddities import spreadsheet_order
from tuidl.data.tables.raw import PLAIN, text_of
from tuidl.data.tables.spellings import folded, merged, way_of
from tuidl.data.tables.tags import tags_in

MOST = 100
"""Categories that get an input, where nothing else is said."""
FEWEST_TOLD = 10
"""Different texts that hardly repeat from which on a note says so."""
FEWEST_WITHIN, NEARLY_ALL = 3, 0.9
"""Different texts with numbers in them, and their share, from which on a note says so."""
FEWEST_OF_EACH = 2
"""Rows for each of more than MOST texts, on average, that make them categories."""


def category(fields: Fields, most: int | None) -> Reading:
    """``most``: how many there may be without any being put together, None where the settings
    say."""
    counts, limit = counts_of(fields), most or fields.settings.most or MOST
    way = way_of(counts) if fields.settings.merge_spellings else ""
    counts = merged(counts, way) if way else counts
    is_long = len(counts) > limit
    if is_long and most is not None:
        problem = f"more than {most:,} different texts are no classes"
        return Reading("text", InputColumn(fields.raw.name), problem=problem)
    hardly_repeat = fields.count < FEWEST_OF_EACH * len(counts)
    if is_long and hardly_repeat and not fields.settings.implied:
        return _text(fields)
    column = _column(fields, counts, _commonest(counts, limit) if is_long else set(counts))
    if way:
        column = msgspec_replace(column, merges=way)
    reading = Reading("category", column, values_of(fields.raw, column), _guess(fields, counts))
    if fields.settings.unseen == "other" and not column.other:
        problem = f'there is no "other" for unseen ones: all {len(counts)} categories have an input'
        return replace(reading, problem=problem, remedy=('unseen = "zero"', 'unseen = "refuse"'))
    return reading


def counts_of(fields: Fields) -> dict[str, int]:
    """Rows of each category, numbers first and in their order."""
    numbers, rows = np.unique(fields.plain, return_counts=True)
    counts = {text_of(n): int(count) for n, count in zip(numbers, rows, strict=True)}
    for text, count in fields.texts.items():
        counts[text] = counts.get(text, 0) + count
    return counts


def _column(fields: Fields, counts: dict[str, int], kept: set[str]) -> InputColumn:
    names = ordered(fields, [name for name in counts if name in kept])
    rare = tuple(sorted(counts.keys() - kept))
    other = free(OTHER, counts) if rare else ""
    unseen = fields.settings.unseen or ("other" if other else "zero")
    return InputColumn(
        fields.raw.name, tuple(names), other=other, rare=rare, unseen=unseen, gaps=fields.gaps(),
        written=is_written(fields),
    )  # fmt: skip


def is_written(fields: Fields) -> bool:
    """Whether numbers among the names are told apart by how they are written: 1.10 and 1.1."""
    return any(map(PLAIN.fullmatch, fields.texts))


def ordered(fields: Fields, names: list[str]) -> list[str]:
    """By their texts; where all are numbers, by those."""
    return sorted(names) if fields.texts else names


def _commonest(counts: dict[str, int], most: int) -> set[str]:
    """The categories with the most rows, so many that "other" still has a place."""
    return set(sorted(counts, key=lambda name: (-counts[name], name))[: most - 1])


def free(name: str, taken: dict[str, int]) -> str:
    while name in taken:
        name = f"{name} (rare)"
    return name


def _guess(fields: Fields, counts: Mapping[str, int]) -> str:
    """What may be meant otherwise."""
    found = [twins_of(counts)]
    if fields.settings.implied != "category":
        tags = tags_in(fields.texts)
        hardly = tags or _hardly_repeating(fields, counts)
        found = [
            _words_or_numbers(fields), *found, hardly,
            "" if hardly else _numbers_within(fields), _one_or_none(fields, counts),
        ]  # fmt: skip
    return "; ".join(filter(None, found))


def _words_or_numbers(fields: Fields) -> str:
    if order := spreadsheet_order(fields):
        said = "dates and days as spreadsheets count them are taken as categories"
        return f'{said}; else format = "{order} excel"'
    words = [text for text in fields.texts if is_gap(text, (), of_numbers=True)]
    if words:
        listed = ", ".join(map(toml, words))
        return f"{listed} taken as a category; if it is a gap: gaps = [{listed}]"
    if not fields.texts:
        return ""
    are_numbers = ~np.isnan(numbers_of(tuple(fields.texts), NumberFormat(padded=True)))
    rows = len(fields.plain) + np.array(list(fields.texts.values()))[are_numbers].sum()
    share = rows / fields.count
    return f'{share:.0%} of its values are numbers; else kind = "number"' if rows else ""


def _numbers_within(fields: Fields) -> str:
    """Ranges and texts with numbers in them, which have an order that categories do not have."""
    if not fields.texts:
        return ""
    ranges = [text for text in fields.texts if len(bare(text, "range")) > 1]
    are_ranges = 2 * len(ranges) >= len(fields.texts) and fits(fields.texts, "range")
    if are_ranges and not np.isnan(numbers_of(ranges, NumberFormat(dress="range"))).any():
        said = "is taken as a category; if its middle counts"
        return f'{ranges[0][:SHOWN]!r} {said}: kind = "number"'
    within = [text for text in fields.texts if _is_mostly_digits(text)]
    if len(within) < FEWEST_WITHIN or len(within) < NEARLY_ALL * len(fields.texts):
        return ""
    example = f"{within[0][:SHOWN]!r} is taken as a name, whatever its numbers say"
    if days_of(within[0], "dmy mdy") is not None:
        return f'{example}; if it is a date: format = "dmy" or "mdy"'
    return f'{example}; those that matter need columns of their own, else kind = "category"'


def _is_mostly_digits(text: str) -> bool:
    digits = sum(map(str.isdigit, text))
    return digits > sum(map(str.isalpha, text)) or (digits > 0 and text[0].isdigit())


def twins_of(names: Collection[str]) -> str:
    """The first two names that differ in nothing but case, accents and spaces, or say yes."""
    seen, way = dict[str, str](), way_of(names)
    for name in names:
        first = seen.setdefault(folded(name, way), name)
        if first != name:
            both = f"{first[:SHOWN]!r} and {name[:SHOWN]!r} are taken as different"
            return f"{both}; else merge_spellings = true"
    return ""


def _hardly_repeating(fields: Fields, counts: Mapping[str, int]) -> str:
    if len(counts) < FEWEST_TOLD or fields.count >= FEWEST_OF_EACH * len(counts):
        return ""
    rows = f"{len(counts)} different texts in {fields.count} rows, taken as categories"
    return f'{rows}; if they are ids or names: kind = "ignore"'


def _one_or_none(fields: Fields, counts: Mapping[str, int]) -> str:
    gaps = len(fields.raw.codes) - fields.count
    if len(counts) > 1 or not gaps:
        return ""
    return 'one value and gaps; if a gap says no: missing = "no"'


def _text(fields: Fields) -> Reading:
    first = next(iter(fields.texts))
    problem = (
        f"{first[:SHOWN]!r} is no number, and more than {MOST} different texts "
        "that hardly repeat are no categories: an id or free text"
    )
    remedy = ('kind = "text"', 'kind = "ignore"', 'kind = "category"')
    column = InputColumn(fields.raw.name)
    return Reading("text", column, problem=problem, remedy=remedy, row=row_of(fields.raw, first))
