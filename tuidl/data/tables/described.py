"""What one column of a table is and has, in words."""

from typing import TYPE_CHECKING

import numpy as np

from tuidl.core.lazy import Array
from tuidl.data.table_layout import InputColumn
from tuidl.data.tables.column_report import LONGEST, ColumnReport
from tuidl.data.tables.fields import Reading, names_pictures, toml
from tuidl.data.tables.gaps import is_gap
from tuidl.data.tables.plain_guesses import FEW_NUMBERS, guess_of
from tuidl.data.tables.problems import key_of
from tuidl.data.tables.raw import RawColumn, text_of
from tuidl.data.tables.styles import in_style

if TYPE_CHECKING:
    from tuidl.data.table import Feature, Table
    from tuidl.data.tables.target import Target
    from tuidl.data.tables.text_columns import TextFeature


SENTINEL_ROWS = 100_000
_TOKENS = {"words": "words and signs", "characters": "characters", "bpe": "byte pairs"}
MOST_NAMED = 4
"""Categories and gaps that are named."""


def described(raw: RawColumn, reading: Reading) -> ColumnReport:
    """Of a column that is not yet an input."""
    if reading.kind == "text" and not reading.problem:
        return _as_text(raw, reading)
    values = np.zeros(0) if reading.values is None else reading.values.values
    missing = np.isnan(values)
    if reading.values is not None:
        missing &= ~reading.values.odd
    is_useful = reading.values is not None and not reading.problem
    return ColumnReport(
        name=raw.name,
        role="input" if is_useful else "left out",
        kind=_kind(reading.column) if is_useful else reading.kind,
        values=_values(reading.column, values) if is_useful else _different(raw),
        gaps=int(missing.sum()),
        becomes=_inputs(reading.column) if is_useful else "",
        guesses=_guesses(raw, reading, values),
        key=key_of(raw.name),
        problem=reading.problem,
        remedies=reading.remedy,
    )


def _as_text(raw: RawColumn, reading: Reading) -> ColumnReport:
    """Of a column that is to be read as text; what will be learned of it is not known yet."""
    missing = [is_gap(text, reading.column.gaps, of_numbers=False) for text in raw.texts]
    return ColumnReport(
        name=raw.name,
        role="input",
        kind="text",
        values=_different(raw),
        gaps=int(np.array([*missing, False])[raw.codes].sum()),
        becomes="an input of its own: its words",
        guesses=(reading.guess,) if reading.guess else (),
        key=key_of(raw.name),
    )


def input_report(raw: RawColumn, feature: "Feature") -> ColumnReport:
    column = feature.column
    rule = feature.rule
    if column.has_categories and rule in ("mean", "median"):
        rule = "most_frequent"  # of names there is no other middle
    gaps = f", gaps: {_rule(rule)}" if feature.gaps else ""
    return ColumnReport(
        name=raw.name,
        role="input",
        kind=_kind(column),
        values=_values(column, feature.values),
        gaps=feature.gaps,
        becomes=_inputs(column) + gaps,
        guesses=_guesses(raw, feature.reading, feature.values),
        key=key_of(raw.name),
    )


def picture_report(raw: RawColumn) -> ColumnReport:
    return ColumnReport(
        name=raw.name,
        role="input",
        kind="picture",
        values=f"{len(np.unique(raw.codes)):,} different files",
        becomes="an input of its own: pixels in [0, 1]",
        key=key_of(raw.name),
    )


def text_report(raw: RawColumn, text: "TextFeature") -> ColumnReport:
    layout, rule = text.column.text, ""
    assert layout is not None
    if text.gaps:
        filling = text.column.filling
        rule = f", gaps: {toml(str(filling))}" if filling else ", gaps: no words"
    cut = f"; {text.cut:,} longer texts are cut" if text.cut else ""
    kind = layout.tokenizer.kind
    return ColumnReport(
        name=raw.name,
        role="input",
        kind="text",
        values=f"{text.different:,} different texts of up to {text.longest:,} {_TOKENS[kind]}",
        gaps=text.gaps,
        becomes=f"an input of its own: the first {layout.window:,} of each, "
        f"{len(layout.tokenizer.tokens):,} different ones{cut}{rule}",
        key=key_of(raw.name),
    )


def target_report(table: "Table", place: int, target: "Target", known: Array) -> ColumnReport:
    """``known`` (rows,): its values in the rows that are used."""
    raw, column = table.raw.columns[place], target.reading.column
    settings, guesses = table.chosen.settings[place], list[str]()
    if target.classes and target.reading.kind == "number" and not settings.said:
        guesses.append("whole numbers taken as classes; else data.task = 'regression'")
    if target.reading.guess:
        guesses.append(target.reading.guess)
    if target.classes:
        counts = np.bincount(known.astype(np.int64), minlength=len(target.classes))
        values = _counted(dict(zip(target.classes, counts.tolist(), strict=True)))
    else:
        values = _values(column, known)
        if len(known) > 1 and known.min() == known.max():
            guesses.append("the same in every row: there is nothing to predict")
        if len(known) > FEW_NUMBERS and bool((np.diff(known) == 1).all()):
            guesses.append("counts the rows: an id is nothing to predict")
    return ColumnReport(
        name=raw.name,
        role="target",
        kind="classes" if target.classes else "number",
        values=values,
        gaps=int(np.isnan(target.values).sum()),
        becomes=f"{len(target.classes)} classes" if target.classes else "a number to predict",
        guesses=tuple(guesses),
        key=key_of(raw.name),
    )


