"""How the numbers of a column are written, decided by all of its texts.

A comma or point with exactly three digits behind it parts thousands or decimals. The first number
of the column that can be read in one way only decides for all; money has no thousandths; bare whole
numbers below 1000 among many groups of three speak for thousands. Otherwise nothing is decided.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from msgspec.structs import replace

from tuidl.core.lazy import Array
from tuidl.data.table_layout import NumberFormat
from tuidl.data.tables.number_text import (
    BETWEEN,
    CURRENCIES,
    MAGNITUDES,
    WORDS,
    Written,
    shapes_of,
    value_of,
    written,
)
from tuidl.data.tables.raw import text_of
from tuidl.data.tables.settings import ColumnSettings
from tuidl.data.tables.units import converted, goes_with

OTHER_MARK = {".": ",", ",": "."}
FEWEST_GROUPS = 20
"""Different groups of three that speak for thousands where smaller numbers have none."""


@dataclass(frozen=True)
class NumberTexts:
    """Texts of a column that may be numbers, one of each shape: their parts, how many rows have
    such a text, and how many different ones there are; ``plain``: the column's plain numbers."""

    parts: tuple[Written, ...]
    rows: tuple[int, ...]
    different: tuple[int, ...]
    plain: Array


@dataclass(frozen=True)
class Found:
    """``form``: how the numbers are written, None where it cannot be decided. ``guess``: what
    decided where it might be otherwise, with the key that overrules; ``problem``: why nothing
    did."""

    form: NumberFormat | None
    guess: str = ""
    problem: str = ""


def collected(texts: dict[str, int], plain: Array) -> NumberTexts:
    """``texts``: the column's texts that are no gaps, with their numbers of rows."""
    texts = {text: count for text, count in texts.items() if BETWEEN not in text}
    rows: dict[str, int] = {}
    different: dict[str, int] = {}
    examples: dict[str, str] = {}
    for (text, count), shape in zip(texts.items(), shapes_of(tuple(texts)), strict=True):
        rows[shape] = rows.get(shape, 0) + count
        different[shape] = different.get(shape, 0) + 1
        examples.setdefault(shape, text)
    found = {shape: parts for shape, text in examples.items() if (parts := written(text))}
    counts = [tuple(map(of.__getitem__, found)) for of in (rows, different)]
    return NumberTexts(tuple(found.values()), counts[0], counts[1], plain)


def has_magnitudes(numbers: NumberTexts, settings: ColumnSettings) -> bool:
    """Whether k, M and the like multiply: where they are all the units that there are, and two
    of them stand in the column, or k beside bare numbers."""
    if settings.unit is not None:
        return False
    units = {part.unit for part in numbers.parts}
    if len(numbers.plain):
        units.add("")
    known = units - {""}
    if not known or not known <= MAGNITUDES.keys():
        return False
    several = len({MAGNITUDES[unit] for unit in known}) > 1
    words, small = bool(known & WORDS.keys()), bool(known & {"k", "K"})
    return (several and (words or small or "M" in known)) or ("" in units and (words or small))


def unit_of(numbers: NumberTexts, settings: ColumnSettings) -> str:
    """The unit that most rows have, "" where none has one, or all are magnitudes."""
    if settings.unit is not None:
        return settings.unit
    if has_magnitudes(numbers, settings):
        return ""
    units: Counter[str] = Counter()
    for part, rows in zip(numbers.parts, numbers.rows, strict=True):
        units[part.unit] += rows
    units.pop("", None)
    return max(units, key=lambda unit: (units[unit], unit)) if units else ""


def format_of(numbers: NumberTexts, settings: ColumnSettings) -> Found:
    """How the numbers are written; those with another unit are not looked at."""
    unit, multiplied = unit_of(numbers, settings), has_magnitudes(numbers, settings)
    bodies = {
        part.body: count
        for part, count in zip(numbers.parts, numbers.different, strict=True)
        if part.unit in ("", unit) or multiplied or goes_with(part.unit, unit)
    }
    found = _marks(bodies, unit, numbers, settings)
    if found.form is None:
        return found
    form = replace(
        found.form,
        unit=unit,
        bare=settings.unit is not None or not unit,
        padded=settings.said == "number",
        magnitudes=multiplied,
        converts=any(goes_with(part.unit, unit) for part in numbers.parts),
    )
    guess = found.guess
    if "_" in form.groups:
        example = min(body for body in bodies if "_" in body)
        said = f'{example!r} is read as {example.replace("_", "")}; else kind = "category"'
        guess = "; ".join(filter(None, [guess, said]))
    if form.converts:
        guess = "; ".join(filter(None, [guess, _conversion(numbers, unit)]))
    if multiplied:
        units = sorted({part.unit for part in numbers.parts} - {""}, key=MAGNITUDES.__getitem__)
        listed = ", ".join(f"{unit} = {MAGNITUDES[unit]:,.0f}" for unit in units)
        guess = "; ".join(
            filter(None, [guess, f'read as factors: {listed}; else kind = "category"'])
        )
    return Found(form, guess)


