"""Columns of texts as a file would have them."""

from typing import Any

import numpy as np

from tuidl.data.tables.fields import Reading
from tuidl.data.tables.kinds import read_column
from tuidl.data.tables.raw import RawColumn, plain_number
from tuidl.data.tables.settings import ColumnSettings


def raw_column(texts: list[str], name: str = "a") -> RawColumn:
    numbers = [plain_number(text) for text in texts]
    places: dict[str, int] = {}
    codes = [
        places.setdefault(text, len(places)) if number is None else -1
        for text, number in zip(texts, numbers, strict=True)
    ]
    values = np.array([np.nan if number is None else number for number in numbers], np.float64)
    return RawColumn(name, values, tuple(places), np.array(codes, np.int32))


def reading_of(texts: list[str], **settings: Any) -> Reading:
    return read_column(raw_column(texts), ColumnSettings(**settings))
