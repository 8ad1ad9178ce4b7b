"""How the rows of a text file become inputs of a network."""

from math import prod
from typing import Literal

import msgspec

from tuidl.data.text.layout import TextLayout

Kind = Literal["number", "category", "date", "id", "picture", "text"]

OTHER = "other"
"""The input for all categories that are too rare to have one of their own."""
UNKNOWN = "unknown"
"""The name of an id that was not there in training."""

DATE_PARTS = (
    "year", "month sin", "month cos", "weekday sin", "weekday cos", "day sin", "day cos", "since",
)  # fmt: skip
"""Inputs of a date: years since the first year; month, day of week and day of year on circles;
years since the first date."""
TIME_PARTS = ("hour sin", "hour cos")
"""Inputs of the time of day, where there is one."""


class NumberFormat(msgspec.Struct, frozen=True, omit_defaults=True):
    """How the numbers of a column are written.

    ``groups``: the characters that may stand between thousands. ``unit``: what stands before or
    behind the numbers; ``bare``: whether it may be left out. ``padded``: whether numbers may begin
    with zeros, as 007 does. ``magnitudes``: k, M and the like behind a number multiply it.
    ``grouped``: a point in a plain number stands before the last three digits, as 1.234 is 1234.
    ``style``: another way to write them, of ``tables.styles``. ``converts``: numbers of
    another unit are converted, as g is to kg. ``dress``: what stands around numbers and is left
    out, as of ``tables.dressed``.
    """

    decimal: str = "."
    groups: str = ""
    unit: str = ""
    bare: bool = True
    padded: bool = False
    magnitudes: bool = False
    grouped: bool = False
    style: str = ""
    converts: bool = False
    dress: str = ""


class DateFormat(msgspec.Struct, frozen=True, omit_defaults=True):
    """How the dates of a column are written, and what they are counted from.

    ``order``: one of the orders that ``tables.dates`` knows, or a pattern such as %d.%m.%Y.
    ``first``: the first date in training, in days since 1970. ``has_time``: whether the time of
    day is an input. ``utc``: times with zones are converted.
    """

    order: str
    first: float = 0.0
    has_time: bool = False
    utc: bool = False

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the inputs."""
        return DATE_PARTS + (TIME_PARTS if self.has_time else ())


class InputColumn(msgspec.Struct, frozen=True, omit_defaults=True):
    """A column that was learned from: a number, one input for each of ``categories``, or a date.

    ``filling``: what stands in where a value is missing: a number, a date in days since 1970, a
    category, or "" for zeros in all of its inputs; None where a value must be there. ``number``,
    ``date``: how they are written. ``other``: the name of the input of all ``rare``
    categories, "" where there is none; ``unseen``: what is made of one that was not there in
    training.
    ``gaps``: texts that stand for no value here besides those that always do, in lower case.
    ``indicator``: whether there is an input that is 1 where the value is missing.
    ``picture``: height, width and channels, where the column names files of pictures.
    ``numbered``: whether its one input is the number of the category, an id: the row of an
    embedding. Ids that training did not see are ``rare`` and have the number of ``other``, behind
    all others. ``titles``: how ids are shown, where not by themselves.
    ``text``: vocabulary and window, where it is read as text; ``filling`` is a text then.
    ``merges``: which spellings of a category are the same, a way of ``tables.spellings``.
    ``written``: numbers among its names are told apart by how they are written, as 1.10 and 1.1.
    """

    name: str
    categories: tuple[str, ...] = ()
    filling: str | float | None = None
    number: NumberFormat = NumberFormat()
    date: DateFormat | None = None
    other: str = ""
    rare: tuple[str, ...] = ()
    unseen: Literal["other", "zero", "refuse"] = "zero"
    gaps: tuple[str, ...] = ()
    indicator: bool = False
    picture: tuple[int, int, int] | None = None
    numbered: bool = False
    titles: tuple[str, ...] = ()
    text: TextLayout | None = None
    merges: Literal["", "spellings", "yes_no"] = ""
    written: bool = False

    @property
    def kind(self) -> Kind:
        if self.text is not None:
            return "text"
        if self.numbered:
            return "id"
        if self.picture is not None:
            return "picture"
        if self.date is not None:
            return "date"
        return "category" if self.categories else "number"

    @property
    def has_categories(self) -> bool:
        """Whether its values are places of categories."""
        return self.kind in ("category", "id")

    @property
    def is_time(self) -> bool:
        """Whether its values are hours since midnight."""
        return self.kind == "number" and self.number.style == "time"

    @property
    def names(self) -> tuple[str, ...]:
        """How the values are shown, that of ``other`` last."""
        return (*(self.titles or self.categories), *((self.other,) if self.other else ()))

    @property
    def parts(self) -> tuple[str, ...]:
        """What is added to the column's name in the names of its inputs, without the indicator."""
        if self.picture is not None:
            height, width, channels = self.picture
            return (f" ({height} x {width} x {channels} pixels)",)
        if self.text is not None:
            return (f" (the first {self.text.window} tokens)",)
        if self.date is not None:
            return tuple(f" {part}" for part in self.date.parts)
        if self.numbered:
            return ("",)
        if self.is_time:
            return tuple(f" {part}" for part in TIME_PARTS)
        names = (*self.categories, *((self.other,) if self.other else ()))
        return tuple(f"={name}" for name in names) or ("",)

    @property
    def width(self) -> int:
        """Inputs that it becomes."""
        if self.picture is not None:
            return prod(self.picture)
        if self.text is not None:
            return self.text.window
        return len(self.parts) + self.indicator


class TableLayout(msgspec.Struct, frozen=True):
    """The inputs' columns in order, and how the file that was learned from is written.

    ``target``: the column that is predicted, ``target_unit`` the unit of its numbers; "" where
    they are not known. ``encoding``: of its text, "" where the file itself says it;
    ``sheet``: of a workbook, "" for the first.

    Of a series the last column is the target's own past, and ``window`` rows are one example;
    ``series``: the column that says which series a row is of, ``reverse``: the newest row comes
    first, ``gaps``: what stands in for missing values of the target. ``skipped``: lines that are no
    rows, and what they say where that is to be the same in other files. ``target_written``: as
    ``written`` of an input, of the target's classes.
    """

    columns: tuple[InputColumn, ...]
    delimiter: str
    has_header: bool
    target: str = ""
    target_unit: str = ""
    encoding: str = ""
    sheet: str | int = ""
    window: int = 0
    series: str = ""
    reverse: bool = False
    gaps: Literal["refuse", "previous", "linear"] = "refuse"
    skipped: tuple[tuple[int, str | None], ...] = ()
    target_written: bool = False

    @property
    def inputs(self) -> tuple[str, ...]:
        """A name for each input, one for all pixels of a picture: ``age``, ``age missing``,
        ``job=clerk``, ``day weekday sin``."""
        return tuple(
            f"{column.name}{part}"
            for column in self.columns
            for part in (*column.parts, *((" missing",) if column.indicator else ()))
        )
