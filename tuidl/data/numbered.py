"""Names of examples that say nothing but a number, of which there may be very many."""

from collections.abc import Sequence
from typing import Any, overload

from tuidl.core.lazy import Array, np


class Numbered(Sequence[str]):
    """``before`` and one of ``numbers`` (examples,), such as "line 17", made when asked for."""

    def __init__(self, numbers: range | Array, before: str = "") -> None:
        self._numbers, self._before = numbers, before

    @classmethod
    def up_to(cls, count: int) -> "Numbered":
        """ "1", "2", ..."""
        return cls(range(1, count + 1))

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice | Array) -> "Numbered": ...
    def __getitem__(self, place: int | slice | Array) -> "str | Numbered":
        found: Any = self._numbers[place]
        if isinstance(found, int | np.integer):
            return f"{self._before}{found}"
        return Numbered(found, self._before)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Numbered):
            same = np.array_equal(self._numbers, other._numbers)
            return same and self._before == other._before
        return isinstance(other, tuple) and tuple(self) == other

    __hash__ = None  # type: ignore[assignment]  # equal by content
