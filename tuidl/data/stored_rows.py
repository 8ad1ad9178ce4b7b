"""Inputs that stay in their file until examples are asked for.

They are read block by block, not mapped: a file that is cut off meanwhile is an error, and no
memory is held besides the examples that are wanted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.core.spilling import empty
from tuidl.data.examples import Examples
from tuidl.data.files import open_file
from tuidl.data.npy_file import Place
from tuidl.data.paths import Stamp, stamp

BLOCK = 1 << 24
"""Bytes of the file that are in memory at a time."""


@dataclass(frozen=True)
class StoredRows:
    """Examples (n, *shape) as numbers of ``dtype``. ``block``: rows as they are stored, from one
    number up to another. ``arranged``: a block of rows in the order of dimensions that is wanted.
    """

    count: int
    shape: tuple[int, ...]
    row_bytes: int
    block: Callable[[int, int], Array]
    arranged: Callable[[Array], Array]
    dtype: np.dtype[Any]

    def __getitem__(self, index: Array) -> Array:
        """The examples of the numbers ``index``. Raises DataError."""
        if np.any(index[1:] < index[:-1]):
            order = np.argsort(index, kind="stable")
            x = empty((len(index), *self.shape), self.dtype)
            x[order] = self[index[order]]
            return x
        x = empty((len(index), *self.shape), self.dtype)
        rows = max(1, BLOCK // max(self.row_bytes, 1))
        done = 0
        while done < len(index):
            first = int(index[done])
            end = int(np.searchsorted(index, first + rows))
            last = int(index[end - 1]) + 1
            wanted = self.arranged(self.block(first, last))
            with np.errstate(over="ignore"):  # what overflows is not finite, and refused as such
                x[done:end] = wanted[index[done:end] - first].reshape(-1, *self.shape)
            done = end
        return x


class StoredExamples(Examples):
    """Examples whose inputs are read when a part of them is taken; ``x`` reads all of them."""

    def __init__(self, rows: StoredRows, y: Array) -> None:
        object.__setattr__(self, "rows", rows)
        object.__setattr__(self, "y", y)

    @property
    def x(self) -> Array:
        rows: StoredRows = self.__dict__["rows"]
        return rows[np.arange(rows.count)]

    def __len__(self) -> int:
        return len(self.y)

    def part(self, index: Array) -> Examples:
        rows: StoredRows = self.__dict__["rows"]
        return Examples(rows[index], self.y[index])


def blocks_of_array(array: Array) -> Callable[[int, int], Array]:
    """Reads rows of an array in memory."""
    return lambda first, end: array[first:end]


def blocks_of_file(path: Path, place: Place, known: Stamp) -> Callable[[int, int], Array]:
    """Reads rows of the array that lies at ``place`` in a file. ``known``: what it was when its
    header was read; one that has changed since is a DataError."""
    shape, dtype = place.header.shape, place.header.dtype
    width = prod(shape[1:]) * dtype.itemsize

    def block(first: int, end: int) -> Array:
        if stamp(str(path)) != known:
            raise DataError(f"{path}: changed while it was read")
        with open_file(path) as file:
            file.seek(place.start + first * width)
            data = file.read((end - first) * width)
        if len(data) != (end - first) * width:
            raise DataError(f"{path}: cut off while it was read")
        return np.frombuffer(data, dtype).reshape(end - first, *shape[1:])

    return block