def _conversion(numbers: NumberTexts, unit: str) -> str:
    others = sorted({part.unit for part in numbers.parts if goes_with(part.unit, unit)})
    factors = ", ".join(f"1 {other} = {converted(1.0, other, unit):.6g} {unit}" for other in others)
    return f'read in one unit: {factors}; else kind = "category"'


def is_number(part: Written) -> bool:
    """Whether the text is a number with one decimal mark or the other: 10.0.0.1 is none."""
    return any(value_of(part, mark, OTHER_MARK[mark] + " '_") is not None for mark in OTHER_MARK)


def _marks(
    bodies: dict[str, int], unit: str, numbers: NumberTexts, settings: ColumnSettings
) -> Found:
    """Decimal mark and marks between thousands."""
    spaces = "".join(mark for mark in " '_" if any(mark in body for body in bodies))
    point, comma, either = _readings(bodies, spaces)
    plain = numbers.plain
    if not bodies and settings.decimal is None:
        return Found(NumberFormat())
    fractions = plain[plain != np.round(plain)]
    if settings.decimal is not None:
        form = _form(settings.decimal, bodies, spaces)
        if settings.decimal == "," and are_groups(fractions):
            form = replace(form, groups="." + form.groups.replace(".", ""), grouped=True)
        return Found(form)
    if comma and not point and are_groups(fractions):
        example = text_of(float(fractions[0]))
        large = text_of(round(float(fractions[0]) * 1000))
        why = "other values have decimal commas"
        form = NumberFormat(",", "." + spaces, grouped=True)
        return Found(form, _guess(example, ".", large, why))
    if len(fractions) or point > comma:
        return Found(_form(".", bodies, spaces))
    if comma:
        return Found(_form(",", bodies, spaces))
    if not either:
        return Found(NumberFormat(groups=spaces))
    return _ambiguous(either, unit, spaces, plain)


def are_groups(fractions: Array) -> bool:
    """Whether plain numbers with a point may all be thousands, as 1.234 is of 1234, and half of
    them at least have three digits behind it."""
    if not len(fractions):
        return False
    thousands = fractions * 1000
    whole = np.round(thousands)
    fit = np.isclose(thousands, whole, rtol=1e-12, atol=0) & (np.abs(fractions) >= 1)
    fit &= np.abs(fractions) < 1000
    return bool(fit.all()) and 2 * int((whole % 10 != 0).sum()) >= len(fractions)


def _form(decimal: str, bodies: Iterable[str], spaces: str) -> NumberFormat:
    other = OTHER_MARK[decimal]
    groups = other if any(other in body for body in bodies) else ""
    return NumberFormat(decimal, groups + spaces)


def _readings(bodies: dict[str, int], spaces: str) -> tuple[int, int, dict[str, int]]:
    """How many bodies are numbers with a decimal point alone, with a decimal comma alone, and
    those that are two different ones, with how many different texts are such."""
    point = comma = 0
    either = {}
    for body, count in bodies.items():
        if "." not in body and "," not in body:
            continue
        part = Written(1.0, body, "", "", False)
        with_point = value_of(part, ".", "," + spaces)
        with_comma = value_of(part, ",", "." + spaces)
        if with_point is None:
            comma += with_comma is not None
        elif with_comma is None:
            point += 1
        else:
            either[body] = count
    return point, comma, either


def _ambiguous(either: dict[str, int], unit: str, spaces: str, plain: Array) -> Found:
    """All marks stand before three digits."""
    example = min(either)
    mark = "," if "," in example else "."
    thousands = NumberFormat(OTHER_MARK[mark], mark + spaces)
    large = example.replace(mark, "")
    if {m for body in either for m in ".," if m in body} != {mark}:
        return Found(None, problem=_both(example, mark, large))
    if unit in CURRENCIES:
        return Found(thousands, _guess(example, mark, large, "money has no thousandths"))
    whole = plain[np.abs(plain) < 1000]
    if sum(either.values()) >= FEWEST_GROUPS and 0 < len(whole) == len(plain):
        return Found(thousands, _guess(example, mark, large, "smaller numbers have none"))
    return Found(None, problem=_both(example, mark, large))


def _guess(example: str, mark: str, large: str, why: str) -> str:
    return f"{example!r} is read as {large}: {why}; else say decimal = {mark!r}"


def _both(example: str, mark: str, large: str) -> str:
    small = example.replace(mark, ".")
    return (
        f"{example!r} may be {large} (thousands separators) or {small} (decimals), and no value of "
        "the column tells which"
    )
