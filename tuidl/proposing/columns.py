"""What the columns of a table are, before one is chosen as the target."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace as dataclass_replace
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tuidl.data.tables.problems import key_of
from tuidl.data.tables.settings import AS_FOUND, ColumnSettings

if TYPE_CHECKING:
    from tuidl.data.tables.column_report import ColumnReport, TableReport
    from tuidl.data.tables.fields import Reading
    from tuidl.data.tables.raw import RawColumn, RawTable

NAMES_OF_ROWS = {"", "id", "index", "idx", "row", "rowid", "row_id", "unnamed: 0", "rownames", "no"}
"""Names of columns that only count the rows."""


LONGEST_EXACT = 2**53
"""Whole numbers below are told apart."""
FEWEST_DIFFERENT = 20
"""Rows from which on texts that are different in all of them are no categories."""
PROSE = 'different texts of several words, read word by word; else kind = "ignore"'


@dataclass(frozen=True)
class ColumnFacts:
    """A column as it was read, which ``report`` describes.

    ``number``: its place, counted from 1. ``idle``: why it is better left out, empty where it may
    teach something. ``rises``: whether it is a time, or called so, that never falls.
    """

    number: int
    report: "ColumnReport"
    idle: str = ""
    rises: bool = False

    @property
    def name(self) -> str:
        return self.report.name

    @property
    def is_text(self) -> bool:
        """Whether it can be an input as text alone."""
        return self.report.kind == "text"

    @property
    def gaps(self) -> int:
        return self.report.gaps


def column_facts(
    raw: "RawTable", said: "Mapping[str, ColumnSettings] | None" = None
) -> tuple[tuple[ColumnFacts, ...], "TableReport"]:
    """All columns of the table, and the report on it. ``said``: settings of some, by name."""
    from tuidl.core.spilling import room_for
    from tuidl.data.csv_table import BYTES_A_ROW, BYTES_A_VALUE
    from tuidl.data.tables.report import described_table

    said = said or {}
    least = BYTES_A_ROW * len(raw.lines)
    needed = least + BYTES_A_VALUE * len(raw.lines) * len(raw.columns)
    with room_for(needed, least, "the table", "use a smaller file"):
        read = (_read(column, said.get(column.name, AS_FOUND)) for column in raw.columns)
        readings = list(map(_kept, read))
    report = described_table(raw, readings)
    columns = zip(raw.columns, readings, report.columns, strict=True)
    return tuple(
        ColumnFacts(number, said, _idle(column, reading, number), _rises(column, reading))
        for number, (column, reading, said) in enumerate(columns, 1)
    ), report


def _kept(reading: "Reading") -> "Reading":
    """The same, its values in a file where memory is short of room for those of all columns."""
    from tuidl.core.spilling import in_place

    values = reading.values
    if values is None:
        return reading
    stored = dataclass_replace(values, values=in_place(values.values), odd=in_place(values.odd))
    return dataclass_replace(reading, values=stored)


def _read(column: "RawColumn", settings: ColumnSettings) -> "Reading":
    """As the rule has it, or as text where it plainly is."""
    from tuidl.data.tables.kinds import read_column
    from tuidl.proposing.prose import is_prose

    reading = read_column(column, settings)
    if not is_prose(column, reading):
        return reading
    as_text = read_column(column, replace(settings, said="text"))
    return dataclass_replace(as_text, guess=PROSE, is_said=False)


def _idle(column: "RawColumn", reading: "Reading", number: int) -> str:
    """Why a network can learn nothing from the column that holds for other rows."""
    import numpy as np

    if column.name.strip().casefold() in NAMES_OF_ROWS | {str(number)} and _counts_rows(column):
        return "which only counts the rows"
    if reading.kind == "text" and reading.problem:
        return (
            f"an id or free text: {len(column.texts):,} different texts; if its words matter: "
            f'{key_of(column.name)} = {{kind = "text"}}'
        )
    if reading.values is None:
        return f"which cannot be used: {reading.problem}" if reading.kind == "ignore" else ""
    if reading.kind == "category" and not reading.is_said and _never_repeats(column):
        return (
            "different in every row: an id or a name; if it is none: "
            f'{key_of(column.name)} = {{kind = "category"}}'
        )
    values = reading.values.values
    if len(values) > 1 and not np.isnan(values[0]) and bool((values == values[0]).all()):
        if abs(values[0]) >= LONGEST_EXACT:
            return "whose numbers are longer than can be told apart"
        return "which is the same in all rows"
    return ""


def _never_repeats(column: "RawColumn") -> bool:
    """Whether no field is like another, gaps aside, of rows that are not few."""
    import numpy as np

    from tuidl.data.tables.gaps import is_gap

    numbers = column.numbers[column.codes < 0]
    if len(np.unique(numbers)) < len(numbers):
        return False
    places = np.bincount(column.codes[column.codes >= 0], minlength=len(column.texts))
    counts = [
        count
        for text, count in zip(column.texts, places.tolist(), strict=True)
        if not is_gap(text, (), of_numbers=False)
    ]
    return len(counts) + len(numbers) >= FEWEST_DIFFERENT and max(counts, default=1) == 1


def _counts_rows(column: "RawColumn") -> bool:
    import numpy as np

    numbers = column.numbers
    return not column.texts and len(numbers) > 2 and bool((np.diff(numbers) == 1).all())


def _rises(column: "RawColumn", reading: "Reading") -> bool:
    import numpy as np

    is_time = reading.kind == "date" or column.name.strip().casefold() in ("time", "timestamp")
    if not is_time or reading.values is None or reading.kind == "category":
        return False
    values = reading.values.values
    steps = np.diff(values)
    return bool(len(steps) and (steps >= 0).all() and steps.any())
