"""What is wrong with a field that is not what its column is, and what can be said of it."""

from dataclasses import replace

from tuidl.data.table_layout import InputColumn
from tuidl.data.tables.date_format import order_of
from tuidl.data.tables.fields import SHOWN, Fields, Reading, toml
from tuidl.data.tables.number_text import INFINITE, written
from tuidl.data.tables.raw import plain_number, text_of
from tuidl.data.tables.styles import NAME_OF

FIRST, LAST = 15_000, 73_415
"""Days as spreadsheets count them, of the years 1941 to 2100."""
_NAMES = {"date": "date", **NAME_OF}
MOST_NAMED = 5
"""Different texts that are named as gaps they may be."""


def with_odd(reading: Reading, fields: Fields, kind: str) -> Reading:
    """The reading of a column some of whose fields are not what the others are."""
    assert reading.values is not None
    odd = reading.values.odd
    row, count = int(odd.argmax()), int(odd.sum())
    raw = fields.raw
    text = raw.texts[raw.codes[row]] if raw.codes[row] >= 0 else text_of(raw.numbers[row])
    problem, remedy = _oddity(text, reading.column, kind)
    if problem.endswith(tuple(f" is no {name}" for name in ("number", *_NAMES.values()))):
        if count >= fields.count:
            problem += f", nor is any other of the column's {fields.count:,} values"
            return replace(reading, problem=problem, remedy=(), row=row)
        problem += f", as {fields.count - count:,} of the column's {fields.count:,} values are"
    elif count > 1:
        problem += f" ({count:,} such fields)"
    if order := spreadsheet_order(fields):
        remedy = (f'format = "{order} excel"', *remedy)
    different = dict.fromkeys(raw.texts[code] for code in raw.codes[odd] if code >= 0)
    if remedy[0].startswith("gaps") and 1 < len(different) <= MOST_NAMED:
        remedy = (f"gaps = [{', '.join(map(toml, different))}]", *remedy[1:])
    return replace(reading, problem=problem, remedy=remedy, row=row)


def spreadsheet_order(fields: Fields) -> str:
    """In which order the texts of a column are dates whose plain numbers may be dates as well, in
    days as spreadsheets count them; "" where they are none."""
    texts, numbers = fields.texts, fields.plain
    if not (texts and len(numbers) and numbers.min() >= FIRST and numbers.max() <= LAST):
        return ""
    found = order_of(texts)
    return found.order if found.rows == sum(texts.values()) else ""


def _oddity(text: str, column: InputColumn, kind: str) -> tuple[str, tuple[str, ...]]:
    """What is wrong with a text among numbers or dates, and what can be said of it."""
    shown = repr(text[:SHOWN])
    gap = f"gaps = [{toml(text[:SHOWN])}]"
    if kind in _NAMES:
        return f"{shown} is no {_NAMES[kind]}", (gap, 'kind = "category"')
    if INFINITE.fullmatch(text) or _is_too_large(text):
        return f"{shown} is no finite number", (gap,)
    part = written(text)
    form = column.number
    if part is not None and part.is_code and not form.padded:
        problem = f"{shown} is no plain number: it begins with a zero, as codes do"
        return problem, ('kind = "category"', 'kind = "number"')
    if part is not None and part.unit != form.unit:
        has = f"has the unit {part.unit!r}" if part.unit else "has no unit"
        others = f"others have {form.unit!r}" if form.unit else "others have none"
        both = (f"unit = {toml(form.unit or part.unit)}", 'kind = "category"')
        return f"{shown} {has}, {others}", both
    if part is not None and plain_number(text) is not None and form.decimal == ",":
        problem = (
            f"{shown} has a point, which parts thousands in other values: without decimals it "
            "cannot be told from a decimal point"
        )
        return problem, ('kind = "ignore"',)
    if part is not None:
        point = f"decimal {'comma' if form.decimal == ',' else 'point'}"
        problem = f"{shown} is no number with a {point}, which other values have"
        return problem, (gap, 'decimal = "."', 'decimal = ","')
    return f"{shown} is no number", (gap, 'kind = "category"')


def _is_too_large(text: str) -> bool:
    part = written(text)
    return part is not None and abs(float(f"1{part.exponent}" if part.exponent else "1")) > 1e300
