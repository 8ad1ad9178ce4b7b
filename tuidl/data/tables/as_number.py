"""Columns of numbers."""

import numpy as np
from msgspec.structs import replace

from tuidl.data.table_layout import InputColumn, NumberFormat
from tuidl.data.tables import number_format
from tuidl.data.tables.dressed import DRESSES, Dress, bare, fits, is_dressed, is_group
from tuidl.data.tables.encoding import values_of
from tuidl.data.tables.fields import SHOWN, Fields, Reading, row_of
from tuidl.data.tables.number_text import number_of
from tuidl.data.tables.oddities import with_odd
from tuidl.data.tables.raw import text_of
from tuidl.data.tables.settings import TWO_PARTS
from tuidl.data.tables.style_choice import Found, stated_number, style_of
from tuidl.data.tables.styles import UNIT_OF
from tuidl.data.tables.units import goes_with

NEARLY_ALL, HALF = 0.9, 0.5
MOST_SHOWN = 3
"""Texts of different signs that are shown with what was made of them."""
MANY_NUMBERS = 20
"""Different numbers that make a column one of numbers, even where half of it is something else."""


def number_or_none(fields: Fields) -> Reading | None:
    """A column of numbers, if most of it is numbers."""
    numbers = number_format.collected(fields.texts, fields.plain)
    unit = number_format.unit_of(numbers, fields.settings)
    multiplied = number_format.has_magnitudes(numbers, fields.settings)
    rows = len(fields.plain) + sum(
        count
        for part, count in zip(numbers.parts, numbers.rows, strict=True)
        if (part.unit in ("", unit) or multiplied or goes_with(part.unit, unit))
        and not part.is_code
        and number_format.is_number(part)
    )
    if not rows:
        return None
    share, different = rows / fields.count, len(np.unique(fields.plain)) + sum(numbers.different)
    if share >= NEARLY_ALL or (share >= HALF and different > MANY_NUMBERS):
        return number(fields)
    return None


def styled_or_none(fields: Fields) -> Reading | None:
    """A column of times, durations, fractions, coordinates or feet, if nearly all of it is."""
    found = style_of(fields.texts, len(fields.plain))
    return _styled(fields, found) if found.style else None


def _styled(fields: Fields, found: Found) -> Reading:
    form = NumberFormat(style=found.style, unit=UNIT_OF.get(found.style, ""))
    column = InputColumn(fields.raw.name, number=form, gaps=fields.gaps())
    values = values_of(fields.raw, column)
    reading = Reading("number", column, values, found.guess)
    return with_odd(reading, fields, found.style) if values.odd.any() else reading


def stated_style(fields: Fields) -> Reading:
    """A column of times or durations, as its settings say."""
    settings = fields.settings
    if settings.said == "time":
        return _styled(fields, Found("time"))
    if settings.format is not None:
        return _styled(fields, Found(TWO_PARTS[settings.format]))
    found = style_of(fields.texts, len(fields.plain)).style
    return _styled(fields, Found("minutes" if found == "minutes" else "duration"))


def dressed_or_none(fields: Fields) -> Reading | None:
    """A column of numbers with something around them, if nearly all of it is. A few ranges or
    bounds are categories, unless they are said to be numbers."""
    is_said = fields.settings.implied == "number"
    is_few = len(fields.texts) + len(np.unique(fields.plain)) <= MANY_NUMBERS
    for dress in DRESSES:
        has_groups = any(is_group(text, dress) for text in fields.texts)
        if not fits(fields.texts, dress) or (is_few and has_groups and not is_said):
            continue
        column = _undressed(fields, dress)
        values = values_of(fields.raw, column)
        if int(values.odd.sum()) > (1 - NEARLY_ALL) * fields.count:
            continue
        reading = Reading("number", column, values, _said_of(fields, column))
        return with_odd(reading, fields, "number") if values.odd.any() else reading
    return None


def _undressed(fields: Fields, dress: Dress) -> InputColumn:
    texts: dict[str, int] = {}
    for text, count in fields.texts.items():
        for part in bare(text, dress):
            texts[part] = texts.get(part, 0) + count
    found = number_format.format_of(number_format.collected(texts, fields.plain), fields.settings)
    form = replace(found.form or NumberFormat(), dress=dress)
    return InputColumn(fields.raw.name, number=form, gaps=fields.gaps())


def _said_of(fields: Fields, column: InputColumn) -> str:
    """What was made of the first texts, one for each sign around them."""
    form, shown = column.number, dict[str, str]()
    dressed = {text: n for text, n in fields.texts.items() if is_dressed(text, form.dress)}
    for text in dressed:
        value = number_of(text, form)
        sign = "".join(c for c in text if not c.isdigit() and c not in ".,' ")
        if value is not None and len(shown) < MOST_SHOWN:
            shown.setdefault(sign, f"{text[:SHOWN]!r} is read as {text_of(value)}")
    count = sum(dressed.values())
    return f'{", ".join(shown.values())} ({count:,} such fields); else kind = "category"'


def number(fields: Fields) -> Reading:
    """A column of numbers; where that is not how it is written, of numbers in other dress."""
    plain = _plain(fields)
    if not plain.problem or not fields.texts:
        return plain
    dressed = dressed_or_none(fields)
    return dressed if dressed is not None and not dressed.problem else plain


def _plain(fields: Fields) -> Reading:
    raw, settings = fields.raw, fields.settings
    if settings.said == "number" and (style := stated_number(fields.texts, len(fields.plain))):
        return _styled(fields, Found(style))
    found = number_format.format_of(number_format.collected(fields.texts, fields.plain), settings)
    form = found.form or NumberFormat()
    column = InputColumn(raw.name, number=form, gaps=fields.gaps())
    if found.form is None:
        row = row_of(raw, min(t for t in fields.texts if "," in t or "." in t))
        comma = "," in raw.texts[raw.codes[row]]
        remedy = ('decimal = "."', 'decimal = ","') if comma else ('decimal = ","', 'decimal = "."')
        return Reading("number", column, problem=found.problem, remedy=remedy, row=row)
    values = values_of(raw, column)
    reading = Reading("number", column, values, found.guess)
    return with_odd(reading, fields, "number") if values.odd.any() else reading