def _kind(column: InputColumn) -> str:
    style = "duration" if column.number.style == "minutes" else column.number.style
    return style if style in ("time", "duration", "coordinate") else column.kind


def _inputs(column: InputColumn) -> str:
    if column.is_time:
        return f"{column.width} inputs: the time of day as sine and cosine"
    if column.kind == "date":
        return f"{column.width} inputs: year, month, weekday, day of year, time since the first"
    if column.kind == "id":
        return f"an input of its own: one of {len(column.categories):,} ids, or unknown"
    count = "1 input" if column.width == 1 else f"{column.width} inputs"
    extra = [f"{len(column.rare):,} rare ones are {column.other!r}"] if column.other else []
    extra += ["one says where it is missing"] if column.indicator else []
    return f"{count} ({'; '.join(extra)})" if extra else count


def _rule(rule: str | float) -> str:
    if isinstance(rule, float):
        return f"{rule:g}"
    return repr(rule[1:]) if rule.startswith("=") else rule


def _values(column: InputColumn, values: Array) -> str:
    known = values[~np.isnan(values)]
    if not len(known):
        return ""
    if column.has_categories:
        names = column.names
        counts = np.bincount(known[known >= 0].astype(np.int64), minlength=len(names))
        return _counted(dict(zip(names, counts.tolist(), strict=True)))
    low, high = (_shown(column, float(end)) for end in (known.min(), known.max()))
    return f"always {low}" if low == high else f"{low} to {high}"


def _shown(column: InputColumn, value: float) -> str:
    if column.number.style in ("time", "duration", "minutes"):
        return in_style(value, column.number.style)
    if column.date is None:
        text = f"{value:,.15g}" if value == round(value) and abs(value) < 1e15 else f"{value:.6g}"
        return f"{text} {column.number.unit}".strip()
    moment = np.datetime64(round(value * 86_400), "s")
    return str(moment if column.date.has_time else moment.astype("datetime64[D]"))


def _counted(counts: dict[str, int]) -> str:
    """The commonest names with their counts."""
    names = sorted(counts, key=lambda name: -counts[name])
    listed = ", ".join(f"{name[:20]} {counts[name]:,}" for name in names[:MOST_NAMED])
    more = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
    return f"{listed[:LONGEST]}{more}"


def _different(raw: RawColumn) -> str:
    count = len(raw.texts)
    return f"{count:,} different texts" if count else "no values"


def _guesses(raw: RawColumn, reading: Reading, values: Array) -> tuple[str, ...]:
    """What may be meant otherwise."""
    found = [reading.guess] if reading.guess else []
    if reading.kind == "category" and not reading.is_said and names_pictures(raw):
        found.append('names of pictures, taken as categories; else kind = "picture"')
    words = _words_taken_as_gaps(raw, reading.column)
    if words and not reading.is_said and reading.kind in ("number", "date"):
        listed = ", ".join(map(toml, words[:MOST_NAMED]))
        found.append(f'{listed} taken as gaps; else kind = "category"')
    if reading.is_said:
        return tuple(found)
    gaps = reading.column.gaps
    if reading.kind == "number" and (sentinel := _sentinel(raw)) not in ("", *gaps):
        found.append(f'{sentinel} far from all others; if it is a gap: gaps = ["{sentinel}"]')
    if reading.kind == "number" and not reading.column.number.unit and not reading.guess:
        found += filter(None, [guess_of(values, raw.name)])
    return tuple(found)


def _sentinel(raw: RawColumn) -> str:
    """A number such as -999 that stands for no value in many files, where it lies as far from the
    others as those from each other, and repeats; "" where there is none."""
    known = raw.numbers[raw.codes < 0][:SENTINEL_ROWS]
    if len(known) < FEW_NUMBERS:
        return ""
    low, high = float(known.min()), float(known.max())
    for end, inner in ((low, known[known > low]), (high, known[known < high])):
        is_one = abs(end) >= 99 and set(text_of(abs(end))) == {"9"}
        if is_one and len(inner) and len(known) - len(inner) > 1:
            gap = min(abs(end - float(inner.min())), abs(end - float(inner.max())))
            if gap > float(inner.max() - inner.min()):
                return text_of(end)
    return ""


def _words_taken_as_gaps(raw: RawColumn, column: InputColumn) -> list[str]:
    return [
        text for text in raw.texts
        if is_gap(text, (), of_numbers=True) and not is_gap(text, column.gaps, of_numbers=False)
    ]  # fmt: skip
