"""Columns of texts as a file would have them."""

from typing import Any

from tuidl.data.tables.fields import Reading
from tuidl.data.tables.kinds import read_column
from tuidl.data.tables.raw import ColumnBuilder, RawColumn
from tuidl.data.tables.settings import ColumnSettings


def raw_column(texts: list[str], name: str = "a") -> RawColumn:
    builder = ColumnBuilder(name)
    builder.add(texts)
    return builder.column()


def reading_of(texts: list[str], **settings: Any) -> Reading:
    return read_column(raw_column(texts), ColumnSettings(**settings))
