"""What is wrong with a field that is not what its column is, and what can be said of it."""

from dataclasses import replace

from tuidl.data.table_layout import InputColumn
from tuidl.data.tables.fields import SHOWN, Fields, Reading, toml
from tuidl.data.tables.number_text import INFINITE, written
from tuidl.data.tables.raw import text_of

HALF = 0.5
"""Share of the values that are what their column is, from which on it is stated."""


def with_odd(reading: Reading, fields: Fields, kind: str) -> Reading:
    """The reading of a column some of whose fields are not what most are."""
    assert reading.values is not None
    odd = reading.values.odd
    row = int(odd.argmax())
    raw = fields.raw
    text = raw.texts[raw.codes[row]] if raw.codes[row] >= 0 else text_of(raw.numbers[row])
    share = 1 - odd.sum() / max(fields.count, 1)
    problem, remedy = _oddity(text, reading.column, kind)
    more = f" ({odd.sum():,} such fields)" if odd.sum() > 1 else ""
    if share >= HALF:
        problem += (
            f", as {share:.0%} of the column's values are"
            if problem.endswith((" is no number", " is no date"))
            else ""
        )
    return replace(reading, problem=problem + more, remedy=remedy, row=row)


def _oddity(text: str, column: InputColumn, kind: str) -> tuple[str, tuple[str, ...]]:
    """What is wrong with a text among numbers or dates, and what can be said of it."""
    shown = repr(text[:SHOWN])
    gap = f"gaps = [{toml(text[:SHOWN])}]"
    if kind == "date":
        return f"{shown} is no date", (gap, 'kind = "category"')
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
    if part is not None:
        point = f"decimal {'comma' if form.decimal == ',' else 'point'}"
        problem = f"{shown} is no number with a {point}, which other values have"
        return problem, (gap, 'decimal = "."', 'decimal = ","')
    return f"{shown} is no number", (gap, 'kind = "category"')


def _is_too_large(text: str) -> bool:
    part = written(text)
    return part is not None and abs(float(f"1{part.exponent}" if part.exponent else "1")) > 1e300
