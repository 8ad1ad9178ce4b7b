"""The splits of a cross-validation."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, overload

from tuidl.data.examples import Split

if TYPE_CHECKING:
    import numpy as np

    Indices = tuple[np.ndarray[Any, np.dtype[Any]], ...]


class Folds(Sequence[Split]):
    """Splits, each made by ``prepare`` from the indices of its parts when it is asked for."""

    def __init__(self, prepare: "Callable[[Any], Split]", parts: "Sequence[Indices]") -> None:
        self._prepare, self._parts = prepare, parts

    def __len__(self) -> int:
        return len(self._parts)

    @overload
    def __getitem__(self, fold: int) -> Split: ...

    @overload
    def __getitem__(self, fold: slice) -> "Folds": ...

    def __getitem__(self, fold: int | slice) -> "Split | Folds":
        if isinstance(fold, slice):
            return Folds(self._prepare, self._parts[fold])
        return self._prepare(self._parts[fold])
