"""What columns of a table look like before they are read as anything: counters, texts, times."""

from typing import TYPE_CHECKING

from tuidl.data.tables.reading import MISSING

if TYPE_CHECKING:
    from tuidl.data.tables.raw import RawColumn

NAMES_OF_ROWS = {"", "id", "index", "idx", "row", "rowid", "row_id", "unnamed: 0", "rownames", "no"}
"""Names of columns that only count the rows."""
NAMES_OF_TIMES = ("date", "time", "timestamp", "datetime", "day")
MOST_CATEGORIES = 100
"""Different texts that still are categories."""


def useless(column: "RawColumn", number: int) -> str:
    """Why a network can learn nothing general from a column; empty where it may.

    ``number``: the column's place, counted from 1.
    """
    if _has_no_name(column, number) and _counts_rows(column):
        return "which only counts the rows"
    known = [text for text in column.texts if text.casefold() not in MISSING]
    if len(known) > MOST_CATEGORIES and 2 * len(known) > len(column.codes):
        return f"which has {len(known):,} different texts in {len(column.codes):,} rows"
    if len(column.codes) > 1 and _is_constant(column):
        return "which is the same in all rows"
    return ""


def gaps(column: "RawColumn") -> int:
    """Rows without a value."""
    import numpy as np

    missing = [i for i, text in enumerate(column.texts) if text.casefold() in MISSING]
    return int(np.isin(column.codes, missing).sum())


def order(columns: "list[RawColumn]") -> str:
    """Why rows seem to follow each other in time; empty where they do not."""
    import numpy as np

    for column in columns:
        if column.name.strip().casefold() not in NAMES_OF_TIMES:
            continue
        if not column.texts and (np.diff(column.numbers) >= 0).all():
            return f"rows seem to be in the order of time: {column.name!r} never falls"
        texts = [column.texts[code] for code in column.codes if code >= 0]
        if len(texts) == len(column.codes) and texts == sorted(texts):
            return f"rows seem to be in the order of time: {column.name!r} never falls"
    return ""


def _has_no_name(column: "RawColumn", number: int) -> bool:
    return column.name.strip().casefold() in NAMES_OF_ROWS | {str(number)}


def _counts_rows(column: "RawColumn") -> bool:
    import numpy as np

    numbers = column.numbers
    return not column.texts and len(numbers) > 2 and bool((np.diff(numbers) == 1).all())


def _is_constant(column: "RawColumn") -> bool:
    if column.texts:
        return len(column.texts) == 1 and bool((column.codes == 0).all())
    return bool((column.numbers == column.numbers[0]).all())
