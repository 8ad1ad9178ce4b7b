"""Where examples come from, so that one of them can be named and looked up by a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tuidl.core.lazy import Array
from tuidl.data.numbered import Numbered

if TYPE_CHECKING:
    from tuidl.data.tables.raw import RawTable


@dataclass(frozen=True)
class Origin:
    """``names`` (examples,): "line 17" of a table, the path of a picture. ``table``: the file with
    all of its columns, where examples are rows of one, and ``rows`` (examples,) which of them."""

    names: Sequence[str]
    table: "RawTable | None" = None
    rows: Array | None = None

    @classmethod
    def of_rows(cls, table: "RawTable", rows: Array) -> "Origin":
        return cls(Numbered(table.lines[rows], "line "), table, rows)

    def part(self, index: Array) -> "Origin":
        """Of the examples at ``index``."""
        names: Sequence[str]
        if isinstance(self.names, Numbered):
            names = self.names[index]
        else:
            names = tuple(self.names[i] for i in index.tolist())
        return Origin(names, self.table, None if self.rows is None else self.rows[index])
