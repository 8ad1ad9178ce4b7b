"""Seeded tables as people leave them: mixed kinds, gaps, odd tokens, dates, conventions of places.

A generated table comes with what a person who knows its conventions would say of it, for readers
that share nothing with tuidl.
"""

import csv
import io
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import numpy as np

from tuidl.data.tables.settings import ColumnSettings


@dataclass(frozen=True)
class Place:
    """How numbers and files are written somewhere."""

    delimiter: str
    decimal: str
    groups: str
    day: str


PLACES = (
    Place(",", ".", ",", "%m/%d/%Y"),
    Place(";", ",", ".", "%d.%m.%Y"),
    Place("\t", ".", "'", "%d/%m/%Y"),
    Place(";", ",", "\u00a0", "%d-%m-%Y"),
    Place("|", ".", "", "%Y-%m-%d"),
)
GAPS = ("", "NA", "n/a", "NaN", "?", "null", "#N/A")
NUMBER_GAPS = (*GAPS, "-", "None", "unknown", ".")
ODD = ("abc", "inf", "-Infinity", "12..5", "1e999", "4 or 5", "#", "yes!")


@dataclass(frozen=True)
class Written:
    """A column's texts. ``kind``: number, date or category; ``unit`` and ``pattern``: how numbers
    and dates are written; ``names``: its categories in the order of their inputs."""

    name: str
    kind: str
    texts: list[str]
    unit: str = ""
    pattern: str = ""
    names: tuple[str, ...] = ()
    missing: str | None = None


@dataclass
class Generated:
    """``text``: of the file. ``odd``: line and column that cannot be read, None where all can."""

    place: Place
    columns: list[Written]
    target: Written
    missing: str
    normalize: str
    indicator: bool
    settings: dict[str, ColumnSettings] = field(default_factory=dict)
    odd: tuple[int, str] | None = None

    @property
    def text(self) -> str:
        file = io.StringIO()
        writer = csv.writer(file, delimiter=self.place.delimiter, lineterminator="\n")
        writer.writerow([column.name for column in (*self.columns, self.target)])
        columns = (*self.columns, self.target)
        writer.writerows(zip(*(column.texts for column in columns), strict=True))
        return file.getvalue()


def generated(seed: int) -> Generated:
    """A table of 30 to 90 rows and 2 to 7 columns."""
    random = np.random.default_rng(seed)
    place = PLACES[random.integers(len(PLACES))]
    rows = int(random.integers(30, 90))
    columns, settings = [], {}
    for i in range(random.integers(2, 8)):
        make = random.choice(MAKERS)
        column = make(f"c{i}", rows, place, random)
        if make is _codes:
            settings[column.name] = ColumnSettings(said="category")
        if make is _spellings:
            settings[column.name] = ColumnSettings(merge_spellings=True)
        if random.random() < 0.2 and column.kind in ("number", "time"):
            rule = str(random.choice(["mean", "median", "zero", "most_frequent"]))
            of = settings.get(column.name, ColumnSettings())
            settings[column.name] = ColumnSettings(said=of.said, missing=rule)
            column = _replaced(column, missing=rule)
        columns.append(_with_gaps(column, random))
    table = Generated(
        place, columns, _target(rows, place, random),
        str(random.choice(["mean", "median", "most_frequent", "zero", "drop_rows"])),
        str(random.choice(["none", "standard", "min_max"])), bool(random.random() < 0.3), settings,
    )  # fmt: skip
    numbers = [column for column in columns if column.kind == "number"]
    if numbers and random.random() < 0.25:
        column = numbers[random.integers(len(numbers))]
        row = int(random.integers(rows))
        column.texts[row] = str(random.choice(ODD))
        table.odd = row + 2, column.name
    return table


def _number(value: float, digits: int, place: Place, with_groups: bool = False) -> str:
    """A number as it is written at a place."""
    text = f"{value:,.{digits}f}" if with_groups else f"{value:.{digits}f}"
    marks = {",": place.groups, ".": place.decimal}
    return "".join(marks.get(character, character) for character in text)


def _decimals(name: str, rows: int, place: Place, random: np.random.Generator) -> Written:
    width = 10.0 ** random.integers(-1, 7)
    values = random.normal(random.choice([0.0, 3.0, 1000.0]) * width, width, rows)
    return Written(name, "number", [_number(value, 2, place) for value in values])


def _grouped(name: str, rows: int, place: Place, random: np.random.Generator) -> Written:
    values = random.lognormal(9, 3, rows)
    texts = [_number(value, 2, place, with_groups=True) for value in values]
    return Written(name, "number", texts)


def _with_unit(name: str, rows: int, place: Place, random: np.random.Generator) -> Written:
    before, behind = [("$", ""), ("", " €"), ("", "%"), ("", " kg"), ("", " beds")][
        random.integers(5)
    ]
    values = random.normal(50, 20, rows)
    texts = [f"{before}{_number(value, 1, place)}{behind}" for value in values]
    return Written(name, "number", texts, unit=(before or behind).strip())


