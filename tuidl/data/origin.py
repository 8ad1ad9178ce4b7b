"""Where examples come from, so that one of them can be named and looked up by a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:
    import numpy as np

    from tuidl.data.tables.raw import RawTable

    Array = np.ndarray[Any, np.dtype[Any]]


class LineNames(Sequence[str]):
    """ "line 17" for each of the ``lines`` (examples,) of a table, made when it is asked for."""

    def __init__(self, lines: "Array") -> None:
        self._lines = lines

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: "slice | Array") -> "LineNames": ...
    def __getitem__(self, place: "int | slice | Array") -> "str | LineNames":
        found = self._lines[place]
        return LineNames(found) if found.ndim else f"line {found}"

    def __eq__(self, other: object) -> bool:
        if isinstance(other, LineNames):
            return len(self) == len(other) and bool((self._lines == other._lines).all())
        return isinstance(other, tuple) and tuple(self) == other

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True)
class Origin:
    """``names`` (examples,): "line 17" of a table, the path of a picture. ``table``: the file with
    all of its columns, where examples are rows of one, and ``rows`` (examples,) which of them."""

    names: Sequence[str]
    table: "RawTable | None" = None
    rows: "Array | None" = None

    @classmethod
    def of_rows(cls, table: "RawTable", rows: "Array") -> "Origin":
        return cls(LineNames(table.lines[rows]), table, rows)

    def part(self, index: "Array") -> "Origin":
        """Of the examples at ``index``."""
        names: Sequence[str]
        if isinstance(self.names, LineNames):
            names = self.names[index]
        else:
            names = tuple(self.names[i] for i in index.tolist())
        return Origin(names, self.table, None if self.rows is None else self.rows[index])
