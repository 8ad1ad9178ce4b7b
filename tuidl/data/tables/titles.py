"""How ids are shown: a file with an id and a title in each row, the first two columns of it."""

from collections import Counter
from functools import lru_cache

import msgspec
import numpy as np

from tuidl.core.errors import DataError
from tuidl.data.paths import Stamp
from tuidl.data.table_layout import InputColumn
from tuidl.data.tables.raw import RawColumn, text_of
from tuidl.data.tables.reading import read_raw


def titled(column: InputColumn, stamp: Stamp, encoding: str | None) -> InputColumn:
    """The column of ids with a title for each that the file has; the others are shown as they are.
    Two of one title have their ids behind it. Raises DataError."""
    known = _titles(stamp, encoding)
    if not any(name in known for name in column.categories):
        problem = f"no row begins with an id of column {column.name!r}"
        raise DataError(f"{stamp[0]}: {problem}; expected an id and a title in each")
    titles = [known.get(name, name) for name in column.categories]
    counts = Counter(titles)
    different = (
        f"{title} ({name})" if counts[title] > 1 else title
        for title, name in zip(titles, column.categories, strict=True)
    )
    return msgspec.structs.replace(column, titles=tuple(different))


@lru_cache(maxsize=2)
def _titles(stamp: Stamp, encoding: str | None) -> dict[str, str]:
    """The title of each id."""
    raw = read_raw(stamp, encoding=encoding)
    ids, titles = (_texts(column) for column in raw.columns[:2])
    return {name: title for name, title in zip(ids, titles, strict=True) if name and title.strip()}


def _texts(column: RawColumn) -> list[str]:
    """The fields as they are shown."""
    return [
        column.texts[code] if code >= 0 else ("" if np.isnan(number) else text_of(number))
        for code, number in zip(column.codes.tolist(), column.numbers.tolist(), strict=True)
    ]