def _dates(name: str, rows: int, place: Place, random: np.random.Generator) -> Written:
    first = date(1990 + int(random.integers(30)), 1, 1)
    days = [first + timedelta(int(day)) for day in random.integers(0, 2000, rows)]
    days[0] = first + timedelta(20)  # its day is above 12, which decides the order
    if random.random() < 0.3:
        pattern = "%Y-%m-%d %H:%M"
        minutes = [timedelta(minutes=int(minute)) for minute in random.integers(1, 1440, rows)]
        midnights = [datetime(day.year, day.month, day.day) for day in days]
        texts = [f"{a + b:{pattern}}" for a, b in zip(midnights, minutes, strict=True)]
        return Written(name, "date", texts, pattern=pattern)
    pattern = str(random.choice([place.day, "%Y-%m-%d", "%d %B %Y"]))
    return Written(name, "date", [f"{day:{pattern}}" for day in days], pattern=pattern)


def _texts(name: str, rows: int, place: Place, random: np.random.Generator) -> Written:
    names = random.permutation(["Rome", "Oslo", "São Paulo", 'the "big" one', "a,b", "x;y", "7th"])
    names = tuple(names[: random.integers(2, 8)])
    texts = [*names, *random.choice(names, rows - len(names))]
    return Written(name, "category", [str(text) for text in texts], names=tuple(sorted(names)))


def _codes(name: str, rows: int, place: Place, random: np.random.Generator) -> Written:
    numbers = np.unique(random.integers(0, 300, 6))
    texts = [*map(str, numbers), *map(str, random.choice(numbers, rows - len(numbers)))]
    return Written(name, "category", texts, names=tuple(map(str, numbers)))


def _spellings(name: str, rows: int, place: Place, random: np.random.Generator) -> Written:
    names = ("Genève", "Oslo", "Rome")
    ways = (str, str.upper, lambda text: text.lower().replace("è", "e"))
    chosen = random.choice(names, rows - 18)
    texts = [ways[i % 4 if i % 4 < 3 else 0](str(name)) for i, name in enumerate(chosen)]
    return Written(name, "category", [*names * 6, *texts], names=names)


def _clocks(name: str, rows: int, place: Place, random: np.random.Generator) -> Written:
    texts = [f"{minute // 60}:{minute % 60:02}" for minute in random.integers(0, 1440, rows)]
    return Written(name, "time", texts)


def _durations(name: str, rows: int, place: Place, random: np.random.Generator) -> Written:
    seconds = random.integers(0, 200_000, rows)
    seconds[0] = 190_000  # more than a day, which decides
    if random.random() < 0.5:
        texts = [f"{s // 3600}:{s // 60 % 60:02}:{s % 60:02}" for s in seconds]
        return Written(name, "number", texts, pattern=":")
    return Written(name, "number", [f"{s // 60}m {s % 60}s" for s in seconds], pattern="m")


def _fractions(name: str, rows: int, place: Place, random: np.random.Generator) -> Written:
    eighths = random.integers(1, 80, rows)
    texts = [f"{n // 8} {n % 8}/8" if n % 8 else str(n // 8) for n in eighths]
    texts[0:8] = ["1/8", "3/8", "1 1/8", "2 5/8", "7/8", "3 3/8", "5/8", "4 1/8"]
    return Written(name, "number", texts, pattern="/")


MAKERS = (
    _decimals, _decimals, _decimals, _grouped, _grouped, _with_unit, _with_unit, _dates, _dates,
    _texts, _texts, _codes, _spellings, _clocks, _durations, _fractions,
)  # fmt: skip


def _target(rows: int, place: Place, random: np.random.Generator) -> Written:
    if random.random() < 0.5:
        names = ("high", "low", "mid")
        texts = [*names, *random.choice(names, rows - 3)]
        target = Written("y", "category", [str(text) for text in texts], names=names)
    else:
        values = random.normal(0, 30, rows)
        target = Written("y", "number", [_number(value, 3, place) for value in values])
        target.texts[0] = _number(0.25, 2, place)  # not all have three digits behind the mark
    return _with_gaps(target, random) if random.random() < 0.4 else target


def _with_gaps(column: Written, random: np.random.Generator) -> Written:
    """With some fields that stand for no value; never the first ones, which name all categories."""
    if random.random() < 0.4:
        return column
    texts, gaps = list(column.texts), GAPS if column.kind == "category" else NUMBER_GAPS
    for row in range(8, len(texts)):
        if random.random() < 0.1:
            texts[row] = str(random.choice(gaps))
    return _replaced(column, texts=texts)


def _replaced(column: Written, **changes: object) -> Written:
    from dataclasses import replace

    return replace(column, **changes)  # type: ignore[arg-type]
