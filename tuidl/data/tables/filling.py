"""What stands in for missing values: a rule, and what it learns from the training part."""

import numpy as np
from msgspec.structs import replace

from tuidl.core.errors import PresetError, guess
from tuidl.core.lazy import Array
from tuidl.data.table_layout import InputColumn
from tuidl.data.tables.date_text import days_of
from tuidl.data.tables.number_text import number_of
from tuidl.data.tables.raw import text_of
from tuidl.data.tables.settings import RULES, ColumnSettings

Rule = str | float
"""One of RULES, or a value: a number, or days since 1970 of a date, or "=" and a category."""

UNFILLED = ("refuse", "drop_rows")


def rule_of(column: InputColumn, settings: ColumnSettings, default: str) -> Rule:
    """How the column's gaps are filled. Raises PresetError where the value is none of its kind."""
    said = settings.missing
    if said is None:
        return default
    if isinstance(said, str) and said in RULES:
        return said
    key = f"data.columns.{column.name}.missing"
    text = said if isinstance(said, str) else text_of(said)
    if column.has_categories:
        return f"={text}"
    value = (
        days_of(text, column.date.order) if column.date is not None
        else said if isinstance(said, float) else number_of(text, column.number)
    )  # fmt: skip
    if value is None:
        expected = f"expected a {column.kind} or one of {', '.join(RULES)}"
        raise PresetError(key, f"{expected}, got {text!r}{guess(text, RULES)}")
    return value


def with_room(column: InputColumn, rule: Rule) -> InputColumn:
    """The column with the category that fills its gaps, where that is a new one."""
    if not isinstance(rule, str) or not rule.startswith("="):
        return column
    name = rule[1:]
    if name in column.categories or (column.other and name == column.other):
        return column
    return replace(column, categories=(*column.categories, name))


def filled_with(column: InputColumn, values: Array, rule: Rule) -> InputColumn:
    """The column with its filling, learned from the training part's ``values``; without one where
    gaps are not filled, or there is no value to learn from."""
    return replace(column, filling=_filling(column, values[~np.isnan(values)], rule))


def _filling(column: InputColumn, known: Array, rule: Rule) -> str | float | None:
    if isinstance(rule, float):
        return rule
    if rule.startswith("="):
        return rule[1:]
    if rule in UNFILLED:
        return None
    if rule == "zero":
        return 0.0 if column.kind == "number" else ""
    if not len(known):
        return None
    if column.has_categories:
        names = (*column.categories, column.other)
        place = int(_most_frequent(known))
        return names[place] if place >= 0 else ""
    if rule == "mean":
        return float(known.mean())
    return float(np.median(known)) if rule == "median" else _most_frequent(known)


def _most_frequent(known: Array) -> float:
    values, counts = np.unique(known, return_counts=True)
    return float(values[counts.argmax()])
