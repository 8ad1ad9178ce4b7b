"""Rows of the user's table as a network takes them, and those that it cannot take."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.data.tables.raw import RawTable


@dataclass(frozen=True)
class Encoded:
    """What is said of some rows of a column, by their places from 0 on: ``problems``, why they
    cannot be taken, and ``marks``, what is special about them."""

    problems: Mapping[int, str] = field(default_factory=dict)
    marks: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class EncodedRows:
    """``x`` (rows, width) float64: inputs before scaling. ``table``: the rows as the file has them,
    all of its columns. ``problems``: why a row cannot be taken, with line and column, by its place
    from 0 on; what ``x`` has there means nothing. ``marks``: what is special about a row that is
    taken."""

    x: Array
    table: RawTable
    problems: Mapping[int, str] = field(default_factory=dict)
    marks: Mapping[int, str] = field(default_factory=dict)

    def required(self) -> Self:
        """The same. Raises DataError, the first problem, where no row is left."""
        if len(self.problems) == len(self.x) and self.problems:
            raise DataError(self.problems[min(self.problems)])
        return self
